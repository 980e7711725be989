import { Entity, PrimaryColumn } from 'typeorm';
import { rowOfFigures } from './figure-columns';

/** Balances and throughput of one owner and asset. */
@Entity({ name: 'figures', schema: 'ledger' })
export class FiguresRow extends rowOfFigures('') {
  /** The purse or charge, else the customer, else the account. */
  @PrimaryColumn('uuid', { name: 'owner_id' })
  ownerId!: string;

  @PrimaryColumn('text')
  asset!: string;
}
