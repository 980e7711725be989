import { type Progress, READ_MODELS_CHECKPOINT, refill } from '@daybook/audit';
import { type EventStore, identityIn, type LogIdentity, type Position } from '@daybook/event-store';
import type { Client } from 'pg';
import { LEDGER_EVENTS_RELAY, refillRelayState } from '../../../ledger/src/events';
import { AUDITED } from '../../../ledger/src/operations/read-models';
import { openEventStore } from '../../../ledger/src/runtime/engines';
import { withClient } from '../cli/database';
import { Failure } from '../cli/exit-codes';
import type { Operation } from '../cli/operation';
import { countingBar, progressBar } from '../cli/progress';
import type { AdoptionReport } from './adoption-page';

/** Tables that follow from the log, but are no read models: what reactions have to do, and what the relay published. */
const ALSO_FROM_THE_LOG = ['due', 'finding_caused', 'relay_state'] as const;

/**
 * Readers without another memory than these tables begin anew. The others published messages, so they continue after the
 * last event that still holds.
 */
const RESET = `
  UPDATE ledger.checkpoint SET
    position = CASE WHEN name IN ('${READ_MODELS_CHECKPOINT}', '${LEDGER_EVENTS_RELAY}', 'findings')
                      OR name LIKE 'reaction:%'
               THEN 0 ELSE least(position, $1) END,
    log_id = $2, log_epoch = $3, last_stream = NULL, last_revision = NULL, last_position = NULL,
    last_event_id = NULL, updated_at = now()`;

const RELAYED = 'SELECT position FROM ledger.checkpoint WHERE name = $1';
const RELAYED_THROUGH = 'UPDATE ledger.checkpoint SET position = $2 WHERE name = $1';

/** Fills the tables from the log, and lets every reader continue in its new epoch. */
export async function resetReaders(
  operation: Operation,
  ownerUrl: string,
  { through }: Pick<AdoptionReport, 'through'>,
): Promise<void> {
  // Opened anew, so that it is read as the service reads it.
  const store = await openEventStore(operation.env);
  const bar = progressBar();
  try {
    const log = await identityOf(store);
    await store.checkWith(async () => log);
    let relayed = 0n;
    await refill({
      ...{ store, ownerUrl, projections: AUDITED.projections, alsoEmpty: ALSO_FROM_THE_LOG },
      signal: operation.signal,
      onProgress: ({ step: _, ...progress }: Progress) =>
        bar.show({ title: 'Filling the tables', unit: 'events', ...progress }),
      async withinReset(client) {
        const { rows } = await client.query<{ position: string }>(RELAYED, [LEDGER_EVENTS_RELAY]);
        relayed = BigInt(rows[0]?.position ?? 0);
        await client.query(RESET, [String(through), log.id, log.epoch]);
      },
    });
    bar.end();
    const published = relayed < through ? relayed : through;
    if (published > 0n) {
      await withClient(ownerUrl, (client) => continueRelay(client, store, published));
    }
  } finally {
    bar.end();
    await store.close();
  }
}

/** Until this is done, the relay would publish everything again, which harms nobody. */
async function continueRelay(
  client: Client,
  store: EventStore,
  published: Position,
): Promise<void> {
  const sql = {
    query: async (text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows,
  };
  const bar = countingBar('Reading what was published', 'positions');
  await client.query('BEGIN');
  await refillRelayState(store, sql, published, (position) =>
    bar.at(Math.min(Number(position), Number(published)), Number(published)),
  ).finally(bar.end);
  await client.query(RELAYED_THROUGH, [LEDGER_EVENTS_RELAY, String(published)]);
  await client.query('COMMIT');
}

async function identityOf(store: EventStore): Promise<LogIdentity> {
  const log = await identityIn(store);
  if (log === null) throw new Failure('The event log has no identity.');
  return log;
}
