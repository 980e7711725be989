import type { BlockHeader, ChainBlock } from '@daybook/chains';
import type { WatchDetailsV1 } from '@daybook/contracts';
import { wordsOf } from './words';

const SENTENCE_MAX = 600;
const HASH_MAX = 100;
/** Kinds of alarms that are told apart. A node that makes up more repeats log lines, and fills no memory. */
const KINDS_MAX = 100;

export type WatchMemory = ReturnType<typeof createWatchMemory>;

/** What happened to a chain since the process began, which is stored nowhere. `now` in Unix milliseconds. */
export function createWatchMemory(now: () => number = Date.now) {
  const at = () => new Date(now()).toISOString();
  const since = at();
  const kinds = new Set<string>();
  let reorgs: WatchDetailsV1['reorgs'] = { count: 0, deepest: null, last: null };
  let alarms: WatchDetailsV1['alarms'] = { count: 0, last: null };

  return {
    /** `depth` blocks above `ancestor` were replaced. */
    reorganised(ancestor: BlockHeader, depth: number): void {
      const last = { depth, ancestor: ancestor.number, at: at() };
      const { count, deepest } = reorgs;
      const isDeepest = deepest === null || depth >= deepest.depth;
      reorgs = { count: count + 1, deepest: isDeepest ? last : deepest, last };
    },

    /** Notes the alarm of a block; returns whether an alarm of this kind is new. */
    alarmed({ number, hash }: ChainBlock, alarm: string): boolean {
      const sentence = wordsOf(alarm, SENTENCE_MAX);
      const last = { block: number, hash: hash.slice(0, HASH_MAX), sentence, at: at() };
      alarms = { count: alarms.count + 1, last };
      // Each sentence names its block, so those of all blocks after a fork differ.
      const kind = sentence.replaceAll(String(number), '<block>');
      if (kinds.has(kind)) return false;
      if (kinds.size >= KINDS_MAX) kinds.clear();
      kinds.add(kind);
      return true;
    },

    recalled: (): Pick<WatchDetailsV1, 'since' | 'reorgs' | 'alarms'> => ({
      ...{ since, reorgs, alarms },
    }),
  };
}
