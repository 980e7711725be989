import type { json } from '@daybook/contracts';
import { requirePostgres } from '@daybook/platform';
import { reasonOf } from '@daybook/platform/plain';
import { version } from '../../../../package.json';
import { stateOfEngines } from '../../../ledger/src/operations/engine-state';
import { because, engineProblems, stateOf } from '../../../ledger/src/operations/problems';
import { openDurableLog, openEventStore } from '../../../ledger/src/runtime/engines';
import { openToRead } from '../../../ledger/src/runtime/own-log';
import { callService } from '../cli/call-service';
import { Failure } from '../cli/exit-codes';
import type { Operation } from '../cli/operation';

const ANSWER_TIMEOUT_MS = 5_000;

export interface Service {
  readonly url: string;
  readonly answers: boolean;
  readonly status: 'ok' | 'degraded' | 'failing' | null;
  readonly detail: string | null;
}

/**
 * The answer of `daybook status --json`; `schemas/status.v1.json` is the contract. Some fields keep the
 * names that they had before the ledger served the status.
 */
export type StatusReport = Awaited<ReturnType<typeof readStatus>>;

/** The status according to the ledger. If it does not answer, only engines and services are checked. */
export async function readStatus(operation: Operation) {
  const { ledgerUrl, watcherUrl, certificate, place, environment } = operation.installation;
  const [ledger, watcher, answer] = await Promise.all([
    serviceAt(ledgerUrl, certificate),
    serviceAt(watcherUrl, certificate),
    ledgerUrl === null ? null : askLedger(operation),
  ]);
  const unwell = [
    ...serviceProblems('ledger', ledger),
    ...serviceProblems('chain-watcher', watcher),
  ];
  if (answer instanceof Failure) {
    // With no address but the ledger's, no engine can be checked.
    if (!environment.DAYBOOK_DATABASE_URL) throw answer;
    if (ledger?.answers) unwell.push(`The ledger does not give its status: ${answer.message}`);
  }
  const isKnown = answer !== null && !(answer instanceof Failure);
  const known = isKnown ? answer : await statusOfEngines(operation);
  const { followers, chains, state, ...rest } = known;
  const problems = [...known.problems, ...unwell];
  return {
    ...{ ...rest, place, services: { ledger, watcher }, problems, readers: followers },
    state: state === 'ok' && problems.length > 0 ? 'standing-still' : state,
    chains: chains.map(({ secondsSinceReport, ...chain }) => ({
      ...chain,
      secondsSinceWord: secondsSinceReport,
    })),
  };
}

async function askLedger(operation: Operation): Promise<json.Status | Failure> {
  try {
    return await operation.api.get<json.Status>('/v1/operations/status');
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Everything else is known to the ledger only. */
type EnginesStatus = Omit<json.Status, 'reactions' | 'books' | 'differences' | 'clocks'> & {
  readonly reactions: null;
  readonly books: null;
  readonly differences: null;
  readonly clocks: null;
};

async function statusOfEngines(operation: Operation): Promise<EnginesStatus> {
  const engines = await checkEngines(operation);
  const problems = engineProblems(engines);
  return {
    at: new Date().toISOString(),
    state: stateOf(engines, problems),
    ...{
      problems,
      engines,
      followers: [],
      consumers: [],
      chains: [],
      reactions: null,
      books: null,
      differences: null,
      clocks: null,
    },
    versions: { daybook: version, node: process.versions.node, postgresql: null, tables: null },
  };
}

function checkEngines({ env }: Operation) {
  const database = { url: env.databaseUrl, variable: 'DAYBOOK_DATABASE_URL' };
  return stateOfEngines(env, {
    database: () => requirePostgres(database),
    eventStore: () => closing(openEventStore(env), (store) => store.head()),
    log: () => closing(openToRead(env), async (store) => store.identity),
    durableLog: () => closing(openDurableLog(env), (log) => log.check()),
  });
}

/** What an engine answers. Its connections are closed afterwards. */
async function closing<T extends { close(): Promise<void> }, Answer>(
  opening: Promise<T>,
  ask: (engine: T) => Promise<Answer>,
): Promise<Answer> {
  const engine = await opening;
  try {
    return await ask(engine);
  } finally {
    await engine.close();
  }
}

async function serviceAt(
  url: string | null,
  certificate: string | undefined,
): Promise<Service | null> {
  if (url === null) return null;
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await callService(`${url}/readyz`, { signal, certificate });
    const body = (await answer.json()) as {
      status: Service['status'] | number;
      checks?: Record<string, { status: string; detail?: string }>;
    };
    const failing = Object.entries(body.checks ?? {}).filter(([, { status }]) => status !== 'ok');
    const detail = failing.map(([name, check]) => `${name}: ${check.detail ?? check.status}`);
    // In a problem the status is a number.
    const status = typeof body.status === 'string' ? body.status : answer.ok ? 'ok' : 'failing';
    return { url, answers: true, status, detail: detail.join('; ') || null };
  } catch (error) {
    return { url, answers: false, status: null, detail: reasonOf(error) };
  }
}

function serviceProblems(name: string, service: Service | null): string[] {
  if (service === null || service.status === 'ok') return [];
  const how = service.answers ? `is ${service.status}` : 'does not answer';
  return [`The ${name} at ${service.url} ${how}${because(service.detail)}.`];
}
