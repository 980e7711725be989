import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { createBareTable, type TextRow } from './bare-table';
import { withClient } from './database';
import { anAppend } from './sample-events';

/** Rows prepared before the measured time; bounded so that they fit into memory. */
const PREPARED_ROWS_MAX = 200_000;
/** Rows per second that no server reaches with small transactions. */
const SMALL_GROUP_ROWS_PER_SECOND = 50_000;

export interface BareLoad {
  /** Rows per transaction. */
  readonly group: number;
  readonly connections: number;
  /** Statements in flight on each connection. */
  readonly pipelined: number;
  readonly seconds: number;
}

/**
 * Sample events per second that the database stores when the client only sends encoded rows: the event log's
 * table and indexes, without a lock, an expected revision or a result.
 */
export async function insertBare(
  url: string,
  { group, connections, pipelined, seconds }: BareLoad,
  tick: (elapsedSeconds: number) => void,
): Promise<number> {
  const table = await withClient(url, (client) => createBareTable(client, 'event_store.event'));
  const rows = Math.min(PREPARED_ROWS_MAX, SMALL_GROUP_ROWS_PER_SECOND * seconds);
  const batches = Array.from({ length: Math.ceil(rows / group) }, (_, batch) =>
    table.prepare(
      Array.from({ length: group }, (_, i) => sampleRow(table.columns, batch * group + i + 1)),
    ),
  );
  const clients = Array.from({ length: connections }, () =>
    surviveErrors(new Client({ connectionString: url, pipeline: true })),
  );
  await Promise.all(clients.map((client) => client.connect()));
  try {
    let sent = 0;
    const startedAt = performance.now();
    const elapsed = () => (performance.now() - startedAt) / 1000;
    const work = async (client: Client) => {
      while (sent < batches.length && elapsed() < seconds) {
        await client.query(batches[sent++] as (typeof batches)[number]);
        tick(elapsed());
      }
    };
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: pipelined }, () => work(client))),
    );
    return (sent * group) / elapsed();
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

function sampleRow(columns: readonly string[], position: number): TextRow {
  const { stream, events } = anAppend();
  const [event] = events;
  const values: Readonly<Record<string, string | undefined>> = {
    position: String(position),
    revision: '0',
    recorded_at: '2026-01-31 12:00:00+00',
    event_id: event?.id,
    stream_id: stream,
    type: event?.type,
    data: JSON.stringify(event?.data),
    metadata: JSON.stringify(event?.metadata),
  };
  return columns.map((column) => values[column] ?? null);
}
