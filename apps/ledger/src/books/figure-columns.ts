import type { FiguresTable } from '@daybook/audit';
import { FIGURE_NAMES, type FigureName, type Figures, figuresFrom } from '@daybook/domain';

const COLUMNS = Object.fromEntries(
  FIGURE_NAMES.map((name) => [name, name.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`)]),
) as Readonly<Record<FigureName, string>>;

/** The column of a figure. The journal adds `_after`: there it is the figure after the line. */
export function columnOf(name: FigureName): string {
  return COLUMNS[name];
}

export function sqlTypeOf(name: FigureName): 'bigint' | 'numeric' {
  return name === 'receipts' ? 'bigint' : 'numeric';
}

/** One expression for each figure, separated by commas. */
export function eachFigure(expression: (column: string) => string): string {
  return FIGURE_NAMES.map((name) => expression(columnOf(name))).join(', ');
}

/** The figures in a row; 0 for a column that is null, as after an outer join. */
export function figuresIn(row: Readonly<Record<string, unknown>>, prefix = ''): Figures {
  return figuresFrom((name) => BigInt((row[`${prefix}${columnOf(name)}`] as string | null) ?? 0));
}

/** The owner of a journal line, as the domain's `ownerOf`. An index covers this expression. */
export const ownerIn = (alias: string) =>
  `coalesce(${['purse_id', 'charge_id', 'customer_id', 'account_id'].map((name) => `${alias}.${name}`).join(', ')})`;

/** The figures table, as a replay compares it. */
export const FIGURES_TABLE: FiguresTable = {
  table: 'figures',
  owner: 'owner_id',
  asset: 'asset',
  columnOf,
};
