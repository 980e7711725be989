import { pause } from '@daybook/platform/plain';
import { Client, type ClientConfig } from 'pg';
import type { Position } from '../event-store';
import { type Growth, type Notices, watchGrowth } from '../waiters';

/** Until a lost listener is replaced, the poll notices growth. */
const RECONNECT_MS = 500;
/** Up to 18 digits, as of a `bigint`. */
const POSITION = /^[0-9]{1,18}$/;

/**
 * Learns of commits by other processes from one listening connection, which is reopened when it is lost; `onLost` hears
 * of that.
 */
export function listenForGrowth(
  config: ClientConfig,
  readHead: () => Promise<Position>,
  onLost: () => void,
): Growth {
  async function listen({ reached, told }: Notices, signal: AbortSignal): Promise<void> {
    let stop = (): void => undefined;
    signal.addEventListener('abort', () => stop(), { once: true });
    while (!signal.aborted) {
      const client = new Client(config);
      const lost = new Promise<void>((resolve) => {
        // `on`, not `once`: a terminated session reports twice, and an unhandled error ends the process.
        client.on('error', () => resolve());
        client.once('end', resolve);
        stop = resolve;
      });
      try {
        client.on('notification', ({ payload = '' }) => {
          // Every user of the database may send notices, of any text.
          if (POSITION.test(payload)) told(BigInt(payload));
        });
        await client.connect();
        // A server that has another log now is refused here.
        await readHead();
        await client.query('LISTEN event_store');
        // Commits before the LISTEN took effect were not announced to this connection.
        await readHead().then(reached);
        await lost;
      } catch {
        // The poll notices growth meanwhile, and the next read reports an outage.
      }
      onLost();
      await client.end().catch(() => undefined);
      await pause(RECONNECT_MS, signal);
    }
  }

  return watchGrowth(listen, readHead);
}
