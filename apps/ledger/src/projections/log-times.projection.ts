import { logTimes, type Projection } from '@daybook/event-store';
import { type Columns, cellsOf, rowsOf } from './projection';

const COLUMNS: Columns<readonly [time: string, position: bigint]> = {
  recorded_at: ['timestamptz', ([time]) => time],
  position: ['bigint', ([, position]) => position],
};

// A time that is not after the last one counts as the last one. So the events known at a time are always a prefix of
// the event log.
const WRITE = `
  INSERT INTO log_time (recorded_at, position)
  SELECT greatest(r.recorded_at, m.recorded_at), max(r.position)
    FROM ${rowsOf('r', COLUMNS)},
         (SELECT max(recorded_at) AS recorded_at FROM log_time) AS m
   GROUP BY 1
  ON CONFLICT (recorded_at) DO UPDATE SET position = excluded.position`;

/**
 * The times by which the event log is asked (`logTimes`): one row per time, with the last position known by then.
 */
export const logTimesProjection: Projection = {
  name: 'log-times',
  tables: ['log_time'],

  async apply(batch, sql) {
    const timeOf = logTimes();
    const last = new Map<string, bigint>();
    for (const { recorded } of batch) last.set(timeOf(recorded), recorded.position);
    await sql.query(WRITE, cellsOf(COLUMNS, [...last]));
  },
};
