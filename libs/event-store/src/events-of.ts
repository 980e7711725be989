import type { StreamKind } from '@daybook/domain';
import { type EventStore, type Position, type RecordedEvent, START } from './event-store';
import { readWithRetry } from './retry';

const PAGE_EVENTS = 1_000;

/**
 * The events of these kinds of streams up to the end of the log, in pages, each with how far the log is read by then.
 * Rejects with `StoreUnavailable`.
 */
export async function* eventsOf(
  store: EventStore,
  kinds: readonly StreamKind[],
  after: Position = START,
): AsyncGenerator<{ readonly events: readonly RecordedEvent[]; readonly end: Position }> {
  for (let from = after; ; ) {
    const read = () => store.readAll({ after: from, limit: PAGE_EVENTS, kinds });
    const { events, end, atEnd } = await readWithRetry(read);
    yield { events, end };
    if (atEnd) return;
    from = end;
  }
}
