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

  /** From then on it opens nothing; null when it lasts. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** Whether it was taken back: it opens nothing ever again. */
  @Column('boolean')
  revoked!: boolean;
}
