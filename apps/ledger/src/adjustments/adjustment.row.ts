import type { AdjustmentDirection } from '@daybook/domain';
import { Column, Entity } from 'typeorm';
import { ListedRow } from '../projections/cursor';

@Entity({ name: 'adjustment', schema: 'ledger' })
export class AdjustmentRow extends ListedRow {
  /** Null for an adjustment of the account's own claim. */
  @Column('uuid', { name: 'customer_id', nullable: true })
  customerId!: string | null;

  @Column('uuid', { name: 'purse_id', nullable: true })
  purseId!: string | null;

  @Column('text')
  asset!: string;

  /** Base units, as a decimal string. */
  @Column('numeric', { precision: 78, scale: 0 })
  amount!: string;

  @Column('text')
  direction!: AdjustmentDirection;

  @Column('boolean')
  forced!: boolean;

  @Column('text')
  reason!: string;

  @Column('text')
  reference!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
