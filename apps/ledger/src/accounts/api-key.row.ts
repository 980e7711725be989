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

  /** The key is refused from then on; null if it does not expire. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** A revoked key is refused for ever. */
  @Column('boolean')
  revoked!: boolean;
}
