import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';

export const CHANNEL = 'daybook_messaging';
/** A lost listener costs latency only (consumers poll), so it is replaced without hurry. */
const RECONNECT_MS = 1_000;

export interface Notices {
  /** Counts the notices about a topic; take it before looking, hand it to `wait`. */
  count(topic: string): number;
  /** Notes growth of a topic that this process itself caused or heard of. */
  note(topic: string): void;
  /** Resolves with the first notice since `seen`, after `timeoutMs`, or when `signal` aborts. */
  wait(topic: string, seen: number, timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Hears which topics have grown. Only a hint: a notice can be lost, so nobody may rely on one. */
export function listenForNotices(connect: () => Promise<Client>): Notices {
  const counts = new Map<string, number>();
  const waiters = new Map<string, Set<() => void>>();
  const closing = new AbortController();

  const note = (topic: string): void => {
    counts.set(topic, (counts.get(topic) ?? 0) + 1);
    for (const wake of waiters.get(topic) ?? []) wake();
  };

  async function listen(): Promise<void> {
    while (!closing.signal.aborted) {
      const client = await connect().catch(() => undefined);
      if (client) {
        client.on('notification', ({ payload }) => note(payload ?? ''));
        await client
          .query(`LISTEN ${CHANNEL}`)
          .then(() => lost(client, closing.signal))
          .catch(() => undefined);
        await client.end().catch(() => undefined);
      }
      await sleep(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }
  const listening = listen();

  return {
    count: (topic) => counts.get(topic) ?? 0,
    note,
    wait: (topic, seen, timeoutMs, signal) =>
      new Promise((resolve) => {
        if ((counts.get(topic) ?? 0) !== seen || signal.aborted) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          waiters.get(topic)?.delete(done);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        signal.addEventListener('abort', done);
        waiters.set(topic, (waiters.get(topic) ?? new Set()).add(done));
      }),
    close: async () => {
      closing.abort();
      await listening;
    },
  };
}

/** Resolves when the connection is gone or no longer wanted. */
function lost(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.once('end', resolve);
    client.once('error', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}
