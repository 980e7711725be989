import type { Family } from '@daybook/domain';
import { Column, Entity } from 'typeorm';
import { ListedRow } from '../projections/cursor';

@Entity({ name: 'purse', schema: 'ledger' })
export class PurseRow extends ListedRow {
  @Column('uuid', { name: 'customer_id' })
  customerId!: string;

  @Column('text')
  family!: Family;

  /** In the canonical form of the family: lower-case hex on EVM chains. */
  @Column('text')
  address!: string;

  @Column('text')
  status!: 'active' | 'archived' | 'declined';

  /** Whether it was ever archived and restored, so that it had another status before. */
  @Column('boolean', { name: 'was_restored' })
  wasRestored!: boolean;

  @Column('text', { name: 'outside_order_id', nullable: true })
  outsideOrderId!: string | null;

  @Column('timestamptz', { name: 'minted_at' })
  mintedAt!: Date;
}
