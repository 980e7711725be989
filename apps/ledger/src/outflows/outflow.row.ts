import type { OutflowRejection, OutflowStatus, OutflowUse } from '@daybook/domain';
import { Column, Entity } from 'typeorm';
import { ListedRow } from '../projections/cursor';
import type { TransactionSource } from '../projections/transaction-source';

@Entity({ name: 'outflow', schema: 'ledger' })
export class OutflowRow extends ListedRow {
  @Column('uuid', { name: 'customer_id' })
  customerId!: string;

  @Column('uuid', { name: 'purse_id' })
  purseId!: string;

  /** As the watcher reports it: `<chain>/<transaction>/<ordinal>`. */
  @Column('text', { name: 'outflow_id' })
  outflowId!: string;

  @Column('text')
  use!: OutflowUse;

  @Column('text')
  status!: OutflowStatus;

  @Column('text')
  asset!: string;

  /** Base units, as a decimal string. */
  @Column('numeric', { precision: 78, scale: 0 })
  amount!: string;

  /** How much of the amount arrived again in the same transaction; null if nothing did. */
  @Column('numeric', { precision: 78, scale: 0, nullable: true })
  netted!: string | null;

  @Column('text', { name: 'from_address' })
  from!: string;

  /** Null for a fee. */
  @Column('text', { name: 'to_address', nullable: true })
  to!: string | null;

  @Column('text', { name: 'tx_hash' })
  txHash!: string;

  @Column('text')
  ordinal!: string;

  @Column('bigint', { name: 'block_number', nullable: true })
  blockNumber!: string | null;

  @Column('text', { name: 'block_hash', nullable: true })
  blockHash!: string | null;

  @Column('timestamptz', { name: 'block_time', nullable: true })
  blockTime!: Date | null;

  /** Why it moved nothing. */
  @Column('text', { nullable: true })
  reason!: OutflowRejection | null;

  /** `depth:12` or `tag:finalized`. */
  @Column('text', { nullable: true })
  finality!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('bigint', { name: 'last_position' })
  lastPosition!: string;
}

/**
 * SQL for how much the outflow `o` has taken out of its purse. A change of this needs a migration of
 * `ledger.outflow_sum`.
 */
export function leftIn(o: string): string {
  return `CASE WHEN ${o}.block_number IS NOT NULL AND ${o}.status IN ('detected', 'booked')
    THEN ${o}.amount - coalesce(${o}.netted, 0) ELSE 0 END`;
}

/** Outflows among the transactions, by their use. */
export const OUTFLOW_ENTRIES: TransactionSource = {
  table: 'outflow',
  types: ['sweep', 'internal', 'network-fee', 'unplanned-outflow'],
  typeOf: `CASE r.use WHEN 'unplanned' THEN 'unplanned-outflow' ELSE r.use END`,
};
