import type { Posting } from './books';

/**
 * Who may read a field: `everyone` who reads public events, including Kafka, or only the `account` on
 * its own edges. Messages on a topic cannot be erased, so a merchant's names for its customers and its
 * texts about them are for the account only.
 */
export type Audience = 'everyone' | 'account';

/** What is shown of a personal field that can no longer be opened: nothing, or no text where there always is one. */
export type Redacted = '' | null;

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never;
type FieldOf<Value> = [Value] extends [readonly string[]]
  ? Audience
  : [string] extends [keyof Value]
    ? Audience
    : [Value] extends [object]
      ? Fields<Value>
      : Audience;

/** The public fields of an object. A nested object has its own list; an array or a map is one field. */
export type Fields<T> = { readonly [Key in KeysOf<T>]?: FieldOf<NonNullable<ValueOf<T, Key>>> };

/** What must be decided about every type of event. */
export interface EventDeclaration<Data> {
  /** Its journal lines: the one source of every figure. They follow from the event alone. */
  readonly postings: (data: Data) => readonly Posting[];
  /** Its one public form, for the feed, Tail, Replay and the topics; or the reason why it has none. */
  readonly publicFields: Fields<Data> | string;
  /**
   * Its personal fields, which are stored sealed under the key of the customer, each with what is shown in its place once
   * that key is gone. What they hold is known to the account alone.
   */
  readonly personal?: { readonly [Key in KeysOf<Data>]?: Redacted };
  /** Whether an event with this data is shown in that form; every one is where this is left out. */
  readonly isPublic?: (data: Data) => boolean;
  /**
   * A step from each earlier version of its data to the next, from version 1 on: there is one version
   * more than steps. A published version is never edited, and has a golden file in `testing/golden`.
   */
  readonly upcasts?: readonly ((data: unknown) => unknown)[];
}

/** A list in which each of these fields is for everyone. */
export const everyone = <T>(...names: readonly KeysOf<T>[]) =>
  Object.fromEntries(names.map((name) => [name, 'everyone'])) as {
    readonly [Key in KeysOf<T>]?: 'everyone';
  };
