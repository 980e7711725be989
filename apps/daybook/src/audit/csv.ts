import type { CompareReport, ReplayReport } from '@daybook/audit';
import { FIGURE_NAMES } from '@daybook/domain';

const REPLAY = [
  ...['record', 'asset', 'book', 'debits', 'credits', 'accountId', 'customerId', 'purseId'],
  ...FIGURE_NAMES,
];
const DIFFERENCE = [
  ...(['readModel', 'table', 'row', 'kind', 'column', 'expected', 'found'] as const),
];

/**
 * Records of two kinds in one table (RFC 4180), amounts in base units: `book`, a line of the trial
 * balance, and `purse`, the figures of a purse and asset. What the other kind has is empty.
 */
export function* replayCsv({ trialBalance, purses }: ReplayReport): Generator<string> {
  yield line(REPLAY);
  const noPurse = ['', '', '', ...FIGURE_NAMES.map(() => '')];
  for (const { asset, kind, debits, credits } of trialBalance) {
    yield line(['book', asset, kind, String(debits), String(credits), ...noPurse]);
  }
  for (const { accountId, customerId, purseId, asset, figures } of purses) {
    const amounts = FIGURE_NAMES.map((name) => String(figures[name]));
    yield line(['purse', asset, '', '', '', accountId, customerId, purseId, ...amounts]);
  }
}

/** One line a difference. */
export function* compareCsv({ differences }: CompareReport): Generator<string> {
  yield line(DIFFERENCE);
  for (const difference of differences) yield line(DIFFERENCE.map((name) => difference[name]));
}

/** What an answer says besides its records. */
export function* besideCsv(report: ReplayReport | CompareReport): Generator<string> {
  const { position, stateHash, violations } = report;
  yield `position ${position}${stateHash === null ? '' : `, state hash ${stateHash}`}`;
  if (report.kind === 'compare' && report.omitted > 0) {
    yield `${report.omitted} more differences are not listed`;
  }
  if (report.schema !== null) yield `the tables were kept in the schema ${report.schema}`;
  for (const { invariant, subject, detail } of violations)
    yield `! ${invariant}: ${subject}: ${detail}`;
}

function line(cells: readonly (string | null)[]): string {
  return cells.map((cell) => quoted(cell ?? '')).join(',');
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
