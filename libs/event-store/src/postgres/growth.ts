import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { Position } from '../event-store';
import { keepWaiters } from '../waiters';

/** A lost listener costs only the latency of the poll, so it is replaced without hurry. */
const RECONNECT_MS = 500;

export interface Growth {
  /** Notes that the log is known to reach `head`. */
  reached(head: Position): void;
  wait(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Knows how far the log has grown: from this process's own commits, from notifications of others
 * (one listening connection, made when the first reader waits) and from a poll while anyone waits.
 * A lost connection is made again for as long as it takes; meanwhile the poll carries on.
 */
export function watchGrowth(
  config: ClientConfig,
  readHead: () => Promise<Position>,
  onListenerLost: (error: unknown) => void,
): Growth {
  const waiters = keepWaiters(
    () => {
      listening ??= listen();
    },
    () => void look(),
  );
  const closing = new AbortController();
  let listening: Promise<void> | undefined;

  /** A failed look is no news: whoever waits reads at the end of its time-out and is told there. */
  const look = () => readHead().then(waiters.reached, () => undefined);

  async function listen(): Promise<void> {
    while (!closing.signal.aborted) {
      const client = new Client(config);
      const lost = new Promise<unknown>((resolve) => {
        // `on`, not `once`: a session that is ended reports twice, and an unheard error ends the process.
        client.on('error', resolve);
        client.once('end', () => resolve(new Error('The listening connection ended.')));
        closing.signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      try {
        client.on('notification', ({ payload }) => waiters.reached(BigInt(payload ?? 0)));
        await client.connect();
        await client.query('LISTEN event_store');
        // What was committed before the LISTEN took effect was not announced to this connection.
        await look();
        const error = await lost;
        if (error) onListenerLost(error);
      } catch (error) {
        onListenerLost(error);
      }
      await client.end().catch(() => undefined);
      await sleep(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => undefined);
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
