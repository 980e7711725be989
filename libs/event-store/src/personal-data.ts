import type { JsonObject } from './append';

/** An event of a stream, before or after it is stored. */
export interface Stored {
  readonly stream: string;
  readonly type: string;
  readonly data: JsonObject;
}

/**
 * Seals the personal fields of events, and opens them again. It is asked about events that have such fields alone, and
 * answers with their data in the same order.
 */
export interface PersonalData {
  /** The data as they are stored: no personal text is in the clear. Rejects when they cannot be sealed. */
  seal(events: readonly Stored[]): Promise<readonly JsonObject[]>;
  /** The data in the clear; what can no longer be opened is redacted. */
  open(events: readonly Stored[]): Promise<readonly JsonObject[]>;
}
