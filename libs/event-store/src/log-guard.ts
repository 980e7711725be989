import { type LogIdentity, WrongLog } from './append';

/** How soon a log that was refused is looked at again: it may have been replaced by the right one. */
const REFUSED_AGAIN_MS = 1_000;

export type LogGuard = ReturnType<typeof logGuard>;

/**
 * Lets a store be used only while it is known which log it has. A server that comes back may have another one, so every
 * lost connection and every failure is a doubt, and after a doubt the log is checked before it is used again.
 */
export function logGuard() {
  let check: (() => Promise<LogIdentity | null>) | undefined;
  let doubts = 1;
  /** The doubts that the last successful check removed. */
  let settled = 0;
  let running: Promise<void> | undefined;
  let identity: LogIdentity | null = null;
  /** What the check found first: a process has one log and one epoch. */
  let first: LogIdentity | null = null;
  let refusal: { readonly error: WrongLog; readonly at: number } | undefined;

  async function run(asked: () => Promise<LogIdentity | null>): Promise<void> {
    const seen = doubts;
    if (refusal !== undefined && performance.now() - refusal.at < REFUSED_AGAIN_MS) {
      throw refusal.error;
    }
    try {
      const found = await asked();
      if (first !== null && found !== null) requireSame(first, found);
      first ??= found;
      identity = found;
      refusal = undefined;
      settled = seen;
    } catch (error) {
      if (error instanceof WrongLog) refusal = { error, at: performance.now() };
      throw error;
    }
  }

  return {
    /** Checks the log with this from now on. It rejects with `WrongLog`, and with another error when it cannot tell. */
    checkWith: (wanted: () => Promise<LogIdentity | null>): void => {
      check = wanted;
      first = null;
      refusal = undefined;
      doubts += 1;
    },
    doubt: (): void => {
      doubts += 1;
    },
    /** Resolves when there is no doubt. Rejects with what the check rejects with. */
    certain: async (): Promise<void> => {
      while (check !== undefined && settled !== doubts) {
        running ??= run(check).finally(() => {
          running = undefined;
        });
        await running;
      }
    },
    identity: (): LogIdentity | null => identity,
    isCertain: (): boolean => check === undefined || settled === doubts,
  };
}

/** What a process knows of an epoch, in its memory too, is void in another one. Throws `WrongLog`. */
function requireSame(known: LogIdentity, found: LogIdentity): void {
  if (known.id === found.id && known.epoch === found.epoch) return;
  throw new WrongLog(
    `The event log is in epoch ${found.epoch} of ${found.id}, and this process began in epoch ${known.epoch} of ${known.id}. Start it again.`,
  );
}
