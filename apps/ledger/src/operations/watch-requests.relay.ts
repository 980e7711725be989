import { TOPICS, type WatchRequestV1 } from '@daybook/contracts';
import { idOf, upcast } from '@daybook/domain';
import type { EventStore, RecordedEvent } from '@daybook/event-store';
import { DurableLog, type Message } from '@daybook/messaging';
import { eventMessage } from '../events';

export const WATCH_REQUESTS_RELAY = 'watch-requests';

const TOPIC = TOPICS.watchRequest;

/**
 * Publishes what operators request, to the watcher of the chain. Each message has the whole request as it
 * is now, so a repeated one does no harm. The checkpoint is stored after the acknowledgement.
 */
export async function publishWatchRequests(
  store: EventStore,
  log: DurableLog,
  events: readonly RecordedEvent[],
): Promise<void> {
  const messages: Message[] = [];
  for (const recorded of events) {
    if (!recorded.stream.startsWith('watch-')) continue;
    messages.push(messageOf(recorded, await store.readStream(recorded.stream)));
  }
  if (messages.length > 0) await log.publish(TOPIC, messages);
}

function messageOf(recorded: RecordedEvent, history: readonly RecordedEvent[]): Message {
  const [first] = history;
  const event = first && upcast(first);
  if (first === undefined || event?.type !== 'WatchRequested') {
    throw new Error(`${recorded.stream} does not begin with a request.`);
  }
  const { chain, kind, from, to, blocksMax } = event.data;
  const value: WatchRequestV1 = {
    ...{ requestId: idOf(recorded.stream), chain, kind, from, to, blocksMax },
    isCancelled: history.some(({ type }) => type === 'WatchRequestCancelled'),
    requestedBy: first.metadata.actor,
    requestedAt: first.recordedAt,
    position: recorded.position.toString(),
  };
  const type = 'daybook.WatchRequest.v1';
  return eventMessage(recorded, { topic: TOPIC, type, key: chain, value });
}
