import { pause } from '@daybook/platform/plain';
import { Client, type ClientConfig } from 'pg';
import type { Position } from '../event-store';
import { growthWaiters } from '../growth-waiters';

/** Until a lost listener is replaced, the poll notices growth. */
const RECONNECT_MS = 500;

export interface Growth {
  /** Notes that the log is known to reach `head`. */
  reached(head: Position): void;
  wait(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Tracks the end of the log: by this process's own commits, by notifications of others (one listening
 * connection, opened when the first reader waits) and by a poll while readers wait. A lost connection is
 * opened again, for ever; the poll goes on meanwhile.
 */
export function watchGrowth(
  config: ClientConfig,
  readHead: () => Promise<Position>,
  onListenerLost: (error: unknown) => void,
): Growth {
  const waiters = growthWaiters(
    () => {
      listening ??= listen();
    },
    () => void pollHead(),
  );
  const closing = new AbortController();
  let listening: Promise<void> | undefined;

  /** Ignores a failed poll; the next read reports the outage. */
  const pollHead = () => readHead().then(waiters.reached, () => undefined);

  async function listen(): Promise<void> {
    while (!closing.signal.aborted) {
      const client = new Client(config);
      const lost = new Promise<unknown>((resolve) => {
        // `on`, not `once`: a terminated session reports twice, and an unhandled error ends the process.
        client.on('error', resolve);
        client.once('end', () => resolve(new Error('The listening connection ended.')));
        closing.signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      try {
        client.on('notification', ({ payload }) => waiters.reached(BigInt(payload ?? 0)));
        await client.connect();
        await client.query('LISTEN event_store');
        // Commits before the LISTEN took effect were not announced to this connection.
        await pollHead();
        const error = await lost;
        if (error) onListenerLost(error);
      } catch (error) {
        onListenerLost(error);
      }
      await client.end().catch(() => undefined);
      await pause(RECONNECT_MS, closing.signal);
    }
  }

  return {
    reached: waiters.reached,
    wait: waiters.wait,
    close: async () => {
      closing.abort();
      waiters.close();
      await listening;
    },
  };
}
