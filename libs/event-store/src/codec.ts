import { SCHEMA_VERSIONS, upcast } from '@daybook/domain';
import type { RecordedEvent } from './event-store';

/** What deciders emit: plain, with a name in the past tense. */
export interface Emitted {
  readonly type: string;
  readonly data: object;
}

/** How a decider's events are written and read again. */
export interface Codec<Event extends Emitted> {
  /** The version of the shape that `type` is written in. */
  schemaVersion(type: Event['type']): number;
  /** An event in its current shape, whatever version was stored. Throws for one it does not know. */
  decode(recorded: RecordedEvent): Event;
}

const daybook: Codec<ReturnType<typeof upcast>> = {
  schemaVersion: (type) => SCHEMA_VERSIONS[type],
  decode: upcast,
};

/**
 * The codec of Daybook's own events, for deciders of every part of them. A stream holds the events of
 * one decider only, so what comes out of it is what that decider put in.
 */
export function daybookCodec<Event extends Emitted>(): Codec<Event> {
  return daybook as unknown as Codec<Event>;
}
