import type { ChainHeadV1 } from '@daybook/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The latest that a watcher said of its chain. */
@Entity({ name: 'chain_head', schema: 'ledger' })
export class ChainHeadRow {
  @PrimaryColumn('text')
  chain!: string;

  @Column('bigint')
  latest!: string;

  @Column('bigint')
  matched!: string;

  @Column('bigint', { nullable: true })
  finalized!: string | null;

  @Column('text')
  state!: ChainHeadV1['state'];

  @Column('text', { nullable: true })
  detail!: string | null;

  @Column('timestamptz', { name: 'observed_at' })
  observedAt!: Date;

  /** Every address minted up to this position is watched; null while that is not known. */
  @Column('numeric', { name: 'addresses_through', nullable: true })
  addressesThrough!: string | null;
}
