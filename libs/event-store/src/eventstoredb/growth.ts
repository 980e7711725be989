import { backOffMs, pause } from '@daybook/platform/plain';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { type Position, START } from '../event-store';
import { type Growth, watchGrowth } from '../waiters';
import { prefixFilter } from './cursor';
import { messageOf } from './errors';

/** A subscription that delivers nothing for so long while the log grows is replaced. */
const SILENCE_MS = 3_000;
/** Between attempts to resume a lost subscription. */
const RESUME_BACK_OFF = { firstMs: 25, longestMs: 5_000 };

export interface SubscriptionState {
  /** `idle` until the first wait for growth. */
  readonly state: 'idle' | 'subscribed' | 'resuming';
  /** Why it was last lost; null if it never was. */
  readonly lastError: string | null;
}

/**
 * Hears of the appends of other processes over one subscription from the end of the log on. After an error,
 * its end, or silence while the log grows it is made again at its last position, for ever.
 */
export function subscribeToGrowth(
  client: () => EventStoreDBClient,
  prefixes: readonly string[],
  readHead: () => Promise<Position>,
): Growth & { status(): SubscriptionState } {
  /** The last position of the subscription; it resumes after this. */
  let delivered: Position | undefined;
  let heardAt = performance.now();
  let giveUp = (_: Error): void => undefined;
  let status: SubscriptionState = { state: 'idle', lastError: null };

  async function pollHead(): Promise<Position> {
    const head = await readHead();
    const isSilent = performance.now() - heardAt > SILENCE_MS;
    if (isSilent && delivered !== undefined && head > delivered) {
      giveUp(new Error(`nothing heard for ${SILENCE_MS} ms while the log grew`));
    }
    return head;
  }

  function note(position: Position): void {
    heardAt = performance.now();
    if (delivered === undefined || position > delivered) delivered = position;
  }

  /** One subscription, until it fails. */
  async function subscribe(reached: (head: Position) => void, signal: AbortSignal): Promise<never> {
    const from = delivered ?? (await readHead());
    signal.throwIfAborted();
    note(from);
    reached(from);
    const subscription = client().subscribeToAll({
      fromPosition: from === START ? 'start' : { commit: from, prepare: from },
      // Events before a checkpoint may not have been delivered yet, but only positions matter here.
      filter: prefixFilter(prefixes, note),
    });
    try {
      return await new Promise<never>((_, reject) => {
        giveUp = reject;
        subscription.on('confirmation', () => {
          heardAt = performance.now();
          status = { ...status, state: 'subscribed' };
        });
        subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
          if (event === undefined) return;
          note(event.position.commit);
          reached(event.position.commit);
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

  async function listen(reached: (head: Position) => void, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => giveUp(new Error('closed')), { once: true });
    for (let failures = 0; !signal.aborted; ) {
      const from = delivered;
      try {
        await subscribe(reached, signal);
      } catch (error) {
        if (signal.aborted) return;
        status = { state: 'resuming', lastError: messageOf(error) };
      }
      failures = delivered === from ? failures + 1 : 1;
      await pause(backOffMs(failures, RESUME_BACK_OFF), signal);
    }
  }

  return { ...watchGrowth(listen, pollHead), status: () => status };
}
