import { Column, Entity } from 'typeorm';
import { ListedRow } from '../projections/cursor';

@Entity({ name: 'customer_transfer', schema: 'ledger' })
export class CustomerTransferRow extends ListedRow {
  @Column('uuid', { name: 'from_customer_id' })
  fromCustomerId!: string;

  @Column('uuid', { name: 'to_customer_id' })
  toCustomerId!: string;

  @Column('text')
  asset!: string;

  /** Base units, as a decimal string. */
  @Column('numeric', { precision: 78, scale: 0 })
  amount!: string;

  @Column('text')
  reason!: string;

  @Column('text')
  reference!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
