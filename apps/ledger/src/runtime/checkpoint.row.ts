import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The checkpoint of a follower. Its row lock allows one owner at a time. */
@Entity({ name: 'checkpoint', schema: 'ledger' })
export class CheckpointRow {
  @PrimaryColumn('text')
  name!: string;

  @Column('bigint')
  position!: string;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
