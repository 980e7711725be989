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

/** Reads the figures in a row; 0 for a column that is null, as after an outer join. */
export function figuresReader(prefix = ''): (row: Readonly<Record<string, unknown>>) => Figures {
  const columns = FIGURE_NAMES.map((name) => [name, prefix + columnOf(name)] as const);
  return (row) => {
    const figures = { ...NO_FIGURES };
    for (const [name, column] of columns) {
      const value = row[column] as string | null;
      // Most figures of a row are 0.
      if (value !== null && value !== '0') figures[name] = BigInt(value);
    }
    return figures;
  };
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
