import { type Projection } from '@daybook/event-store';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';

const COLUMNS: Columns<readonly [id: string, { stream: string; fingerprint: string }]> = {
  command_id: ['uuid', ([id]) => id],
  stream: ['text', ([, { stream }]) => stream],
  fingerprint: ['text', ([, { fingerprint }]) => fingerprint],
};

const INSERT = `
  INSERT INTO command (${namesOf(COLUMNS)})
  SELECT * FROM ${rowsOf('r', COLUMNS)}
  ON CONFLICT (command_id) DO NOTHING`;

/**
 * Which request each `Idempotency-Key` stands for, kept for ever. Inside a stream the log itself
 * refuses another payload; this table refuses it across streams. A command of several events, or of
 * several streams (a customer with purses), keeps its first.
 */
export const commandsProjection: Projection = {
  name: 'commands',
  tables: ['command'],

  async apply(batch, sql) {
    const keyed = new Map<string, { stream: string; fingerprint: string }>();
    for (const { recorded } of batch) {
      const { commandId, fingerprint } = recorded.metadata;
      if (fingerprint === undefined || keyed.has(commandId)) continue;
      keyed.set(commandId, { stream: recorded.stream, fingerprint });
    }
    if (keyed.size > 0) await sql.query(INSERT, cellsOf(COLUMNS, [...keyed]));
  },
};
