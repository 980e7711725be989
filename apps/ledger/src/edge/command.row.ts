import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A request that carried an `Idempotency-Key`, by the command id that the key leads to. */
@Entity({ name: 'command', schema: 'ledger' })
export class CommandRow {
  @PrimaryColumn('uuid', { name: 'command_id' })
  commandId!: string;

  @Column('text')
  stream!: string;

  @Column('text')
  fingerprint!: string;
}
