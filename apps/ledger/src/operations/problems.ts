import type { json } from '@daybook/contracts';
import type { OpenFindings } from '../findings';
import { clocksAgree } from '../reactions/clocks-agree';
import type { ReactionsReport } from '../reactions/get-reactions';

/** A sentence for each thing that is wrong. */
export function problemsOf(
  status: Pick<
    json.Status,
    'engines' | 'followers' | 'consumers' | 'reactions' | 'books' | 'clocks'
  > & {
    readonly chainProblems: readonly string[];
  },
): string[] {
  const { engines, followers, consumers, chainProblems, reactions, books, clocks } = status;
  const stalled = consumers.filter(({ standsStill }) => standsStill);
  const failures = reactions.states.flatMap(({ name, notes }) =>
    notes.filter(({ isError }) => isError).map((failed) => ({ name, ...failed })),
  );
  return [
    ...engineProblems(engines),
    ...followers.filter(({ standsStill }) => standsStill).map(followerProblem),
    ...stalled.map(
      ({ group, topic, lag, detail }) =>
        `${group} is stalled on ${topic}, ${lag ?? 'some'} messages behind${because(detail)}.`,
    ),
    ...consumers.filter(({ parkedKeys }) => parkedKeys > 0).map(parkedProblem),
    ...chainProblems,
    ...clockProblems(reactions),
    ...differingClocks(clocks, reactions),
    ...failures.map(({ name, note, rows }) => `${name} failed for ${rows}: ${note}`),
    ...books.violations.map(
      (v) => `An invariant of the books is violated: ${v.subject}: ${v.detail}`,
    ),
  ];
}

const ENGINES = [
  ['PostgreSQL', 'database'],
  ['The event log', 'eventLog'],
  ['The durable log', 'durableLog'],
] as const;

/** A sentence for each engine that does not answer, and for a log that is not the right one. */
export function engineProblems(engines: json.Status['engines']): string[] {
  const silent = ENGINES.filter(([, engine]) => !engines[engine].answers).map(
    ([name, engine]) => `${name} does not answer${because(engines[engine].detail)}.`,
  );
  const { refused } = engines.eventLog;
  return refused === null ? silent : [...silent, refused];
}

/** The state of the whole service. */
export function stateOf(
  engines: json.Status['engines'],
  problems: readonly string[],
): json.Status['state'] {
  if (Object.values(engines).some(({ answers }) => !answers)) return 'unreachable';
  return problems.length > 0 ? 'standing-still' : 'ok';
}

export function followerProblem({ name, position, ...state }: json.FollowerState): string {
  const { secondsSinceProgress: seconds, detail } = state;
  return `${name} has been stalled at position ${position} for ${seconds} s${because(detail)}.`;
}

type ParkedConsumer = Pick<json.ConsumerState, 'group' | 'topic' | 'parkedKeys'>;

export function parkedProblem({ group, topic, parkedKeys }: ParkedConsumer): string {
  const keys = parkedKeys === 1 ? 'key' : 'keys';
  return `${group} has ${parkedKeys} parked ${keys} on ${topic}: npx daybook parked list`;
}

/** A sentence about the findings that are open; undefined when none is. */
export function findingsDetail(findings: readonly OpenFindings[]): string | undefined {
  if (findings.length === 0) return undefined;
  const kinds = findings.map(({ kind, open }) => `${open} ${kind}`).join(', ');
  return `open findings: ${kinds}; npx daybook findings list`;
}

/** How many rows failed, or wait for more than their time. */
export function noted({ notes }: ReactionsReport['reactions'][number], isError: boolean): number {
  return notes.filter((n) => n.isError === isError).reduce((sum, { rows }) => sum + rows, 0);
}

export function reactionProblems(report: ReactionsReport): string[] {
  const failing = report.reactions.filter((state) => noted(state, true) > 0);
  return [
    ...clockProblems(report),
    ...failing.map(
      (s) => `${s.name} failed for ${noted(s, true)} rows and retries; a log line says why`,
    ),
  ];
}

type Group = Pick<json.ConsumerState, 'group' | 'topic'>;

export function stoppedProblem({ group, topic }: Group, seconds: number): string {
  return `${group} has handled nothing of ${topic} for ${Math.round(seconds)} s, although messages wait`;
}

type ClocksOfReactions = Pick<json.Status['reactions'], 'clocksAgree' | 'clockDifferenceMs'>;

/** Of the processes that run reactions. */
export function clockProblems({ clocksAgree, clockDifferenceMs }: ClocksOfReactions): string[] {
  if (clocksAgree) return [];
  return [`The database's clock is ${away(clockDifferenceMs)} the ledger's, so nothing expires.`];
}

/** Of the process that answers. What `clockProblems` says of the database of `reactions` is not repeated. */
export function differingClocks(
  { databaseAheadMs, eventLogAheadMs }: json.Clocks,
  reactions?: ClocksOfReactions,
): string[] {
  const sentences: string[] = [];
  if (!clocksAgree(databaseAheadMs) && (reactions === undefined || reactions.clocksAgree)) {
    sentences.push(`The database's clock is ${away(databaseAheadMs)} that of this ledger.`);
  }
  if (!clocksAgree(eventLogAheadMs ?? 0)) {
    const way = away(eventLogAheadMs ?? 0);
    sentences.push(`The clock of the event log is ${way} that of the writer of its last event.`);
  }
  return sentences;
}

function away(aheadMs: number): string {
  return `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}

/** What follows a statement to say why, if that is known. The sentence still needs its full stop. */
export function because(detail: string | null): string {
  return detail === null ? '' : `: ${detail.replace(/\.$/, '')}`;
}
