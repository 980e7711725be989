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

type Checks = Readonly<Record<string, { status: 'ok' | 'failing'; detail?: string }>>;

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly checks: Checks;
}

export type HealthAnswer = ReturnType<typeof answer>;
export type Health = ReturnType<typeof createHealth>;

/** The health of a process that was started but not yet `started()`. */
export function createHealth({ required, optional = {} }: HealthChecks) {
  let phase: 'starting' | 'started' | 'stopping' = 'starting';
  return {
    /** The process runs. Checks no dependency, because a restart would not repair one. */
    livez: () => answer({ status: 'ok', checks: {} }),
    startupz: () => answer({ status: phase === 'starting' ? 'failing' : 'ok', checks: {} }),
    readyz: async (): Promise<HealthAnswer> => {
      if (phase !== 'started') {
        return answer({ status: 'failing', checks: { [phase]: { status: 'failing' } } });
      }
      const [needed, wanted] = await Promise.all([runAll(required), runAll(optional)]);
      const isFailing = (checks: Checks) =>
        Object.values(checks).some(({ status }) => status === 'failing');
      const status = isFailing(needed) ? 'failing' : isFailing(wanted) ? 'degraded' : 'ok';
      return answer({ status, checks: { ...needed, ...wanted } });
    },
    started: (): void => {
      phase = 'started';
    },
    /** Makes it unready, so that load balancers stop sending requests before connections close. */
    stopping: (): void => {
      phase = 'stopping';
    },
  };
}

async function runAll(checks: Readonly<Record<string, HealthCheck>>): Promise<Checks> {
  const run = async ([name, check]: [string, HealthCheck]) => {
    try {
      const late = `No answer in ${CHECK_TIMEOUT_MS} ms.`;
      const detail = await within(check(), CHECK_TIMEOUT_MS, late);
      return [name, { status: 'ok', ...(typeof detail === 'string' && { detail }) }] as const;
    } catch (error) {
      return [name, { status: 'failing', detail: messageOf(error) }] as const;
    }
  };
  return Object.fromEntries(await Promise.all(Object.entries(checks).map(run)));
}

/** The answer of a probe; 503 means: send no requests. */
function answer(body: HealthReport) {
  return { httpStatus: body.status === 'failing' ? 503 : 200, body };
}
