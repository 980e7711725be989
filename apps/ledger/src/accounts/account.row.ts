import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'account', schema: 'ledger' })
export class AccountRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  /** Whether final transfers wait for `ResolveCompliance`. */
  @Column('boolean')
  screening!: boolean;

  /** Days after which a purse without any receipt expires; null for never. */
  @Column('integer', { name: 'unused_days', nullable: true })
  unusedDays!: number | null;

  /** Days after its last receipt after which a purse expires; null for never. */
  @Column('integer', { name: 'idle_days', nullable: true })
  idleDays!: number | null;
}
