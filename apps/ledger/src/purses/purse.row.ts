import type { Family, PurseStatus } from '@daybook/domain';
import { Column, Entity } from 'typeorm';
import { VersionedRow } from '../projections/cursor';

@Entity({ name: 'purse', schema: 'ledger' })
export class PurseRow extends VersionedRow {
  @Column('uuid', { name: 'customer_id' })
  customerId!: string;

  @Column('text')
  family!: Family;

  /** In the canonical form of the family: lower-case hex on EVM chains. Null while it has that of another purse. */
  @Column('text', { nullable: true })
  address!: string | null;

  /** The address that it was given although another purse has it, until it gets one of its own. */
  @Column('text', { name: 'held_address', nullable: true })
  heldAddress!: string | null;

  /** Where the log gave it an address of its own, if it was minted with that of another one. */
  @Column('bigint', { name: 'address_position', nullable: true })
  addressPosition!: string | null;

  @Column('text')
  status!: PurseStatus;

  /** Whether it was ever archived and restored, so that it had another status before. */
  @Column('boolean', { name: 'was_restored' })
  wasRestored!: boolean;

  @Column('text', { name: 'outside_order_id', nullable: true })
  outsideOrderId!: string | null;

  @Column('timestamptz', { name: 'minted_at' })
  mintedAt!: Date;
}
