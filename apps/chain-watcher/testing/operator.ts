import type { WatchRequestV1 } from '@daybook/contracts';
import { hashOf } from '../../../libs/chains/testing/raw-blocks';
import { NOT_BEGUN, type Rescan } from '../src/state/rescan';
import type { Watch } from '../src/watch/watch';
import type { InMemoryWatcherStore } from './in-memory-store';
import { CHAIN, type ModelChain } from './model-chain';
import type { Random } from './random';

/** Requests rescans, and resets the ring whenever the watch says that this would help. */
export interface Operator {
  rescan(): Promise<void>;
  /** The same for the block of a transaction, which may be pending or unknown. */
  rescanTransaction(): void;
  /** Pauses the chain, or resumes it. Some of these requests change nothing. */
  pauseOrResume(watch: Watch): Promise<void>;
  /** Cancels one of the open requests. */
  cancel(): Promise<void>;
  resetIfStuck(watch: Watch | undefined): Promise<void>;
  /** The chain replaces more blocks than a ring remembers. */
  sufferDeepReorg(window: number): void;
}

let requested = 0;

export function createOperator(
  random: Random,
  store: InMemoryWatcherStore,
  model: ModelChain,
): Operator {
  function request(order: Pick<Rescan, 'origin'> & Partial<Rescan>): void {
    requested += 1;
    store.request(CHAIN, { ...NOT_BEGUN, ...order, id: `request ${requested}` });
  }
  return {
    async rescan() {
      const tip = (await store.load(CHAIN)).ring.at(-1)?.number;
      if (tip === undefined) return;
      const from = random.integer(tip + 1);
      request({ origin: 'operator', from, to: from + random.integer(tip + 1 - from) });
    },
    rescanTransaction() {
      const included = model.canonical.flatMap(({ block }) => block.transactions);
      const known = [...included, ...model.pool].map(({ hash }) => hash);
      const isKnown = known.length > 0 && !random.oneIn(8);
      const transaction = isKnown ? random.pick(known) : hashOf('never sent');
      request({ origin: random.oneIn(3) ? 'report-again' : 'operator', transaction });
    },
    async pauseOrResume(watch) {
      if ((await store.load(CHAIN)).ring.length === 0) return;
      await watch.takeRequest(pauseRequest(random.oneIn(3) ? 'pause' : 'resume'));
    },
    async cancel() {
      const open = await store.rescans(CHAIN);
      const given = open.filter(({ origin }) => origin === 'operator');
      if (given.length > 0) store.cancel(CHAIN, random.pick(given).id);
    },
    async resetIfStuck(watch) {
      const isStuck = watch?.health(null).detail?.includes('--reset-ring');
      const isRequested = (await store.rescans(CHAIN)).some(
        ({ origin }) => origin === 'ring-reset',
      );
      if (isStuck && !isRequested) request({ origin: 'ring-reset', from: null, to: null });
    },
    sufferDeepReorg(window) {
      if (model.height <= window + 1) return;
      const depth = window + random.integer(model.height - window);
      model.reorganise(depth, depth + random.integer(4));
    },
  };
}

/** What the ledger publishes when an operator requests it. */
export function pauseRequest(kind: 'pause' | 'resume'): WatchRequestV1 {
  requested += 1;
  return {
    ...{ requestId: `request ${requested}`, chain: CHAIN, kind, from: null, to: null },
    ...{ blocksMax: 0, isCancelled: false, reason: 'a test', requestedBy: 'operator:test' },
    ...{ requestedAt: '2026-01-01T00:00:00.000Z', position: '1' },
  };
}
