import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A request with an `Idempotency-Key`, by the command id derived from the key. */
@Entity({ name: 'command', schema: 'ledger' })
export class CommandRow {
  @PrimaryColumn('uuid', { name: 'command_id' })
  commandId!: string;

  @Column('text')
  stream!: string;

  @Column('text')
  fingerprint!: string;
}
