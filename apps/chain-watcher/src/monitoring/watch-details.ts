import { type BlockHeader, HEADER_TIME_MAX, type ProviderStatus } from '@daybook/chains';
import type { WatchDetailsV1 } from '@daybook/contracts';
import type { Trouble } from './health';
import { wordsOf } from './words';

// The limits of the contract (`chain-head.v1.json`), so that a report stays small whatever nodes say.
const PROVIDERS_MAX = 20;
const NOTES_MAX = 20;
const RANGES_MAX = 20;
const SAID_MAX = 300;
const TOPIC_MAX = 100;
const SECONDS_MAX = 2 ** 31 - 1;

type Range = Readonly<Record<'from' | 'to', number>>;

/** What the parts of a watch know, to be told to operators. */
export interface WatchFacts {
  /** The node's newest block; null before its first answer. */
  readonly head: Pick<BlockHeader, 'time'> | null;
  readonly secondsLeft: number | null;
  readonly rescans: WatchDetailsV1['rescans'];
  /** The heights that the gap check covers; null before anything is final. */
  readonly checked: Range | null;
  /** Heights in them that were neither scanned nor are in quarantine. */
  readonly unscanned: readonly Range[];
  readonly blocksInQuarantine: number;
  readonly gaps: number;
  readonly providers: readonly ProviderStatus[];
  readonly reconciliation: NonNullable<WatchDetailsV1['reconciliation']>;
  /** See `WatchMemory`. */
  readonly recalled: Pick<WatchDetailsV1, 'since' | 'reorgs' | 'alarms'>;
  readonly unpublished: Trouble | null;
}

/** How a chain is watched, as its report carries it. */
export function watchDetails(facts: WatchFacts): WatchDetailsV1 {
  const { head, secondsLeft, rescans, checked, unscanned, unpublished } = facts;
  const { blocksInQuarantine, gaps, providers, recalled, reconciliation } = facts;
  return {
    ...recalled,
    newestBlockAt: head === null ? null : timeOf(head.time),
    secondsLeft: secondsLeft === null ? null : Math.min(Math.ceil(secondsLeft), SECONDS_MAX),
    rescans,
    gapCheck: checked && {
      ...{ from: checked.from, to: checked.to, unscanned: lengthOf(unscanned) },
      ranges: unscanned.slice(0, RANGES_MAX).map(({ from, to }) => ({ from, to })),
    },
    ...{ blocksInQuarantine, gaps, reconciliation },
    unpublished: unpublished && {
      since: new Date(unpublished.since).toISOString(),
      reason: wordsOf(unpublished.message, SAID_MAX),
    },
    providers: providers.slice(0, PROVIDERS_MAX).map(reportedProvider),
  };
}

function reportedProvider(provider: ProviderStatus): WatchDetailsV1['providers'][number] {
  const { name, state, score, lastHead, questions, detail, announcements, budget } = provider;
  const errors = Object.entries(provider.errors)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => ({ kind, count }));
  const notes = provider.notes.slice(0, NOTES_MAX).map((note) => ({
    ...{ topic: wordsOf(note.topic, TOPIC_MAX), state: note.state },
    sentence: wordsOf(note.sentence, SAID_MAX),
  }));
  return {
    ...{ name: wordsOf(name, SAID_MAX), state, detail: detail && wordsOf(detail, SAID_MAX) },
    ...{ score, lastHead, questions, errors },
    announcements: announcements && wordsOf(announcements, SAID_MAX),
    ...{ budget, notes },
  };
}

/** A header may claim any time; null for one that cannot be written. */
function timeOf(seconds: number): string | null {
  const isWritable = seconds >= 0 && seconds <= HEADER_TIME_MAX;
  return isWritable ? new Date(Math.trunc(seconds) * 1_000).toISOString() : null;
}

function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** What is reported soon after it changes; everything else with the next report. */
export function newsOf({ providers, unpublished, reorgs, alarms, ...details }: WatchDetailsV1) {
  const { blocksInQuarantine, gaps, gapCheck } = details;
  return [
    ...providers.map(({ state, announcements }) => `${state} ${announcements === null}`),
    ...[unpublished === null, reorgs.count, alarms.last?.sentence],
    ...[blocksInQuarantine, gaps, gapCheck?.unscanned],
  ];
}
