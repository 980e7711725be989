import { Column, Entity } from 'typeorm';
import { ListedRow } from '../projections/cursor';

/** The texts are as their events have them: sealed under the customer's key, or in the clear in events of before. */
@Entity({ name: 'customer', schema: 'ledger' })
export class CustomerRow extends ListedRow {
  @Column('text', { name: 'external_id' })
  externalId!: string;

  /** Null for a customer whose events have none. */
  @Column('text', { name: 'external_id_hash', nullable: true })
  externalIdHash!: string | null;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('text', { name: 'email_hash', nullable: true })
  emailHash!: string | null;

  @Column('text', { name: 'first_name', nullable: true })
  firstName!: string | null;

  @Column('text', { name: 'last_name', nullable: true })
  lastName!: string | null;

  @Column('text', { nullable: true })
  phone!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text', { nullable: true })
  metadata!: string | null;

  @Column('text')
  status!: 'active' | 'blocked' | 'erased';

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
