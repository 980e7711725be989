import { setTimeout as sleep } from 'node:timers/promises';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { type Position, START } from '../event-store';
import { backOffMs } from '../retry';
import { keepWaiters } from '../waiters';
import { prefixFilter } from './cursor';
import { messageOf } from './errors';

/** A subscription that has said nothing for so long while the log has grown is given up. */
const SILENCE_MS = 3_000;
/** The longest wait before it is made again. */
const RESUME_WAIT_MAX_MS = 5_000;

export interface SubscriptionState {
  /** `idle` until somebody first waits for growth. */
  readonly state: 'idle' | 'subscribed' | 'resuming';
  /** When it came to be so, RFC 3339. */
  readonly since: string;
  /** Of the last time it was lost; null if it never was. */
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
 * Knows how far the log has grown: from this process's own appends, from one subscription and from a poll
 * while anyone waits. The subscription begins after the last known position. After an error, its end, or
 * silence while the log grows it is made again where it was, for ever; meanwhile the poll carries on.
 */
export function watchGrowth(
  client: () => EventStoreDBClient,
  prefixes: readonly string[],
  readHead: () => Promise<Position>,
): Growth {
  const waiters = keepWaiters(
    () => {
      subscribing ??= subscribeForEver();
    },
    () => void look(),
  );
  const closing = new AbortController();
  /** How far the subscription has come; it goes on after this. */
  let delivered: Position | undefined;
  let heardAt = performance.now();
  let subscribing: Promise<void> | undefined;
  let giveUp = (_: Error): void => undefined;
  let status: SubscriptionState = now('idle', null);

  function now(state: SubscriptionState['state'], lastError: string | null): SubscriptionState {
    return { state, since: new Date().toISOString(), lastError };
  }

  /** A failed look is no news: whoever waits reads at the end of its time-out and is told there. */
  async function look(): Promise<void> {
    const head = await readHead().catch(() => undefined);
    if (head === undefined) return;
    const isSilent = performance.now() - heardAt > SILENCE_MS;
    if (isSilent && delivered !== undefined && head > delivered) {
      giveUp(new Error(`nothing heard for ${SILENCE_MS} ms while the log grew`));
    }
    waiters.reached(head);
  }

  function hear(position: Position): void {
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
        // Events before it may not have been delivered yet, but only their positions matter here.
        hear(position);
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
          hear(event.position.commit);
          waiters.reached(event.position.commit);
        });
        subscription.on('error', reject);
        subscription.on('end', () => reject(new Error('the subscription ended')));
      });
    } finally {
      giveUp = () => undefined;
      // What it still has to say is not heard here any more, and must not end the process.
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
      const delay = backOffMs(failures, RESUME_WAIT_MAX_MS);
      await sleep(delay, undefined, { signal: closing.signal }).catch(() => undefined);
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
