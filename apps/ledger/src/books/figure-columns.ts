import type { FiguresTable } from '@daybook/audit';
import { FIGURE_NAMES, type FigureName, type Figures, NO_FIGURES } from '@daybook/domain';

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

const NAMED_COLUMNS = FIGURE_NAMES.map((name) => [name, columnOf(name)] as const);

/** Reads the figures in a row; 0 for a column that is null, as after an outer join. */
export function figuresIn(row: Readonly<Record<string, unknown>>): Figures {
  const figures = { ...NO_FIGURES };
  for (const [name, column] of NAMED_COLUMNS) {
    const value = row[column] as string | null;
    if (value !== null) figures[name] = BigInt(value);
  }
  return figures;
}

/** All figures as one text: a row with many columns costs the driver more than their values. */
export function figuresText(expression: (column: string) => string): string {
  return `concat_ws(' ', ${eachFigure(expression)})`;
}

/** Reads a `figuresText`; all are 0 if it is empty, as after an outer join. */
export function parseFigures(text: string): Figures {
  const figures = { ...NO_FIGURES };
  if (text === '') return figures;
  const values = text.split(' ');
  for (const [i, name] of FIGURE_NAMES.entries()) {
    // Most figures of a row are 0.
    if (values[i] !== '0') figures[name] = BigInt(values[i] as string);
  }
  return figures;
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
