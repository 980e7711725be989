import Table from 'cli-table3';
import pc from 'picocolors';
import { quantity } from '../report';
import { holds, RATIO_MIN, type Row, type Verdict } from './judge';

export interface Compared {
  readonly row: Row;
  readonly verdict: Verdict;
}

/** Together they fit 120 columns, what a wide terminal or a pull request shows. */
const COLUMN_WIDTHS = [44, 17, 17, 8, 13, 14];
const HEAD = ['', 'base, median', 'now, median', 'ratio', 'base/itself', 'holds'];

/** One table of all rows; those that do not hold are red and say why. */
export function comparisonTable(compared: readonly Compared[]): string {
  const table = new Table({
    head: HEAD.map((title) => pc.bold(title)),
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    colWidths: COLUMN_WIDTHS,
    wordWrap: true,
    style: { head: [], border: [] },
  });
  let measurement = '';
  for (const { row, verdict } of compared) {
    if (row.measurement !== measurement) {
      table.push([{ colSpan: HEAD.length, content: pc.bold(row.measurement) }]);
    }
    measurement = row.measurement;
    table.push(cellsOf(row, verdict));
  }
  return `${table.toString()}\n${summaryOf(compared)}`;
}

function cellsOf({ name, unit }: Row, verdict: Verdict): string[] {
  const { baseMedian, nowMedian, ratio, spread } = verdict;
  const shown = (value: number | null) => (value === null ? '-' : quantity(value, unit));
  return [
    name,
    shown(baseMedian),
    shown(nowMedian),
    ratio === null ? '-' : ratio.toFixed(3),
    spread === null ? '-' : `${spread.worst.toFixed(2)}..${spread.best.toFixed(2)}`,
    wordsOf(verdict),
  ];
}

function wordsOf(verdict: Verdict): string {
  switch (verdict.verdict) {
    case 'holds':
      return pc.green('yes');
    case 'holds within the spread':
      return pc.yellow('yes, within the spread');
    case 'slower':
      return pc.red('NO');
    case 'not measured':
      return pc.red('NO: a run has no such row');
    case 'new':
      return pc.dim('new');
  }
}

function summaryOf(compared: readonly Compared[]): string {
  const failing = compared.filter(({ verdict }) => !holds(verdict)).length;
  return (
    `${compared.length - failing} of ${compared.length} rows hold: their median ratio is at least ` +
    `${RATIO_MIN} or lies within what the base differs from itself.`
  );
}
