import { setTimeout as sleep } from 'node:timers/promises';
import { DaybookError } from './daybook-error';

/** A message of a stream of events; the stream was looked through up to `position`. */
interface Positioned {
  readonly position: string;
}

export interface ResumeSettings<Message extends Positioned> {
  /** Only what happened after this position. */
  readonly after?: string | undefined;
  /** Whether nothing follows this message. */
  readonly isLast?: (message: Message) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told of each break, before the stream goes on after `position`. */
  readonly onBreak?: ((reason: Error, position: string | undefined) => void) | undefined;
}

/** The service gives a sign of life every 10 s; a connection that is silent longer is broken. */
const SILENCE_MS_MAX = 30_000;
const WAIT_MS_FIRST = 100;
const WAIT_MS_MAX = 10_000;

/** Statuses that another attempt may mend. What the service refuses, it would refuse again. */
const MENDABLE: ReadonlySet<string> = new Set(['UNAVAILABLE', 'CANCELLED', 'INTERNAL', 'UNKNOWN']);

/**
 * A stream of events that outlives its connections: after a break it is opened again behind the last
 * position that was handed out, with growing pauses, for ever. Every position comes with a message, so
 * nothing is missed and nothing comes twice. Rejects with a `DaybookError` that no repeat would mend,
 * or with the signal's reason.
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
      if (!silence.signal.aborted && !isMendable(error)) throw error;
      onBreak?.(error as Error, position);
    } finally {
      heard.stop();
    }
    const waitMs = Math.min(WAIT_MS_FIRST * 2 ** attempt, WAIT_MS_MAX);
    await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}

function isMendable(error: unknown): boolean {
  return error instanceof DaybookError && MENDABLE.has(error.status);
}

/** Runs only while a message is awaited: a slow reader is not a silent service. */
function silenceTimer(silence: AbortController) {
  let timer: NodeJS.Timeout;
  const start = () => {
    const reason = new Error(`Daybook was silent for ${SILENCE_MS_MAX / 1_000} s.`);
    timer = setTimeout(() => silence.abort(reason), SILENCE_MS_MAX);
  };
  start();
  return { start, stop: () => clearTimeout(timer) };
}
