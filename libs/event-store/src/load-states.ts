import type { Decider } from '@daybook/domain';
import { type Emitted, streamState } from './decision';
import type { EventStore } from './event-store';
import { readPatiently } from './retry';

/**
 * The states of many streams, as facts for decisions about others, in one query. Every stream asked
 * for has an entry; one without events has the initial state. Rejects with `StoreUnavailable`.
 */
export async function loadStates<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  streams: Iterable<string>,
): Promise<ReadonlyMap<string, State>> {
  const wanted = Array.from(new Set(streams), (stream) => ({ stream }));
  const histories = await readPatiently(() => store.readStreams(wanted));
  return new Map(
    wanted.map(({ stream }) => [stream, streamState(decider, histories.get(stream) ?? []).state]),
  );
}
