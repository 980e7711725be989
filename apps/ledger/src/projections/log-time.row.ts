import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A time at which events were recorded; a commit's events have one. */
@Entity({ name: 'log_time', schema: 'ledger' })
export class LogTimeRow {
  @PrimaryColumn('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  /** The last position that was recorded at that time or before. */
  @Column('bigint')
  position!: string;
}
