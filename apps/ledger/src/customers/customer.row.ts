import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'customer', schema: 'ledger' })
export class CustomerRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'account_id' })
  accountId!: string;

  @Column('text', { name: 'external_id' })
  externalId!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text')
  status!: 'active' | 'blocked';

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** Position of the first event: the order in which customers are listed. */
  @Column('bigint', { name: 'first_position' })
  firstPosition!: string;
}
