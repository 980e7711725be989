import { type Projection } from '@daybook/event-store';
import { columns, rowsOf } from '../projections/projection';

const INSERT = `
  INSERT INTO command (command_id, stream, fingerprint)
  SELECT * FROM ${rowsOf('r', { command_id: 'uuid', stream: 'text', fingerprint: 'text' })}
  ON CONFLICT (command_id) DO NOTHING`;

/**
 * The request of each `Idempotency-Key`, kept for ever. Within one stream the event log itself refuses
 * another payload for a key; this table refuses it across streams. For a command with several events or
 * streams (a customer with purses), the first event counts.
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
    if (keyed.size === 0) return;
    await sql.query(
      INSERT,
      columns(
        [...keyed],
        ([id]) => id,
        ([, k]) => k.stream,
        ([, k]) => k.fingerprint,
      ),
    );
  },
};
