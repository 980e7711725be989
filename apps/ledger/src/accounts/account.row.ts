import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'account', schema: 'ledger' })
export class AccountRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  /** Whether final transfers are screened before they are credited. */
  @Column('boolean')
  screening!: boolean;

  /** A purse without any receipt expires after this many days; null for never. */
  @Column('integer', { name: 'unused_days', nullable: true })
  unusedDays!: number | null;

  /** A purse expires this many days after its last receipt; null for never. */
  @Column('integer', { name: 'idle_days', nullable: true })
  idleDays!: number | null;
}
