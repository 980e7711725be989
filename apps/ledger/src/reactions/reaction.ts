import type { StreamKind } from '@daybook/domain';
import type { HappenedTo, JsonObject } from '@daybook/event-store';
import type { DueTimes, Later } from './due-times';

/** A due time that has come. */
export interface DueNow {
  readonly key: string;
  readonly data: JsonObject | null;
  /** The database's time, RFC 3339. */
  readonly now: string;
  /** When the reaction ran for the first time in this database: periods count from here at earliest. */
  readonly countsFrom: string;
}

/**
 * What must happen because of an event or because time has passed. `schedule` turns the log into due
 * times; `act` is called when one has come, at least once and perhaps by two processes at the same time.
 * So it decides on the state as it is then, and issues commands whose ids follow from what they are about.
 */
export interface Reaction<Kind extends StreamKind> {
  readonly name: string;
  /** The kinds of streams whose events `schedule` is given. */
  readonly kinds: readonly Kind[];
  /** Runs in the transaction that also stores how far the reaction has read. */
  schedule(batch: readonly HappenedTo<Kind>[], dueTimes: DueTimes): Promise<void>;
  /** Null when the matter is done. A rejection is noted and tried again, each time later. */
  act(due: DueNow): Promise<Later | null>;
}
