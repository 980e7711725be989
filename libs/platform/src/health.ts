import { messageOf, within } from './plain';

/** Longer than any healthy dependency needs, shorter than the time-out of a probe. */
const CHECK_TIMEOUT_MS = 2_000;

/** Resolves when the dependency works, to a string if there is a detail to show; rejects with the reason. */
export type HealthCheck = () => Promise<unknown>;

export interface HealthChecks {
  /** Dependencies without which no request can be answered, or without which one of `purposes` fails. */
  readonly required: Readonly<Record<string, HealthCheck>>;
  /** Dependencies whose failure degrades the app, but never makes it unready. */
  readonly optional?: Readonly<Record<string, HealthCheck>>;
  /**
   * What the app is for, and the names of the checks that each needs. An app with purposes is unready when none of
   * those that need something required can be served.
   */
  readonly purposes?: Readonly<Record<string, readonly string[]>>;
}

type State = 'ok' | 'failing';
type Checks = Readonly<Record<string, { status: State; detail?: string }>>;

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly checks: Checks;
  /** What the app is for, and whether it can be served now. */
  readonly purposes?: Readonly<Record<string, State>>;
}

export type HealthAnswer = ReturnType<typeof answer>;
export type Health = ReturnType<typeof createHealth>;

/** The health of a process that was started but not yet `started()`. */
export function createHealth({ required, optional = {}, purposes }: HealthChecks) {
  let phase: 'starting' | 'started' | 'stopping' = 'starting';

  async function report(purpose: string | undefined): Promise<HealthReport> {
    const [needed, wanted] = await Promise.all([runAll(required), runAll(optional)]);
    const checks: Checks = { ...needed, ...wanted };
    const isFailing = (names: readonly string[]) =>
      names.some((name) => checks[name]?.status === 'failing');
    const served = Object.entries(purposes ?? {}).map(
      ([name, needs]) => [name, isFailing(needs) ? 'failing' : 'ok'] as const,
    );
    const serving = served.filter(([name]) => purposes?.[name]?.some((need) => need in required));
    const isUnready =
      purpose !== undefined
        ? isFailing(purposes?.[purpose] ?? [])
        : serving.length > 0
          ? serving.every(([, state]) => state === 'failing')
          : isFailing(Object.keys(needed));
    const isDegraded = isFailing(Object.keys(checks));
    return {
      status: isUnready ? 'failing' : isDegraded ? 'degraded' : 'ok',
      checks,
      ...(purposes && { purposes: Object.fromEntries(served) }),
    };
  }

  return {
    /** The process runs. Checks no dependency, because a restart would not repair one. */
    livez: () => answer({ status: 'ok', checks: {} }),
    startupz: () => answer({ status: phase === 'starting' ? 'failing' : 'ok', checks: {} }),
    /** Whether the app can serve anything, or this purpose. */
    readyz: async (purpose?: string): Promise<HealthAnswer> => {
      if (phase !== 'started') {
        return answer({ status: 'failing', checks: { [phase]: { status: 'failing' } } });
      }
      return answer(await report(purpose));
    },
    /** What `readyz` can be asked about. */
    purposes: Object.keys(purposes ?? {}),
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
