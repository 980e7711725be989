import {
  type Alone,
  disagreementAt,
  isLongAlone,
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

type Asked = Pick<WatchContext, 'chain' | 'client' | 'state' | 'now'>;

/**
 * How far the chain is agreed on by two providers, where there are several. A depth counts the blocks of one answer,
 * and one provider can invent any number of them. A block that two show proves all below it, which are linked
 * to it by their hashes, so one header of each provider is enough for a new height.
 */
export function createAgreedHeight({ chain, client, state, now }: Asked) {
  let agreed: BlockRef | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Since when no second provider shows a new height, and none shows another block there either. */
  let alone: Alone | null = null;
  let dispute: { readonly sentence: string; readonly since: number } | null = null;

  /** What providers show of our block at a height, or of the oldest one in the ring, which is above it. */
  async function ask(height: number): Promise<Witnesses & { readonly block: BlockRef }> {
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

  /** Asks about a height. Returns whether two providers show our block there. */
  async function learn(height: number): Promise<boolean> {
    const { showing, denying, block } = await ask(height);
    const [by, other] = [showing[0], denying[0]];
    if (by !== undefined && other !== undefined) {
      const sentence = disagreementAt(`block ${block.number}`, { by, hash: block.hash }, other);
      dispute = { sentence, since: dispute?.since ?? now() };
    } else if (showing.length > 1) {
      [agreed, alone, dispute] = [block, null, null];
    } else if (by === undefined && other !== undefined) {
      // Nobody shows our block: it is being replaced.
      [alone, dispute] = [null, null];
    }
    return agreed === block;
  }

  return {
    /**
     * Up to which block transfers may be final by depth, when `wanted` is the highest that any depth allows; -1 for
     * none.
     */
    async upTo(wanted: number): Promise<number> {
      if (client.size === 1 || wanted < 0) return wanted;
      const { ring } = startedChain(state);
      if (agreed !== null && headerAt(ring, agreed.number)?.hash !== agreed.hash) agreed = null;
      if (agreed !== null && wanted <= agreed.number && dispute === null) return wanted;
      if (now() - askedAt >= ASK_MS) {
        askedAt = now();
        const isNew = await learn(wanted);
        const behind = isNew || dispute !== null ? null : heightBehind(wanted);
        const isNewBehind = behind !== null && (await learn(behind));
        // A disagreement stays until two show the same: one that is away has not withdrawn what it said.
        if (!isNew && !isNewBehind && dispute === null) alone = stillAlone(alone, now());
      }
      if (dispute !== null) return -1;
      if (isAlone()) return wanted;
      return agreed === null ? -1 : Math.min(wanted, agreed.number);
    },
    isAlone,
    isDisputed: () => dispute !== null,
    /** On which block the providers differ, if they have for longer than a usual fork lasts; null otherwise. */
    disagreement(): string | null {
      const isLong = dispute !== null && now() - dispute.since >= seenAgainMsOf(chain);
      return isLong ? (dispute?.sentence ?? null) : null;
    },
  };

  function isAlone(): boolean {
    return alone !== null && isLongAlone(alone, now(), chain);
  }
}
