import { setTimeout as sleep } from 'node:timers/promises';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import type { Database } from './database';

const POLL_MS = 20;
/** Fails after this time without progress. */
const STANDSTILL_MS = 60_000;
/** The first part of a run warms up the process and does not count. */
const WARM_UP = 0.1;

export interface Passage {
  /** Events whose effects became visible in the measured time. */
  readonly events: number;
  readonly seconds: number;
}

/**
 * Measures a follower (by default, that of the read models) from checkpoint `from` to `to`, without the first
 * tenth. It polls one row, so its cost is negligible. `atStart` runs when the measured time begins.
 */
export async function watchReadModels(
  database: Database,
  {
    from,
    to,
    reader = 'read-models',
  }: { readonly from: number; readonly to: number; readonly reader?: string },
  tick: (events: number) => void,
  atStart: () => Promise<void> = async () => undefined,
): Promise<Passage> {
  const client = surviveErrors(new Client({ connectionString: database.ownerUrl }));
  await client.connect();
  const look = async (): Promise<number> => {
    const { rows } = await client.query<{ position: string }>(CHECKPOINT, [reader]);
    return Number(rows[0]?.position ?? 0);
  };
  try {
    let begun: { readonly position: number; readonly at: number } | undefined;
    let position = from;
    let movedAt = performance.now();
    while (position < to) {
      await sleep(POLL_MS);
      const now = await look();
      if (now !== position) movedAt = performance.now();
      if (performance.now() - movedAt > STANDSTILL_MS) {
        throw new Error(`No progress of ${reader} at ${position} of ${to}.`);
      }
      position = now;
      tick(position - from);
      if (!begun && position >= from + (to - from) * WARM_UP) {
        await atStart();
        begun = { position, at: performance.now() };
      }
    }
    if (!begun) throw new Error('The log is too short to measure.');
    return { events: to - begun.position, seconds: (performance.now() - begun.at) / 1000 };
  } finally {
    await client.end();
  }
}

const CHECKPOINT = {
  name: 'bench-checkpoint',
  text: 'SELECT position FROM ledger.checkpoint WHERE name = $1',
};
