import type { CompareReport, ReplayReport } from '@daybook/audit';
import { FIGURE_NAMES } from '@daybook/domain';
import { csvLine } from '../cli/output';
import type { Compared } from './pages';

const REPLAY = [
  ...['record', 'asset', 'book', 'debits', 'credits', 'accountId', 'customerId', 'purseId'],
  ...FIGURE_NAMES,
];
const COMPARE = ['readModel', 'table', 'row', 'kind', 'column', 'expected', 'found'];

/**
 * Two kinds of records in one table (RFC 4180), amounts in base units: `book` is a line of the trial
 * balance, `purse` has the figures of a purse and asset. Columns of the other kind are empty.
 */
export function* replayCsv({ trialBalance, purses }: ReplayReport): Generator<string> {
  yield csvLine(REPLAY);
  for (const { kind, ...entry } of trialBalance) {
    yield record(REPLAY, { record: 'book', book: kind, ...entry });
  }
  for (const { figures, ...purse } of purses) {
    yield record(REPLAY, { record: 'purse', ...purse, ...figures });
  }
}

/** One line per difference. */
export function* compareCsv({ differences }: CompareReport): Generator<string> {
  yield csvLine(COMPARE);
  for (const difference of differences) yield record(COMPARE, { ...difference });
}

/** The parts of a report that are not records of its table. */
export function* besideCsv(report: ReplayReport | Compared): Generator<string> {
  const { position, stateHash, violations } = report;
  yield `position ${position}${stateHash === null ? '' : `, state hash ${stateHash}`}`;
  if (report.kind === 'compare' && report.omitted > 0) {
    yield `${report.omitted} more differences are not listed`;
  }
  if (report.kind === 'compare' && report.watcher !== undefined) {
    const { lacking, omitted, remedies } = report.watcher;
    yield `the event log lacks ${lacking.length + omitted} movements of the watchers' record`;
    yield* remedies;
  }
  if (report.schema !== null) yield `the tables were kept in the schema ${report.schema}`;
  for (const { invariant, subject, detail } of violations)
    yield `! ${invariant}: ${subject}: ${detail}`;
}

function record(columns: readonly string[], values: Readonly<Record<string, unknown>>): string {
  return csvLine(columns.map((column) => String(values[column] ?? '')));
}
