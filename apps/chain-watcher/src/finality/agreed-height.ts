import {
  type Alone,
  disagreementAt,
  isLongAlone,
  silenceMsOf,
  stillAlone,
  type Witnesses,
  witnessesOf,
} from '@daybook/chains';
import { seenAgainMsOf } from '../reorg/better-chain';
import { headerAt } from '../state/ring';
import { startedChain, type WatchContext } from '../state/watch-state';
import type { BlockRef } from '../state/watcher-store';

/** The others are asked about new heights at most this often, whatever the block time. */
const ASK_MS = 1_000;
/** A provider that lags shows new blocks all the same. One that shows none for so long holds finality back visibly. */
const HELD_MS = 60_000;
/** Where blocks come on demand, nothing says that one is due. */
const BEHIND_MS_ON_DEMAND = 5 * 60_000;

type Asked = Pick<WatchContext, 'chain' | 'client' | 'state' | 'now'>;

/**
 * How far the chain is agreed on by two providers, where there are several. A depth counts the blocks of one answer,
 * and one provider can invent any number of them. A block that two show proves all below it, which are linked
 * to it by their hashes, so one header of each provider is enough for a new height.
 */
export function createAgreedHeight({ chain, client, state, now }: Asked) {
  let agreed: BlockRef | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Since when no other provider answers. */
  let alone: Alone | null = null;
  /** Since when a provider that answers has not had the heights that become final. */
  let held: { readonly by: string; readonly since: number } | null = null;
  let dispute: { readonly sentence: string; readonly since: number } | null = null;

  /** What providers show of our block at a height, or of the oldest one in the ring, which is above it. */
  async function shownAt(height: number): Promise<Witnesses & { readonly block: BlockRef }> {
    const { ring } = startedChain(state);
    const block = headerAt(ring, height) ?? (ring[0] as BlockRef);
    return { ...witnessesOf(await client.askHeaders(block.number), block.hash), block };
  }

  /** The height that a provider which is behind may show; null if there is none to ask for. */
  function heightBehind(wanted: number): number | null {
    const live = client.status().filter((it) => it.state === 'ok' || it.state === 'unverified');
    const heads = live.map(({ lastHead }) => lastHead ?? -1).sort((a, b) => b - a);
    const second = heads[1] ?? -1;
    const [oldest] = startedChain(state).ring;
    const isNew = second > (agreed?.number ?? -1) && second >= (oldest?.number ?? 0);
    return isNew && second < wanted ? second : null;
  }

  /**
   * Asks about a height. A provider that is away has not withdrawn what it said, so a disagreement stays until two show
   * our block, or nobody does because it is being replaced.
   */
  async function learn(height: number): Promise<Witnesses> {
    const { block, ...witnesses } = await shownAt(height);
    const { showing, denying } = witnesses;
    const [by, other] = [showing[0], denying[0]];
    if (by !== undefined && other !== undefined) {
      const sentence = disagreementAt(`block ${block.number}`, { by, hash: block.hash }, other);
      dispute = { sentence, since: dispute?.since ?? now() };
    } else if (showing.length > 1) {
      [agreed, alone, held, dispute] = [block, null, null, null];
    } else if (other !== undefined) {
      dispute = null;
    }
    return witnesses;
  }

  /** Learns how far two providers agree. What one shows alone counts when no other one has answered for long. */
  async function ask(wanted: number): Promise<void> {
    const { showing, denying, behind } = await learn(wanted);
    if (showing.length > 1 || denying.length > 0) {
      alone = null;
      return;
    }
    const [by] = behind;
    alone = by === undefined ? stillAlone(alone, now()) : null;
    // While others are silent, one that was behind may still be.
    held = by === undefined ? held : { by, since: held?.since ?? now() };
    const lower = heightBehind(wanted);
    if (by !== undefined && lower !== null) await learn(lower);
  }

  async function agreedUpTo(wanted: number): Promise<number> {
    const { ring } = startedChain(state);
    if (agreed !== null && headerAt(ring, agreed.number)?.hash !== agreed.hash) agreed = null;
    if (agreed !== null && wanted <= agreed.number && dispute === null) return wanted;
    // One that is believed alone is not believed without another question to the others.
    if (isAlone() || now() - askedAt >= ASK_MS) {
      askedAt = now();
      await ask(wanted);
    }
    if (dispute !== null) return -1;
    if (isAlone()) return wanted;
    return agreed === null ? -1 : Math.min(wanted, agreed.number);
  }

  return {
    /**
     * Up to which block transfers may be final by depth, when `wanted` is the highest that any depth allows; -1 for
     * none.
     */
    async upTo(wanted: number): Promise<number> {
      if (client.size === 1 || wanted < 0) return wanted;
      const found = await agreedUpTo(wanted);
      const [oldest] = startedChain(state).ring;
      state.agreedNumber = Math.max(found, agreed?.number ?? -1, oldest?.number ?? -1);
      return found;
    },
    isAlone,
    isDisputed: () => dispute !== null,
    /** Whether it has lasted for longer than a usual fork or lag that no second provider shows what would be final. */
    isHolding(): boolean {
      const since = dispute?.since ?? held?.since ?? alone?.since;
      return since !== undefined && now() - since >= seenAgainMsOf(chain);
    },
    /** Why nothing becomes final by depth, if that has lasted for longer than a usual fork or lag; null otherwise. */
    obstacle(): string | null {
      if (dispute !== null) {
        return now() - dispute.since >= seenAgainMsOf(chain) ? dispute.sentence : null;
      }
      if (held === null || isAlone() || now() - held.since < HELD_MS) return null;
      const upTo = agreed === null ? 'No block' : `No block above ${agreed.number}`;
      return (
        `${upTo} becomes final: the provider ${held.by} answers, but has shown no newer block for ` +
        `${Math.round((now() - held.since) / 1000)} s. Remove it from the chains file if it stays behind.`
      );
    },
  };

  /** Whether one provider is believed: the others have been silent, or have shown no new block, for too long. */
  function isAlone(): boolean {
    const behindMs = chain.blockTimeMs === null ? BEHIND_MS_ON_DEMAND : silenceMsOf(chain);
    if (held !== null && now() - held.since >= behindMs) return true;
    return alone !== null && isLongAlone(alone, now(), chain);
  }
}
