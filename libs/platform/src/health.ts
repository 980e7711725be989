import { messageOf, within } from './plain';

/** Longer than any healthy dependency needs, shorter than the time-out of a probe. */
const CHECK_TIMEOUT_MS = 2_000;

/** Resolves when the dependency works, to a string if there is a detail to show; rejects with the reason. */
export type HealthCheck = () => Promise<unknown>;

export interface HealthChecks {
  /** Dependencies without which no request can be answered. */
  readonly required: Readonly<Record<string, HealthCheck>>;
  /** Dependencies whose failure degrades the app, but never makes it unready. */
  readonly optional?: Readonly<Record<string, HealthCheck>>;
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly checks: Readonly<Record<string, { status: 'ok' | 'failing'; detail?: string }>>;
}

/** The answer of a probe; 503 means: send no requests. */
export interface HealthAnswer {
  readonly httpStatus: 200 | 503;
  readonly body: HealthReport;
}

export interface Health {
  /** The process runs. Checks no dependency, because a restart would not repair one. */
  livez(): HealthAnswer;
  /** Requests can be answered now. */
  readyz(): Promise<HealthAnswer>;
  /** The process has started. */
  startupz(): HealthAnswer;
  started(): void;
  /** Makes it unready, so that load balancers stop sending requests before connections close. */
  stopping(): void;
}

/** The health of a process that was started but not yet `started()`. */
export function createHealth({ required, optional = {} }: HealthChecks): Health {
  let phase: 'starting' | 'started' | 'stopping' = 'starting';
  return {
    livez: () => answer({ status: 'ok', checks: {} }),
    startupz: () => answer({ status: phase === 'starting' ? 'failing' : 'ok', checks: {} }),
    readyz: async () => {
      if (phase !== 'started') {
        return answer({ status: 'failing', checks: { [phase]: { status: 'failing' } } });
      }
      const [needed, wanted] = await Promise.all([runAll(required), runAll(optional)]);
      const failing = needed.some(([, { status }]) => status === 'failing');
      const degraded = wanted.some(([, { status }]) => status === 'failing');
      return answer({
        status: failing ? 'failing' : degraded ? 'degraded' : 'ok',
        checks: Object.fromEntries([...needed, ...wanted]),
      });
    },
    started: () => {
      phase = 'started';
    },
    stopping: () => {
      phase = 'stopping';
    },
  };
}

type Outcome = { status: 'ok' | 'failing'; detail?: string };

function runAll(checks: Readonly<Record<string, HealthCheck>>): Promise<[string, Outcome][]> {
  return Promise.all(
    Object.entries(checks).map(
      async ([name, check]): Promise<[string, Outcome]> => [name, await run(check)],
    ),
  );
}

async function run(check: HealthCheck): Promise<Outcome> {
  try {
    const late = `No answer in ${CHECK_TIMEOUT_MS} ms.`;
    const detail = await within(check(), CHECK_TIMEOUT_MS, late);
    return typeof detail === 'string' ? { status: 'ok', detail } : { status: 'ok' };
  } catch (error) {
    return { status: 'failing', detail: messageOf(error) };
  }
}

function answer(body: HealthReport): HealthAnswer {
  return { httpStatus: body.status === 'failing' ? 503 : 200, body };
}
