import type { WatchRequest } from '../src/requests';
import type { Watch } from '../src/watch';
import type { InMemoryWatcherStore } from './in-memory-store';
import { CHAIN, type ModelChain } from './model-chain';
import type { Random } from './random';

/** Somebody who asks for rescans, and resets the ring whenever the watch says that it would help. */
export interface Operator {
  rescan(): Promise<void>;
  /** Takes one of the open requests back. */
  cancel(): Promise<void>;
  resetIfStuck(watch: Watch | undefined): Promise<void>;
  /** The chain replaces more blocks than a ring remembers. */
  sufferDeepReorg(window: number): void;
}

let asked = 0;

export function createOperator(
  random: Random,
  store: InMemoryWatcherStore,
  model: ModelChain,
): Operator {
  function ask(request: Pick<WatchRequest, 'kind' | 'from' | 'to'>): void {
    asked += 1;
    store.ask({
      ...{ ...request, id: `request ${asked}`, chain: CHAIN, state: 'waiting', blocksMax: null },
      ...{ next: null, hash: null, shown: 0, told: 0, reason: null },
    });
  }
  return {
    async rescan() {
      const tip = (await store.load(CHAIN)).ring.at(-1)?.number;
      if (tip === undefined) return;
      const from = random.integer(tip + 1);
      ask({ kind: 'rescan', from, to: from + random.integer(tip + 1 - from) });
    },
    async cancel() {
      const open = await store.requests(CHAIN);
      const given = open.filter(({ kind }) => kind === 'rescan');
      if (given.length > 0) store.cancel(CHAIN, random.pick(given).id);
    },
    async resetIfStuck(watch) {
      const isStuck = watch?.health(null).detail?.includes('--reset-ring');
      const isAsked = (await store.requests(CHAIN)).some(({ kind }) => kind === 'reset-ring');
      if (isStuck && !isAsked) ask({ kind: 'reset-ring', from: null, to: null });
    },
    sufferDeepReorg(window) {
      if (model.height <= window + 1) return;
      const depth = window + random.integer(model.height - window);
      model.reorganise(depth, depth + random.integer(4));
    },
  };
}
