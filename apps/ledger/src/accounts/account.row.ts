import type { ComplianceMode, PresetName, Quotas } from '@daybook/domain';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'account', schema: 'ledger' })
export class AccountRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  status!: 'open' | 'closed';

  /** The preset that was taken last. */
  @Column('text')
  preset!: PresetName;

  /** Who decides about final transfers before they are credited. */
  @Column('text', { name: 'compliance_mode' })
  complianceMode!: ComplianceMode;

  /** A purse without any receipt expires after this many days; null for never. */
  @Column('integer', { name: 'unused_days', nullable: true })
  unusedDays!: number | null;

  /** A purse expires this many days after its last receipt; null for never. */
  @Column('integer', { name: 'idle_days', nullable: true })
  idleDays!: number | null;

  /** By tier, without those that have the quota of the service; null if all have. */
  @Column('jsonb', { nullable: true })
  quotas!: Partial<Quotas> | null;

  /** From where its keys may be used; null for anywhere. */
  @Column('text', { name: 'allowed_addresses', array: true, nullable: true })
  allowedAddresses!: readonly string[] | null;
}
