import {
  MalformedMessage,
  parseWatchRequest,
  TOPICS,
  type WatchRequestV1,
} from '@daybook/contracts';
import type { DurableLog, RunningSubscription } from '@daybook/messaging';
import type { Logger } from 'pino';

/** Requests come one at a time from operators. */
const REQUESTS_AT_ONCE = 20;

/** Where requests go. */
export interface RequestOffer {
  readonly watch: { takeRequest(request: WatchRequestV1): Promise<void> };
  wake(): void;
}

/** What the subscription works with. */
export interface RequestSource {
  readonly chain: { readonly id: string };
  readonly log: DurableLog;
  readonly logger: Logger;
}

/**
 * Hands what operators request of the chain to the watch. Only a chain's leader subscribes. The group does
 * not depend on the watchers' memory: a new memory does not repeat what was requested of the old one.
 */
export function subscribeRequests(
  { chain, log, logger }: RequestSource,
  { watch, wake }: RequestOffer,
): Promise<RunningSubscription> {
  const topic = TOPICS.watchRequest;
  const group = `watcher-${chain.id}`;
  return log.subscribe({
    topic,
    group,
    limit: REQUESTS_AT_ONCE,
    async handle(messages) {
      for (const message of messages) {
        // The key is the chain, and one poison message ends its batch for the key.
        if (message.key !== chain.id) continue;
        const request = read(message.value);
        if (typeof request === 'string') {
          const { key, id: messageId } = message;
          logger.error({ topic, group, key, messageId, reason: request }, 'key parked');
          return [{ message, reason: request }];
        }
        await watch.takeRequest(request);
        const { requestId, kind, isCancelled, requestedBy } = request;
        logger.info(
          { chain: chain.id, requestId, kind, isCancelled, requestedBy },
          'request of an operator stored',
        );
        wake();
      }
      return [];
    },
    onError(error, attempt) {
      logger.warn({ chain: chain.id, attempt, err: error }, 'requests are not stored');
    },
  });
}

/** The request, or why it cannot be read. */
function read(value: string): WatchRequestV1 | string {
  try {
    return parseWatchRequest(value);
  } catch (error) {
    if (error instanceof MalformedMessage) return error.message;
    throw error;
  }
}
