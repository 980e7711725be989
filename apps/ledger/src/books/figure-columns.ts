import type { FiguresTable } from '@daybook/audit';
import { FIGURE_NAMES, type FigureName, type Figures, figuresFrom } from '@daybook/domain';

/** The column of a figure; in the journal, where it is the figure after a line, with `_after`. */
export function columnOf(name: FigureName): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function sqlTypeOf(name: FigureName): 'bigint' | 'numeric' {
  return name === 'receipts' ? 'bigint' : 'numeric';
}

/** One expression for each figure, separated by commas. */
export function eachFigure(expression: (column: string) => string): string {
  return FIGURE_NAMES.map((name) => expression(columnOf(name))).join(', ');
}

/** The figures in a row; nothing at all where the row has none, as after an outer join. */
export function figuresIn(row: Readonly<Record<string, unknown>>, prefix = ''): Figures {
  return figuresFrom((name) => BigInt((row[`${prefix}${columnOf(name)}`] as string | null) ?? 0));
}

/** Whose figures a line of the journal moves, as `ownerOf` of the domain; there is an index on it. */
export const ownerIn = (alias: string) =>
  `coalesce(${['purse_id', 'charge_id', 'customer_id', 'account_id'].map((name) => `${alias}.${name}`).join(', ')})`;

/** The figures as a replay proves them. */
export const FIGURES_TABLE: FiguresTable = {
  table: 'figures',
  owner: 'owner_id',
  asset: 'asset',
  columnOf,
};
