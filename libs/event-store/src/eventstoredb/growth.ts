import { backOffMs, pause } from '@daybook/platform/plain';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { type Position, START } from '../event-store';
import { type Growth, type Notices, watchGrowth } from '../waiters';
import { prefixFilter } from './read-log';

/** A subscription that delivers nothing for this long while the log grows is replaced. */
const SILENCE_MS = 3_000;
/** Between attempts to resume a lost subscription. */
const RESUME_BACK_OFF = { firstMs: 25, longestMs: 5_000 };

/**
 * Learns of appends by other processes from one subscription, which starts at the end of the event log. If
 * the subscription fails, ends, or is silent while the log grows, it is replaced by one that continues after
 * its last position. There is no limit on attempts. `onLost` hears of each that ended.
 */
export function subscribeToGrowth(
  client: () => EventStoreDBClient,
  prefixes: readonly string[],
  readHead: () => Promise<Position>,
  onLost: () => void,
): Growth {
  /** The last position of the subscription; it resumes after this. */
  let delivered: Position | undefined;
  let heardAt = performance.now();
  let endSubscription = (): void => undefined;

  async function pollHead(): Promise<Position> {
    const head = await readHead();
    const isSilent = performance.now() - heardAt > SILENCE_MS;
    if (isSilent && delivered !== undefined && head > delivered) endSubscription();
    return head;
  }

  function note(position: Position): void {
    heardAt = performance.now();
    if (delivered === undefined || position > delivered) delivered = position;
  }

  /** One subscription, until it fails, ends or is given up. */
  async function subscribe(reached: (head: Position) => void, signal: AbortSignal): Promise<void> {
    // Also where it goes on: a server that has another log now is refused here.
    const head = await readHead();
    const from = delivered ?? head;
    signal.throwIfAborted();
    note(from);
    reached(from);
    const subscription = client().subscribeToAll({
      fromPosition: from === START ? 'start' : { commit: from, prepare: from },
      // Events before a checkpoint may not have been delivered yet, but only positions matter here.
      filter: prefixFilter(prefixes, note),
    });
    await new Promise<void>((resolve) => {
      endSubscription = resolve;
      subscription.on('confirmation', () => {
        heardAt = performance.now();
      });
      subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
        if (event === undefined) return;
        note(event.position.commit);
        reached(event.position.commit);
      });
      subscription.on('error', () => resolve());
      subscription.on('end', resolve);
    });
    // Buffered events are discarded; the listener of errors stays, or a late one would end the process.
    subscription.removeAllListeners('data').resume();
    subscription.unsubscribe().catch(() => undefined);
  }

  async function listen({ reached }: Notices, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => endSubscription(), { once: true });
    for (let failures = 0; !signal.aborted; ) {
      const from = delivered;
      // The poll notices growth meanwhile, and the next read reports an outage.
      await subscribe(reached, signal).catch(() => undefined);
      onLost();
      failures = delivered === from ? failures + 1 : 1;
      await pause(backOffMs(failures, RESUME_BACK_OFF), signal);
    }
  }

  return watchGrowth(listen, pollHead);
}
