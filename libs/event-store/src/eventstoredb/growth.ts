import { backOffMs, pause } from '@daybook/platform/plain';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { type Position, START } from '../event-store';
import { growthWaiters } from '../growth-waiters';
import { prefixFilter } from './cursor';
import { messageOf } from './errors';

/** A subscription that delivers nothing for so long while the log grows is replaced. */
const SILENCE_MS = 3_000;
/** Between attempts to resume a lost subscription. */
const RESUME_BACK_OFF = { firstMs: 25, longestMs: 5_000 };

export interface SubscriptionState {
  /** `idle` until the first wait for growth. */
  readonly state: 'idle' | 'subscribed' | 'resuming';
  /** Since when, RFC 3339. */
  readonly since: string;
  /** Why it was last lost; null if it never was. */
  readonly lastError: string | null;
}

export interface Growth {
  /** Notes that the log is known to reach `head`. */
  reached(head: Position): void;
  wait(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void>;
  status(): SubscriptionState;
  close(): Promise<void>;
}

/**
 * Tracks the end of the log: by this process's own appends, by one subscription and by a poll while
 * readers wait. The subscription begins after the last known position. After an error, its end, or
 * silence while the log grows it is made again at its last position, for ever; the poll goes on meanwhile.
 */
export function watchGrowth(
  client: () => EventStoreDBClient,
  prefixes: readonly string[],
  readHead: () => Promise<Position>,
): Growth {
  const waiters = growthWaiters(
    () => {
      subscribing ??= subscribeForEver();
    },
    () => void pollHead(),
  );
  const closing = new AbortController();
  /** The last position of the subscription; it resumes after this. */
  let delivered: Position | undefined;
  let heardAt = performance.now();
  let subscribing: Promise<void> | undefined;
  let giveUp = (_: Error): void => undefined;
  let status: SubscriptionState = now('idle', null);

  function now(state: SubscriptionState['state'], lastError: string | null): SubscriptionState {
    return { state, since: new Date().toISOString(), lastError };
  }

  /** Ignores a failed poll; the next read reports the outage. */
  async function pollHead(): Promise<void> {
    const head = await readHead().catch(() => undefined);
    if (head === undefined) return;
    const isSilent = performance.now() - heardAt > SILENCE_MS;
    if (isSilent && delivered !== undefined && head > delivered) {
      giveUp(new Error(`nothing heard for ${SILENCE_MS} ms while the log grew`));
    }
    waiters.reached(head);
  }

  function note(position: Position): void {
    heardAt = performance.now();
    if (delivered === undefined || position > delivered) delivered = position;
  }

  /** One subscription, until it fails. */
  async function subscribe(): Promise<never> {
    if (delivered === undefined) delivered = await readHead();
    waiters.reached(delivered);
    heardAt = performance.now();
    const from = delivered;
    const subscription = client().subscribeToAll({
      fromPosition: from === START ? 'start' : { commit: from, prepare: from },
      filter: prefixFilter(prefixes, (position) => {
        // Events before it may not have been delivered yet, but only positions matter here.
        note(position);
      }),
    });
    try {
      return await new Promise<never>((_, reject) => {
        giveUp = reject;
        subscription.on('confirmation', () => {
          heardAt = performance.now();
          status = now('subscribed', status.lastError);
        });
        subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
          if (event === undefined) return;
          note(event.position.commit);
          waiters.reached(event.position.commit);
        });
        subscription.on('error', reject);
        subscription.on('end', () => reject(new Error('the subscription ended')));
      });
    } finally {
      giveUp = () => undefined;
      // Buffered events are discarded, and a late error must not end the process.
      subscription.removeAllListeners('data').resume();
      subscription.unsubscribe().catch(() => undefined);
    }
  }

  async function subscribeForEver(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      const from = delivered;
      try {
        await subscribe();
      } catch (error) {
        if (closing.signal.aborted) return;
        status = now('resuming', messageOf(error));
      }
      failures = delivered === from ? failures + 1 : 1;
      await pause(backOffMs(failures, RESUME_BACK_OFF), closing.signal);
    }
  }

  return {
    reached: waiters.reached,
    wait: waiters.wait,
    status: () => status,
    close: async () => {
      closing.abort();
      giveUp(new Error('closed'));
      waiters.close();
      await subscribing;
    },
  };
}
