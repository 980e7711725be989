import { setTimeout as sleep } from 'node:timers/promises';
import { DaybookError } from './daybook-error';

/** A message of a stream of events, which was read up to `position`. */
interface Positioned {
  readonly position: string;
}

export interface ResumeSettings<Message extends Positioned> {
  /** Only events after this position. */
  readonly after?: string | undefined;
  /** Whether this is the last message. */
  readonly isLast?: (message: Message) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called after each broken connection, before the stream resumes after `position`. */
  readonly onBreak?: ((reason: Error, position: string | undefined) => void) | undefined;
}

/** The service sends a heartbeat every 10 s. A connection that is silent for longer than this is broken. */
const SILENCE_MS_MAX = 30_000;
const WAIT_MS_FIRST = 100;
const WAIT_MS_MAX = 10_000;

/**
 * A stream of events that survives broken connections: it is opened again after the last yielded position,
 * with exponential back-off, for ever. Every message has a position, so no event is missed or repeated.
 * Rejects with the `DaybookError` of a refusal, or with the signal's reason.
 */
export async function* resumed<Message extends Positioned>(
  open: (after: string | undefined, signal: AbortSignal) => AsyncIterable<Message>,
  { after, isLast = () => false, signal, onBreak }: ResumeSettings<Message>,
): AsyncGenerator<Message, void, void> {
  let position = after;
  for (let attempt = 0; ; attempt++) {
    const silence = new AbortController();
    const heard = silenceTimer(silence);
    const both = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    try {
      for await (const message of open(position, both)) {
        heard.stop();
        attempt = 0;
        position = message.position;
        yield message;
        if (isLast(message)) return;
        heard.start();
      }
    } catch (error) {
      signal?.throwIfAborted();
      const isBroken = error instanceof DaybookError && error.isUnanswered;
      if (!silence.signal.aborted && !isBroken) throw error;
      onBreak?.(error as Error, position);
    } finally {
      heard.stop();
    }
    const waitMs = Math.min(WAIT_MS_FIRST * 2 ** attempt, WAIT_MS_MAX);
    await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}

/** Runs only while a message is awaited, so that a slow reader does not count as a silent service. */
function silenceTimer(silence: AbortController) {
  let timer: NodeJS.Timeout;
  const start = () => {
    const reason = new Error(`Daybook was silent for ${SILENCE_MS_MAX / 1_000} s.`);
    timer = setTimeout(() => silence.abort(reason), SILENCE_MS_MAX);
  };
  start();
  return { start, stop: () => clearTimeout(timer) };
}
