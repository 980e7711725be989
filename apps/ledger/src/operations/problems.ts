import { engineProblems } from './engine-state';
import type { StatusResponse } from './status.dto';

/** A watcher reports every ten seconds at least. */
export const REPORT_SECONDS_MAX = 60;

/** A sentence for each thing that is wrong. */
export function problemsOf(
  status: Pick<
    StatusResponse,
    'engines' | 'followers' | 'consumers' | 'chains' | 'reactions' | 'books'
  >,
): string[] {
  const { engines, followers, consumers, chains, reactions, books } = status;
  return [
    ...engineProblems(engines),
    ...followers
      .filter(({ standsStill }) => standsStill)
      .map(
        (f) =>
          `${f.name} stands at ${f.position} for ${f.secondsSinceProgress} s${because(f.detail)}.`,
      ),
    ...consumers
      .filter(({ standsStill }) => standsStill)
      .map(
        (c) =>
          `${c.group} stands still on ${c.topic}, ${c.lag ?? 'some'} messages behind${because(c.detail)}.`,
      ),
    ...consumers
      .filter(({ parkedKeys }) => parkedKeys > 0)
      .map(
        (c) =>
          `${c.group} has ${c.parkedKeys} parked ${c.parkedKeys === 1 ? 'key' : 'keys'} on ${c.topic}: npx daybook parked list`,
      ),
    ...chains
      .filter(({ standsStill }) => standsStill)
      .map((c) =>
        c.secondsSinceReport > REPORT_SECONDS_MAX
          ? `${c.chain}: its watcher has not reported for ${c.secondsSinceReport} s.`
          : `${c.chain} is ${c.state}: ${c.detail}`,
      ),
    ...reactionProblems(reactions),
    ...books.violations.map((v) => `A rule of the books is broken: ${v.subject}: ${v.detail}`),
  ];
}

function reactionProblems(reactions: StatusResponse['reactions']): string[] {
  const { clocksAgree, clockDifferenceMs: difference, states } = reactions;
  const errors = states.flatMap(({ name, notes }) =>
    notes
      .filter(({ isError }) => isError)
      .map(({ note, rows }) => `${name} failed for ${rows}: ${note}`),
  );
  if (clocksAgree) return errors;
  const seconds = Math.round(Math.abs(difference) / 1_000);
  const way = difference > 0 ? 'ahead of' : 'behind';
  return [
    `The clock of the database is ${seconds} s ${way} the ledger's: nothing that depends on time is done until they agree.`,
    ...errors,
  ];
}

function because(detail: string | null): string {
  return detail === null ? '' : `: ${detail.replace(/\.$/, '')}`;
}
