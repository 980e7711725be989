import { NOT_BEGUN, type Rescan } from '../src/state/rescan';
import type { Watch } from '../src/watch/watch';
import type { InMemoryWatcherStore } from './in-memory-store';
import { CHAIN, type ModelChain } from './model-chain';
import type { Random } from './random';

/** Requests rescans, and resets the ring whenever the watch says that this would help. */
export interface Operator {
  rescan(): Promise<void>;
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
  function request(order: Pick<Rescan, 'origin' | 'from' | 'to'>): void {
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
