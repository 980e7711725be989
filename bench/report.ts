import Table from 'cli-table3';
import pc from 'picocolors';
import { type Figure, fallsShort, shareOfLimit } from './measurement';

export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly seconds: number;
  /** The share of the machine that other processes used meanwhile; null if unknown. */
  readonly strangers: number | null;
  readonly figures: readonly Figure[];
}

/** Load of other processes above this distorts the figures. */
const STRANGERS_NOTED_FROM = 0.05;

/** Together they fit 120 columns, what a wide terminal or a pull request shows. */
const COLUMN_WIDTHS = [44, 19, 31, 7, 13];

/** One table of all figures. A missed target is red. */
export function tableOf(measured: readonly Measured[]): string {
  const table = new Table({
    head: ['', 'measured', 'limit in the same run', 'of it', 'target'].map(pc.bold),
    colAligns: ['left', 'right', 'left', 'right', 'left'],
    colWidths: COLUMN_WIDTHS,
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { title, figures, strangers } of measured) {
    const busy =
      strangers !== null && strangers > STRANGERS_NOTED_FROM
        ? pc.yellow(`  others used ${percent(strangers)} of the machine meanwhile`)
        : '';
    table.push([{ colSpan: 5, content: pc.bold(title) + busy }]);
    for (const figure of figures) table.push(row(figure));
  }
  return table.toString();
}

function row(figure: Figure): string[] {
  const { name, notes, unit, value, limit } = figure;
  const share = shareOfLimit(figure);
  return [
    [name, ...notes.map((note) => pc.dim(`  ${note}`))].join('\n'),
    fallsShort(figure) ? pc.red(quantity(value, unit)) : quantity(value, unit),
    limit ? `${quantity(limit.value, unit)}\n${pc.dim(limit.what)}` : '',
    share === null ? '' : percent(share),
    targetOf(figure),
  ];
}

function targetOf(figure: Figure): string {
  const { target, better, unit } = figure;
  if (target === null) return '';
  const goal = `${better === 'more' ? '>=' : '<='} ${unit === '%' ? percent(target) : number(target)}`;
  return fallsShort(figure) ? pc.red(`${goal}\nFALLS SHORT`) : pc.green(goal);
}

/** A value as the tables show it. */
export function quantity(value: number, unit: string): string {
  return unit === '%' ? percent(value) : `${number(value)} ${unit}`;
}

/** Three significant digits, which is the precision of a measurement. */
function number(value: number): string {
  const digits =
    Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
