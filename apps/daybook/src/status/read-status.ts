import { requirePostgres } from '@daybook/platform';
import { reasonOf } from '@daybook/platform/plain';
import { version } from '../../../../package.json';
import { stateOfEngines } from '../../../ledger/src/operations/engine-state';
import { engineProblems, stateOf } from '../../../ledger/src/operations/problems';
import type { StatusResponse } from '../../../ledger/src/operations/status.dto';
import { Failure } from '../cli/exit-codes';
import type { Operation } from '../cli/operate';
import type { Service, StatusReport } from './status-report';

/** A service that has not answered by then is reported as not answering. */
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Asks the ledger for its status. When it does not tell, the engines are asked as far as the configuration
 * says where they are.
 */
export async function readStatus(operation: Operation): Promise<StatusReport> {
  const { ledgerUrl, watcherUrl, place } = operation.installation;
  const [ledger, watcher, told] = await Promise.all([
    serviceAt(ledgerUrl),
    serviceAt(watcherUrl),
    ledgerUrl === null
      ? null
      : operation.api.get<StatusResponse>('/v1/operations/status').catch(failureOf),
  ]);
  const services = { ledger, watcher };
  const unwell = [
    ...serviceProblems('ledger', ledger),
    ...serviceProblems('chain-watcher', watcher),
  ];
  if (told === null || told instanceof Failure) {
    const untold =
      told !== null && ledger?.answers
        ? [`The ledger does not tell its status: ${told.message}`]
        : [];
    return { place, services, ...(await statusOfEngines(operation, [...unwell, ...untold], told)) };
  }
  const { followers, chains, problems, state, ...rest } = told;
  const all = [...problems, ...unwell];
  return {
    ...rest,
    ...{ place, services, problems: all, readers: followers },
    state: state === 'ok' && all.length > 0 ? 'standing-still' : state,
    chains: chains.map(({ secondsSinceReport, ...chain }) => ({
      ...chain,
      secondsSinceWord: secondsSinceReport,
    })),
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

/** What can be said without the ledger. */
async function statusOfEngines(
  operation: Operation,
  otherProblems: readonly string[],
  told: Failure | null,
): Promise<Omit<StatusReport, 'place' | 'services'>> {
  // Who knows only the address of the ledger cannot ask further.
  if (told !== null && !operation.installation.environment.DAYBOOK_DATABASE_URL) throw told;
  const { env, store, log } = operation;
  const database = { url: env().databaseUrl, variable: 'DAYBOOK_DATABASE_URL' };
  const engines = await stateOfEngines(env(), {
    database: () => requirePostgres(database),
    eventStore: async () => (await store()).head(),
    durableLog: async () => (await log()).check(),
  });
  const problems = [...engineProblems(engines), ...otherProblems];
  return {
    at: new Date().toISOString(),
    state: stateOf(engines, problems),
    ...{ problems, engines, readers: [], consumers: [], chains: [], reactions: null, books: null },
    versions: { daybook: version, node: process.versions.node, postgresql: null, tables: null },
  };
}

async function serviceAt(url: string | null): Promise<Service | null> {
  if (url === null) return null;
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
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
  return [`The ${name} at ${service.url} ${how}: ${service.detail}`];
}
