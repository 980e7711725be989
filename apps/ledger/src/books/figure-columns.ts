import { FIGURE_NAMES, type FigureName, type Figures, figuresFrom } from '@daybook/domain';
import { Column } from 'typeorm';

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

type FigureRow<Suffix extends string> = new () => Record<`${FigureName}${Suffix}`, string>;

/** A class for rows to extend: it has a column for each figure, with strings of base units. */
export function rowOfFigures<Suffix extends '' | 'After'>(suffix: Suffix): FigureRow<Suffix> {
  class Row {}
  for (const figure of FIGURE_NAMES) {
    const name = suffix === '' ? columnOf(figure) : `${columnOf(figure)}_after`;
    const type = sqlTypeOf(figure);
    const digits = type === 'numeric' ? { precision: 78, scale: 0 } : {};
    Column({ type, name, ...digits })(Row.prototype, `${figure}${suffix}`);
  }
  return Row as FigureRow<Suffix>;
}

/** Whose figures a line of the journal moves, as `ownerOf` of the domain; there is an index on it. */
export const ownerIn = (alias: string) =>
  `coalesce(${['purse_id', 'charge_id', 'customer_id', 'account_id'].map((name) => `${alias}.${name}`).join(', ')})`;
