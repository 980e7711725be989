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
 * The request of each `Idempotency-Key` that was used before there were claims, kept for ever: its events have a
 * hash of it. Of a command with several events or streams (a customer with purses), the first event counts.
 */
export const commandsProjection: Projection = {
  name: 'commands',
  tables: ['command'],

  async apply(batch, sql) {
    const keyed = new Map<string, { stream: string; fingerprint: string }>();
    for (const { recorded } of batch) {
      const { fingerprint, stream } = recorded;
      if (fingerprint === undefined) continue;
      const { commandId } = recorded.metadata;
      if (!keyed.has(commandId)) keyed.set(commandId, { stream, fingerprint });
    }
    if (keyed.size > 0) await sql.query(INSERT, cellsOf(COLUMNS, [...keyed]));
  },
};
