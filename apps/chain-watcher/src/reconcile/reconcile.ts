import { randomUUID } from 'node:crypto';
import { type BlockHeader, InvalidBlock, RpcFailure } from '@daybook/chains';
import { TOPICS, type WatchDetailsV1 } from '@daybook/contracts';
import { balancesMessage } from '../publish/publisher';
import { type BalanceRead, type Holding, holdingKey, type Sweep } from '../state/balances';
import { gapsOf } from '../state/quarantine';
import { headerAt } from '../state/ring';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';
import { createAllowance } from './allowance';
import { readsPerMinute } from './reads-per-minute';

/** Balances that are read at once: one batch of requests to a node. */
const READ_AT_ONCE = 100;
/** More digits than messages take, as a listed token that invents transfers may add up to. */
const MOVED_LIMIT = 10n ** 80n;
/** Balances that one message reports. */
const REPORTED_AT_ONCE = 100;
/** A node that keeps no such state will not have it a moment later. After the rest a few balances are tried. */
const REST_MS = 30_000;
/** A balance that was not said among others, such as that of a token that fails, would take their place in the budget. */
const UNREAD_REST_MS = 10 * 60_000;
/** A sweep begins no sooner than so long after the last one ended. */
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Compares what the chain says that our addresses hold with what moved there: each address that moved, and in the rest
 * of the budget all of them one after the other. A balance is read after a recent block, whose state most nodes have,
 * and judged when that block is final. It is reported to the ledger, which knows what it has booked.
 */
