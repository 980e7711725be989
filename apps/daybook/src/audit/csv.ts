import type { CompareReport } from '../../../ledger/src/audit/compare';
import type { ReplayReport } from '../../../ledger/src/audit/replay';

const PURSE_COLUMNS = ['accountId', 'customerId', 'purseId', 'asset'] as const;
const FIGURES = [
  ...(['custody', 'claimCustomer', 'claimAccount', 'suspense'] as const),
  ...(['received', 'reversed', 'receipts'] as const),
];
const DIFFERENCE = [
  ...(['readModel', 'table', 'row', 'kind', 'column', 'expected', 'found'] as const),
];

/** One line a purse and asset, amounts in base units, after a line of headings (RFC 4180). */
export function* replayCsv({ purses }: ReplayReport): Generator<string> {
  yield line([...PURSE_COLUMNS, ...FIGURES]);
  for (const purse of purses) {
    yield line([
      ...PURSE_COLUMNS.map((name) => purse[name]),
      ...FIGURES.map((name) => String(purse.figures[name])),
    ]);
  }
}

/** One line a difference. */
export function* compareCsv({ differences }: CompareReport): Generator<string> {
  yield line(DIFFERENCE);
  for (const difference of differences) yield line(DIFFERENCE.map((name) => difference[name]));
}

function line(cells: readonly (string | null)[]): string {
  return cells.map((cell) => quoted(cell ?? '')).join(',');
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
