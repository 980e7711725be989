import type { Claimant, FindingEnd, FindingKind } from '@daybook/domain';
import { Column, Entity } from 'typeorm';
import { ListedRow } from '../projections/cursor';

@Entity({ name: 'finding', schema: 'ledger' })
export class FindingRow extends ListedRow {
  @Column('text')
  kind!: FindingKind;

  @Column('text')
  status!: 'open' | 'closed';

  @Column('uuid', { name: 'customer_id' })
  customerId!: string;

  @Column('uuid', { name: 'purse_id' })
  purseId!: string;

  @Column('text')
  chain!: string;

  @Column('text')
  address!: string;

  @Column('text')
  asset!: string;

  /** Base units, as a decimal string; negative when the chain has less. */
  @Column('numeric')
  difference!: string;

  @Column('bigint', { name: 'from_block', nullable: true })
  fromBlock!: string | null;

  @Column('bigint', { name: 'to_block', nullable: true })
  toBlock!: string | null;

  /** The outflow or the replenishment. */
  @Column('text', { nullable: true })
  subject!: string | null;

  @Column('bigint')
  opening!: string;

  @Column('text', { name: 'ended', nullable: true })
  end!: FindingEnd | null;

  @Column('text', { name: 'credited_to', nullable: true })
  creditedTo!: Claimant | null;

  /** What the operator said who acted last. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('text', { nullable: true })
  reference!: string | null;

  @Column('uuid', { name: 'watch_request_id', nullable: true })
  watchRequestId!: string | null;

  @Column('timestamptz', { name: 'opened_at' })
  openedAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('bigint', { name: 'last_position' })
  lastPosition!: string;
}
