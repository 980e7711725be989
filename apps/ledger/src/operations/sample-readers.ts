import type {
  ConsumerGroup,
  DurableLog,
  StoppedGroup,
  SubscriptionStatus,
} from '@daybook/messaging';
import { STALLED_SECONDS } from './get-status';
import type { GroupWaits } from './group-waits';
import type { LedgerMetrics } from './metrics';
import { stoppedProblem } from './problems';

/** The consumer groups of the ledger. Those of watchers are judged by what the watchers report. */
const GROUPS = /^ledger(-|$)/;

type GroupOfTopic = Pick<ConsumerGroup, 'topic' | 'group'>;

/** The groups; those of the ledger that run in other processes with how far they are, which on Kafka has to be asked. */
export function groupsWithLag(
  log: DurableLog,
  groups: readonly ConsumerGroup[],
  own: readonly SubscriptionStatus[],
  waits: GroupWaits,
): Promise<readonly ConsumerGroup[]> {
  const here = new Set(own.map(nameOf));
  return Promise.all(
    groups.map(async (of) => {
      if (of.lag !== null || here.has(nameOf(of)) || !GROUPS.test(of.group)) return of;
      // A user may see a group without the right to ask how far it is.
      const places = await log.lag(of.topic, of.group).catch(() => null);
      return places === null ? of : waits.note(of, places);
    }),
  );
}

/** What groups of the ledger lack that have stopped in other processes. Members say it of those in this one. */
export function stoppedElsewhere(
  stopped: readonly StoppedGroup[],
  own: readonly SubscriptionStatus[],
): readonly string[] {
  const here = new Set(own.map(nameOf));
  return stopped
    .filter((of) => GROUPS.test(of.group) && !here.has(nameOf(of)))
    .map(({ topic, reason }) => `${topic}: ${reason}`);
}

/**
 * Measures every reader of the durable log, also of the chain-watchers and of other processes. Returns a sentence for each
 * of the ledger that handles nothing although messages wait. On Kafka the members of a group know its lag.
 */
export function sampleReaders(
  groups: readonly ConsumerGroup[],
  own: readonly SubscriptionStatus[],
  metrics: LedgerMetrics,
): readonly string[] {
  const stopped: string[] = [];
  const note = (of: GroupOfTopic, lag: bigint, seconds: number): void => {
    const { topic, group } = of;
    metrics.consumerLagMessages.set({ topic, group }, Number(lag));
    metrics.consumerWaitingSeconds.set({ topic, group }, seconds);
    if (seconds > STALLED_SECONDS && GROUPS.test(group)) stopped.push(stoppedProblem(of, seconds));
  };
  const known = new Set<string>();
  for (const { lag, waitingSince, ...of } of groups) {
    if (lag === null) continue;
    known.add(nameOf(of));
    note(of, lag, waitingSince === null ? 0 : secondsSince(waitingSince.toISOString()));
  }
  for (const status of own.filter((each) => !known.has(nameOf(each)))) {
    const { lag, lastProgressAt } = status;
    note(status, lag, lag === 0n || lastProgressAt === null ? 0 : secondsSince(lastProgressAt));
  }
  return stopped;
}

function nameOf({ topic, group }: GroupOfTopic): string {
  return `${group} ${topic}`;
}

/** `time` in RFC 3339. */
export function secondsSince(time: string): number {
  return Math.max(0, (Date.now() - Date.parse(time)) / 1_000);
}
