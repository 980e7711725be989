import type { Decider } from '@daybook/domain';
import { LRUCache } from 'lru-cache';
import { type Codec, daybookCodec, type Emitted } from './codec';
import { type Standing, standing } from './decision';
import type { EventStore } from './event-store';
import { readPatiently } from './retry';

/** States of streams as they were last read, at most `max` of them; the least used go first. */
export class StateCache {
  private readonly states: LRUCache<string, Standing<unknown>>;

  constructor(max: number) {
    this.states = new LRUCache({ max });
  }

  /** A stream belongs to one decider, so the state under its name is of that decider's kind. */
  get<State>(stream: string): Standing<State> | undefined {
    return this.states.get(stream) as Standing<State> | undefined;
  }

  /** Keeps the further of two standings: overlapping reads may end in any order. */
  set(stream: string, read: Standing<unknown>): void {
    const known = this.states.get(stream);
    if (known === undefined || known.revision < read.revision) this.states.set(stream, read);
  }
}

/**
 * The states of many streams, as facts for decisions about others: one query, and with a cache only
 * for what was written since the last read. Every stream asked for has an entry; one without events
 * has the initial state. Rejects with `StoreUnavailable`.
 */
export async function loadStates<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  streams: Iterable<string>,
  cache?: StateCache,
  codec: Codec<Event> = daybookCodec<Event>(),
): Promise<ReadonlyMap<string, State>> {
  const known = new Map<string, Standing<State> | undefined>();
  for (const stream of streams) known.set(stream, cache?.get<State>(stream));
  const wanted = Array.from(known, ([stream, standing]) => ({
    stream,
    from: standing === undefined ? 0n : standing.revision + 1n,
  }));
  const histories = await readPatiently(() => store.readStreams(wanted));
  const states = new Map<string, State>();
  for (const [stream, before] of known) {
    const history = histories.get(stream);
    if (history === undefined) {
      states.set(stream, before === undefined ? decider.initialState : before.state);
      continue;
    }
    const now = standing(decider, codec, history, before);
    cache?.set(stream, now);
    states.set(stream, now.state);
  }
  return states;
}
