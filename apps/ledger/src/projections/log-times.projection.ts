import { isLater, type Projection } from '@daybook/event-store';
import { type Columns, cellsOf, rowsOf } from './projection';

const COLUMNS: Columns<readonly [recordedAt: string, position: bigint]> = {
  recorded_at: ['timestamptz', ([recordedAt]) => recordedAt],
  position: ['bigint', ([, position]) => position],
};

// A time that is not after the last one (the clock was set back) counts as the last one. So the events
// known at a time are always a prefix of the event log.
const WRITE = `
  INSERT INTO log_time (recorded_at, position)
  SELECT greatest(r.recorded_at, m.recorded_at), max(r.position)
    FROM ${rowsOf('r', COLUMNS)},
         (SELECT max(recorded_at) AS recorded_at FROM log_time) AS m
   GROUP BY 1
  ON CONFLICT (recorded_at) DO UPDATE SET position = excluded.position`;

/** The recording times of the event log: one row per time, with the last position recorded by then. */
export const logTimesProjection: Projection = {
  name: 'log-times',
  tables: ['log_time'],

  async apply(batch, sql) {
    const last = new Map<string, bigint>();
    let latest = batch[0]?.recorded.recordedAt ?? '';
    for (const { recorded } of batch) {
      if (isLater(recorded.recordedAt, latest)) latest = recorded.recordedAt;
      last.set(latest, recorded.position);
    }
    await sql.query(WRITE, cellsOf(COLUMNS, [...last]));
  },
};
