import { Problem } from '../rest/problem';

/** Streams of one key at one process. Each holds a page of the log in memory. */
const PER_KEY_MAX = 16;
/** Streams of all keys: bounds the memory of readers who stopped, whoever they are. */
const ALL_MAX = 256;

/** The streams that are open, so that they stay few and end when the service does. */
export interface StreamSlots {
  /** Aborts when the service stops. */
  readonly closing: AbortSignal;
  /** Counts a stream of the key until `release` is called. Refuses with `too-many-streams`. */
  take(keyId: string): { release(): void };
  close(): void;
}

export function createStreamSlots(): StreamSlots {
  const byKey = new Map<string, number>();
  const closing = new AbortController();
  let all = 0;
  return {
    closing: closing.signal,
    take(keyId) {
      const ofKey = byKey.get(keyId) ?? 0;
      if (ofKey >= PER_KEY_MAX || all >= ALL_MAX) {
        throw new Problem('too-many-streams', `The key has ${ofKey} streams of ${PER_KEY_MAX}.`);
      }
      byKey.set(keyId, ofKey + 1);
      all += 1;
      return {
        release() {
          const left = (byKey.get(keyId) ?? 1) - 1;
          if (left === 0) byKey.delete(keyId);
          else byKey.set(keyId, left);
          all -= 1;
        },
      };
    },
    close: () => closing.abort(new Problem('server-stopping', 'This process is stopping.')),
  };
}
