import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'operator', schema: 'ledger' })
export class OperatorRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;
}

@Entity({ name: 'operator_key', schema: 'ledger' })
export class OperatorKeyRow {
  /** The public part of the key. */
  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  @Column('uuid', { name: 'operator_id' })
  operatorId!: string;

  /** SHA-256 of the whole key, in hex. */
  @Column('text', { name: 'key_hash' })
  keyHash!: string;

  @Column('text', { array: true })
  scopes!: string[];

  /** From then on it opens nothing; null when it lasts. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** A revoked key opens nothing ever again. */
  @Column('boolean')
  revoked!: boolean;
}
