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
}
