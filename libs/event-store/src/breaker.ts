import { StoreFailing } from './append';

/**
 * A leader that is killed costs some 5 s, and a restart of a server seconds; a command waits for those and succeeds.
 * After this long without a success nobody waits any more.
 */
const OPENS_AFTER_MS = 7_000;
/** While it is open, one call in so long is tried. */
const TRIAL_EVERY_MS = 1_000;

export type Breaker = ReturnType<typeof breaker>;

/** How the last call ended. */
export interface LastCall {
  /** In the time of `now`; undefined before the first call. */
  readonly at: number | undefined;
  /** Undefined when it did not fail. */
  readonly failure: Error | undefined;
}

/**
 * Refuses calls at once while all of them have failed for long, except for one now and then, whose success lets all
 * others pass again. `what` says in a refusal what fails.
 */
export function breaker(what: string, now = () => performance.now()) {
  /** When the first of the failures since the last success was sent. */
  let failingSince: number | undefined;
  let isOpen = false;
  /** When the trial was sent that is under way, or the last one that has ended. */
  let triedAt = 0;
  let isTrying = false;
  let endedAt: number | undefined;
  let lastFailure: Error | undefined;

  return {
    /** Why a call must not be made now; undefined when it must be made, and `ended` be called after it. */
    refusal: (): StoreFailing | undefined => {
      if (!isOpen) return undefined;
      if (!isTrying && now() - triedAt >= TRIAL_EVERY_MS) {
        [isTrying, triedAt] = [true, now()];
        return undefined;
      }
      const seconds = Math.round((now() - (failingSince ?? now())) / 1_000);
      return new StoreFailing(`${what} have failed for ${seconds} s: ${lastFailure?.message}`, {
        cause: lastFailure,
      });
    },
    /** A call that was sent then has ended, with this failure or without one. */
    ended: (sentAt: number, failure: Error | undefined): void => {
      endedAt = now();
      lastFailure = failure;
      if (sentAt >= triedAt) isTrying = false;
      if (failure === undefined) {
        failingSince = undefined;
        isOpen = false;
        return;
      }
      failingSince ??= sentAt;
      if (endedAt - failingSince >= OPENS_AFTER_MS) isOpen = true;
    },
    last: (): LastCall => ({ at: endedAt, failure: lastFailure }),
  };
}
