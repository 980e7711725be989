import { setTimeout as sleep } from 'node:timers/promises';
import { v1 } from '@daybook/contracts';
import { type Calls, Connection, type Given } from './calls';
import { DaybookError } from './daybook-error';

/** The service sends a heartbeat every 10 s. A connection that is silent for longer than this is broken. */
const SILENCE_MS_MAX = 30_000;
const WAIT_MS_FIRST = 100;
const WAIT_MS_MAX = 10_000;

/** A message of a stream of events, which was read up to `position`. */
interface Positioned {
  readonly position: string;
  /** The log in which the position is. */
  readonly log: string;
}

/** Where a stream begins: what the service is asked for. */
interface Place {
  readonly after: string | undefined;
  readonly log: string | undefined;
}

interface ResumeSettings<Message extends Positioned> {
  /** Only events after this position. */
  readonly after?: string | undefined;
  /** The log in which it is. */
  readonly log?: string | undefined;
  /** Whether this is the last message. */
  readonly isLast?: (message: Message) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called after each broken connection, before the stream resumes after `position`. */
  readonly onBreak?: ((reason: Error, position: string | undefined) => void) | undefined;
}

/** The settings of a stream of events. */
export type StreamSettings<Message extends Positioned> = Pick<
  ResumeSettings<Message>,
  'signal' | 'onBreak'
>;

/**
 * Daybook over gRPC: a function for every method of `daybook.v1`, with the names and comments of the
 * .proto files. Positions and amounts are decimal strings. A call is retried where that is safe, until its
 * time is over. It rejects with a `DaybookError`.
 */
export class DaybookClient extends Connection {
  /** The account of the key, which needs the scope `account:admin`. */
  readonly ownAccount: Calls<v1.OwnAccountServiceDefinition> = this.calls(
    v1.OwnAccountServiceDefinition,
  );
  readonly customers: Calls<v1.CustomerServiceDefinition> = this.calls(
    v1.CustomerServiceDefinition,
  );
  readonly purses: Calls<v1.PurseServiceDefinition> = this.calls(v1.PurseServiceDefinition);
  readonly replenishments: Calls<v1.ReplenishmentServiceDefinition> = this.calls(
    v1.ReplenishmentServiceDefinition,
  );
  readonly outflows: Calls<v1.OutflowServiceDefinition> = this.calls(v1.OutflowServiceDefinition);
  readonly transactions: Calls<v1.TransactionServiceDefinition> = this.calls(
    v1.TransactionServiceDefinition,
  );
  readonly sandbox: Calls<v1.SandboxServiceDefinition> = this.calls(v1.SandboxServiceDefinition);
  readonly figures: Calls<v1.FiguresServiceDefinition> = this.calls(v1.FiguresServiceDefinition);
  readonly registry: Calls<v1.RegistryServiceDefinition> = this.calls(v1.RegistryServiceDefinition);
  /** The plain calls. The client's own `tail` and `replay` also resume after a broken connection. */
  readonly events: Calls<v1.EventServiceDefinition> = this.calls(v1.EventServiceDefinition);

  /**
   * Events after a position, without end, across broken connections and restarts of the service. Store each
   * message's `position` and `log` together with the effect of its events, and pass them as `after` and `log` to continue:
   * rejects with `epoch-ended` when the service's log was restored since.
   */
  tail(
    request: Given<v1.TailRequest>,
    settings: StreamSettings<v1.TailResponse> = {},
  ): AsyncGenerator<v1.TailResponse, void, void> {
    return resumed((place, signal) => this.events.tail({ ...request, ...place }, { signal }), {
      ...{ after: request.after, log: request.log },
      ...settings,
    });
  }

  /** Events between two positions, across broken connections; the last message is `complete`. */
  replay(
    request: Given<v1.ReplayRequest>,
    settings: StreamSettings<v1.ReplayResponse> = {},
  ): AsyncGenerator<v1.ReplayResponse, void, void> {
    return resumed((place, signal) => this.events.replay({ ...request, ...place }, { signal }), {
      ...{ after: request.after, log: request.log },
      isLast: ({ complete }) => complete,
      ...settings,
    });
  }
}

/**
 * A stream of events that survives broken connections: it is opened again after the last yielded position,
 * with exponential back-off, for ever. Every message has a position, so no event is missed or repeated.
 * Rejects with the `DaybookError` of a refusal, or with the signal's reason.
 */
async function* resumed<Message extends Positioned>(
  open: (place: Place, signal: AbortSignal) => AsyncIterable<Message>,
  { after, log, isLast = () => false, signal, onBreak }: ResumeSettings<Message>,
): AsyncGenerator<Message, void, void> {
  let place: Place = { after, log };
  for (let attempt = 0; ; attempt++) {
    const silence = new AbortController();
    const heard = silenceTimer(silence);
    const both = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    try {
      for await (const message of open(place, both)) {
        heard.stop();
        attempt = 0;
        // Earlier versions of the service name no log.
        place = { after: message.position, log: message.log || undefined };
        yield message;
        if (isLast(message)) return;
        heard.start();
      }
    } catch (error) {
      signal?.throwIfAborted();
      const isBroken = error instanceof DaybookError && error.isUnanswered;
      if (!silence.signal.aborted && !isBroken) throw error;
      onBreak?.(error as Error, place.after);
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