export function createReconciliation(
  context: WatchContext,
  finality: { finalized(): number | null },
  publishedBlock: () => number,
) {
  const { chain, client, store, state, registry } = context;
  const connection = registry.connections.find((each) => each.chain === chain.id);
  const perMinute = readsPerMinute(chain, connection);
  const assets = registry.assets.filter((each) => each.chain === chain.id).map(({ id }) => id);
  // The sweep reads all assets of an address at once. What is tried after a rest is as many that moved, and as many of
  // the sweep: so balances that no node ever says do not hide that it says others.
  const allowance = createAllowance(perMinute, 2 * assets.length, context.now);
  let [checked, notChecked] = [0, 0];
  /** A node that said none of the balances is left alone until then, in Unix milliseconds. */
  let restsUntil: number | null = null;

  /** The block after which balances are read now; null if none can be. */
  async function readable(): Promise<BlockHeader | null> {
    // TRON serves the state of the last solidified block only.
    const block = chain.family === 'tron' ? await client.tagged('finalized') : tipOf(state);
    if (block === null) return null;
    return headerAt(startedChain(state).ring, block.number)?.hash === block.hash ? block : null;
  }

  /** What is read next: what moved, then the next addresses of the sweep, each with all assets. */
  async function next(max: number): Promise<{ holdings: readonly Holding[]; sweep?: Sweep }> {
    const movedMax = restsUntil === null ? max : Math.min(assets.length, max);
    const triedUpTo = context.now() - UNREAD_REST_MS;
    const moved = await store.balancesToRead(chain.id, assets, movedMax, triedUpTo);
    const { sweep } = state;
    const count = Math.floor((max - moved.length) / assets.length);
    const isResting = sweep.after === '' && context.now() - sweep.since < SWEEP_EVERY_MS;
    if (count === 0 || (isResting && sweep.lastMs !== null)) return { holdings: moved };
    const addresses = await store.addressesAfter(chain.id, sweep.after, count);
    const isMoved = new Set(moved.map(holdingKey));
    const swept = addresses.flatMap((address) => assets.map((asset) => ({ address, asset })));
    // A balance that moved is read once, though its turn in the sweep has come too.
    const others = swept.filter((holding) => !isMoved.has(holdingKey(holding)));
    return { holdings: [...moved, ...others], sweep: sweptTo(addresses, count) };
  }

  function sweptTo(addresses: readonly string[], count: number): Sweep {
    const { sweep } = state;
    const now = context.now();
    const since = sweep.after === '' ? now : sweep.since;
    const last = addresses.at(-1);
    if (last !== undefined && addresses.length === count) return { ...sweep, after: last, since };
    return { after: '', since: now, lastMs: now - since };
  }

  /** Null for each that no node says, or says so that it can be read. */
  async function balancesOf(holdings: readonly Holding[], block: BlockHeader) {
    try {
      return await client.balances(holdings, block);
    } catch (error) {
      if (!(error instanceof InvalidBlock)) throw error;
      // They come after all others then, which would else wait for them for ever.
      return holdings.map(() => null);
    }
  }

  /** Reads balances as far as the budget allows. */
  async function read(): Promise<void> {
    if (restsUntil !== null && context.now() < restsUntil) return;
    const block = assets.length === 0 ? null : await readable();
    const atOnce = restsUntil === null ? READ_AT_ONCE : 2 * assets.length;
    const max = block === null ? 0 : allowance.take(atOnce);
    if (block === null || max === 0) return;
    const { holdings, sweep } = await next(max);
    allowance.giveBack(max - holdings.length);
    if (holdings.length === 0 && sweep === undefined) return;
    const balances = await balancesOf(holdings, block);
    const found: BalanceRead[] = [];
    const unread: Holding[] = [];
    for (const [i, holding] of holdings.entries()) {
      const balance = balances[i] ?? null;
      if (balance === null) unread.push(holding);
      else found.push({ ...holding, number: block.number, hash: block.hash, balance });
    }
    notChecked += unread.length;
    if (found.length > 0) restsUntil = null;
    else if (unread.length > 0) restsUntil = context.now() + REST_MS;
    // Of a node that is silent, each is due again when it has rested.
    const at = found.length > 0 ? context.now() : context.now() - UNREAD_REST_MS + REST_MS;
    const change = { read: found, unread: { at, holdings: unread } };
    await context.commit({ balances: { ...change, ...(sweep && { sweep }) } });
  }

  /** Up to which block balances are compared: final, published, and below every gap. */
  function comparableUpTo(): number {
    const final = finality.finalized() ?? tipOf(state).number - chain.reorgWindow;
    const gaps = gapsOf(state.quarantine).map(({ number }) => number - 1);
    return Math.min(final, publishedBlock(), ...gaps);
  }

  /** Reports the balances that were read after blocks that are final now; returns how many. */
  async function compare(): Promise<number> {
    const due = await store.balancesRead(chain.id, comparableUpTo(), REPORTED_AT_ONCE);
    if (due.length === 0) return 0;
    const observedAt = new Date(context.now()).toISOString();
    const blocks = [...new Set(due.map(({ hash }) => hash))];
    const told = due.filter(({ moved }) => moved < MOVED_LIMIT && moved > -MOVED_LIMIT);
    const messages = blocks.flatMap((hash) => {
      const entries = told.filter((each) => each.hash === hash);
      if (entries.length === 0) return [];
      return balancesMessage(chain.id, randomUUID(), entries, observedAt);
    });
    if (messages.length > 0) await context.log.publish(TOPICS.watchReport, messages);
    checked += told.length;
    notChecked += due.length - told.length;
    await context.commit({ balances: { checked: due } });
    return due.length;
  }

  return {
    /** Reads and compares what is due. Returns whether more is due at once. */
    async step(): Promise<boolean> {
      if (perMinute === 0 || state.paused !== null || state.chain.phase !== 'following')
        return false;
      const compared = await compare();
      try {
        await read();
      } catch (error) {
        // The watch itself says what is wrong with a node; balances are read again later.
        if (!(error instanceof RpcFailure)) throw error;
      }
      return compared === REPORTED_AT_ONCE;
    },
    /** What it has done since the process began to lead. */
    facts(): NonNullable<WatchDetailsV1['reconciliation']> {
      const { lastMs } = state.sweep;
      const sweepSeconds = lastMs === null ? null : Math.ceil(lastMs / 1_000);
      return { readsPerMinute: perMinute, checked, notChecked, sweepSeconds };
    },
  };
}
