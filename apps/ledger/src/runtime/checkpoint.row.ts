import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a reader of the log has come; its row lock makes the reader the only one. */
@Entity({ name: 'checkpoint', schema: 'ledger' })
export class CheckpointRow {
  @PrimaryColumn('text')
  name!: string;

  @Column('bigint')
  position!: string;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
