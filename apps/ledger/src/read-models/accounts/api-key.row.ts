import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'api_key', schema: 'ledger' })
export class ApiKeyRow {
  /** The public part of the key. */
  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  @Column('uuid', { name: 'account_id' })
  accountId!: string;

  /** SHA-256 of the whole key, in hex. */
  @Column('text', { name: 'key_hash' })
  keyHash!: string;

  @Column('text', { array: true })
  scopes!: string[];
}
