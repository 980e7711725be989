import { FIGURE_NAMES, type FigureName } from '@daybook/domain';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { columnOf, sqlTypeOf } from './figure-columns';

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

/** Balances and throughput of one owner and asset. */
@Entity({ name: 'figures', schema: 'ledger' })
export class FiguresRow extends rowOfFigures('') {
  /** The purse or charge, else the customer, else the account. */
  @PrimaryColumn('uuid', { name: 'owner_id' })
  ownerId!: string;

  @PrimaryColumn('text')
  asset!: string;
}
