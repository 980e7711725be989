import { pause } from '@daybook/platform/plain';
import type { Client } from 'pg';

export const CHANNEL = 'daybook_messaging';
/** Consumers poll, so a lost listener costs latency only. */
const RECONNECT_MS = 1_000;

export interface Notices {
  /** The number of notices about a topic so far; take it before reading and pass it to `wait`. */
  count(topic: string): number;
  /** Notes growth of a topic. */
  note(topic: string): void;
  /** Resolves with the first notice since `seen`, after `timeoutMs`, or when `signal` aborts. */
  wait(topic: string, seen: number, timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Listens for topics that have grown. Only a hint: a notice can be lost. */
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
      await pause(RECONNECT_MS, closing.signal);
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

/** Resolves when the connection is lost or `signal` aborts. */
function lost(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.once('end', resolve);
    client.once('error', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}
