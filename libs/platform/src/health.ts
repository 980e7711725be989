/** Longer than any healthy dependency takes, shorter than what asks for health waits. */
const CHECK_TIMEOUT_MS = 2_000;

/** Resolves when all is well, to a string if there is one worth showing; rejects with the reason. */
export type HealthCheck = () => Promise<unknown>;

export interface HealthChecks {
  /** Without these no request can be answered. */
  readonly required: Readonly<Record<string, HealthCheck>>;
  /** Without these the app works with less; they degrade it and never make it unready. */
  readonly optional?: Readonly<Record<string, HealthCheck>>;
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly checks: Readonly<Record<string, { status: 'ok' | 'failing'; detail?: string }>>;
}

/** What a probe answers: 503 says "send nothing here". */
export interface HealthAnswer {
  readonly httpStatus: 200 | 503;
  readonly body: HealthReport;
}

export interface Health {
  /** The process turns over. Asks nothing else: restarting it would not mend a database. */
  livez(): HealthAnswer;
  /** Requests can be answered now. */
  readyz(): Promise<HealthAnswer>;
  /** The start is over. */
  startupz(): HealthAnswer;
  started(): void;
  /** From now on unready, so that balancers turn away before connections close. */
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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const sentence = `No answer in ${CHECK_TIMEOUT_MS} ms.`;
    timer = setTimeout(() => reject(new Error(sentence)), CHECK_TIMEOUT_MS);
  });
  try {
    const detail = await Promise.race([check(), late]);
    return typeof detail === 'string' ? { status: 'ok', detail } : { status: 'ok' };
  } catch (error) {
    return { status: 'failing', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function answer(body: HealthReport): HealthAnswer {
  return { httpStatus: body.status === 'failing' ? 503 : 200, body };
}
