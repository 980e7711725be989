import { Column, Entity } from 'typeorm';
import { VersionedRow } from '../projections/cursor';

@Entity({ name: 'customer', schema: 'ledger' })
export class CustomerRow extends VersionedRow {
  @Column('text', { name: 'external_id' })
  externalId!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text')
  status!: 'active' | 'blocked';

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
