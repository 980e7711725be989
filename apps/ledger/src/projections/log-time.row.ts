import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A time at which events were recorded. All events of a commit have the same one. */
@Entity({ name: 'log_time', schema: 'ledger' })
export class LogTimeRow {
  @PrimaryColumn('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  /** The last position recorded at or before that time. */
  @Column('bigint')
  position!: string;
}
