import type {
  ComplianceDecision,
  ComplianceMode,
  Credit,
  RejectionReason,
  ReplenishmentStatus,
} from '@daybook/domain';
import { Column, Entity } from 'typeorm';
import { ListedRow } from '../projections/cursor';

@Entity({ name: 'replenishment', schema: 'ledger' })
export class ReplenishmentRow extends ListedRow {
  @Column('uuid', { name: 'customer_id' })
  customerId!: string;

  @Column('uuid', { name: 'purse_id' })
  purseId!: string;

  /** The order id that it has, where that is not the one of the purse's mint; empty for none. */
  @Column('text', { name: 'changed_order_id', nullable: true })
  changedOrderId!: string | null;

  @Column('text')
  status!: ReplenishmentStatus;

  @Column('text')
  asset!: string;

  /** Base units, as a decimal string. */
  @Column('numeric', { precision: 78, scale: 0 })
  amount!: string;

  /** How much of the amount does not count: what left again in the same transaction, and `unbacked`; null if all does. */
  @Column('numeric', { precision: 78, scale: 0, nullable: true })
  netted!: string | null;

  /** How much of `netted` did not arrive, as the balance of the purse shows; null if nothing is missing. */
  @Column('numeric', { precision: 78, scale: 0, nullable: true })
  unbacked!: string | null;

  @Column('text', { name: 'from_address' })
  from!: string;

  @Column('text', { name: 'to_address' })
  to!: string;

  /** Null for what no transaction moved. */
  @Column('text', { name: 'tx_hash', nullable: true })
  txHash!: string | null;

  @Column('text')
  ordinal!: string;

  @Column('bigint', { name: 'block_number', nullable: true })
  blockNumber!: string | null;

  @Column('text', { name: 'block_hash', nullable: true })
  blockHash!: string | null;

  @Column('timestamptz', { name: 'block_time', nullable: true })
  blockTime!: Date | null;

  @Column('text', { name: 'credited_to', nullable: true })
  creditedTo!: Credit['to'] | null;

  /** Why it was rejected, why it waits, or why the customer was not credited. */
  @Column('text', { nullable: true })
  reason!: RejectionReason | string | null;

  /** By what compliance decided; null where it did not, or has not yet. */
  @Column('text', { name: 'compliance_mode', nullable: true })
  complianceMode!: ComplianceMode | null;

  @Column('text', { name: 'compliance_verdict', nullable: true })
  complianceVerdict!: ComplianceDecision['verdict'] | null;

  @Column('text', { name: 'list_version', nullable: true })
  listVersion!: string | null;

  /** `depth:12` or `tag:finalized`. */
  @Column('text', { nullable: true })
  finality!: string | null;

  /** Whether sweeps cover the whole of it. */
  @Column('boolean')
  swept!: boolean;

  /** Since when it is credited, or held as it is, and where its receipt was booked in the log; null while it is not. */
  @Column('timestamptz', { name: 'credited_at', nullable: true })
  creditedAt!: Date | null;

  @Column('bigint', { name: 'credit_position', nullable: true })
  creditPosition!: string | null;

  /** Where in the log it was held for being below the minimum; null when it is not held for that. */
  @Column('bigint', { name: 'held_position', nullable: true })
  heldPosition!: string | null;

  /** The first part of the sum that it was released with, what the parts add up to, and their number. */
  @Column('uuid', { name: 'sum_first', nullable: true })
  sumFirst!: string | null;

  @Column('numeric', { name: 'sum_amount', nullable: true })
  sumAmount!: string | null;

  @Column('bigint', { name: 'sum_count', nullable: true })
  sumCount!: string | null;

  /** The ids of the parts, oldest first, with commas between them, where its event has them. */
  @Column('text', { name: 'sum_parts', nullable: true })
  sumParts!: string | null;

  /** Of the first part: where in the log it was released. */
  @Column('bigint', { name: 'sum_position', nullable: true })
  sumPosition!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('bigint', { name: 'last_position' })
  lastPosition!: string;
}

/**
 * SQL for how much of the replenishment `r` has arrived at its purse, as far as the ledger knows. What is not booked
 * counts too: it waits, or nobody is owed it. Not so what only a trace shows, until it is proven: of own coins their
 * booking says so. A change of this needs a migration of `ledger.replenishment_sum`.
 */
export function arrivedIn(r: string): string {
  return `CASE WHEN ${r}.block_number IS NOT NULL
      AND ((${r}.status IN ('detected', 'screening', 'confirmed', 'declined', 'held')
          AND coalesce(${r}.reason, '') NOT IN ('unproven-trace', 'unread-balance'))
        OR (${r}.status = 'rejected' AND ${r}.reason IN ('below-minimum', 'top-up', 'internal')
          AND (${r}.finality IS NOT NULL OR ${r}.ordinal NOT LIKE 'call:%')))
    THEN ${r}.amount - coalesce(${r}.netted, 0) ELSE 0 END`;
}
