import { version } from '../../../../package.json';
import type { Operation } from '../cli/operate';
import { ANSWER_TIMEOUT_MS, type Asked, asked, reasonOf } from './ask';
import { consumersOf, usesKafka } from './consumers';
import { problemsOf, WORD_SECONDS_MAX } from './problems';
import type { ChainStatus, Consumer, Engine, Reader, Service, StatusReport } from './status-report';

/** As long as a ledger waits before it calls itself unready. */
const STILL_SECONDS_MAX = 30;

const VERSION = `SELECT current_setting('server_version') AS version`;

/** Asks every part by itself, so that one that does not answer hides nothing of the others. */
export async function readStatus(operation: Operation): Promise<StatusReport> {
  const { installation, query, log, store } = operation;
  const now = Date.now();
  const postgresql = asked(query<{ version: string }>(VERSION), (rows) => rows[0]?.version ?? null);
  const [database, head, durable, ledger, watcher, tables] = await Promise.all([
    postgresql,
    asked(store().then((it) => it.head())),
    asked(log().then((it) => it.check())),
    service(installation.ledgerUrl),
    service(installation.watcherUrl),
    asked(query<{ name: string }>('SELECT name FROM ledger.migration ORDER BY id DESC LIMIT 1')),
  ]);
  const [readers, consumers, chains] = await Promise.all([
    asked(readersOf(operation, head.value, now)),
    asked(consumersWithParked(operation, now)),
    asked(chainsOf(operation, now)),
  ]);
  const engines = {
    database: engine('postgresql', database),
    eventLog: {
      ...engine(operation.env.eventstoredbUrl === undefined ? 'postgresql' : 'eventstoredb', head),
      head: head.value === null ? null : String(head.value),
    },
    durableLog: engine(usesKafka(operation) ? 'kafka' : 'postgresql', durable),
  };
  const parts = {
    engines,
    services: { ledger, watcher },
    readers: readers.value ?? [],
    consumers: consumers.value ?? [],
    chains: chains.value ?? [],
  };
  const unasked = database.reason === null ? [readers, consumers, chains] : [];
  const problems = [
    ...problemsOf(parts),
    ...unasked.flatMap(({ reason }) => (reason === null ? [] : [reason])),
  ];
  const isReached = Object.values(engines).every(({ answers }) => answers);
  return {
    at: new Date(now).toISOString(),
    place: installation.place,
    state: !isReached ? 'unreachable' : problems.length > 0 ? 'standing-still' : 'ok',
    problems,
    versions: {
      daybook: version,
      node: process.versions.node,
      postgresql: database.value,
      tables: tables.value?.[0]?.name ?? null,
    },
    ...parts,
  };
}

/** The readers of the log. Progress counts from when the first event that waits was recorded. */
async function readersOf(
  { query, store }: Operation,
  head: bigint | null,
  now: number,
): Promise<readonly Reader[]> {
  const rows = await query<{ name: string; position: string; updated_at: Date }>(
    'SELECT name, position, updated_at FROM ledger.checkpoint ORDER BY name',
  );
  return Promise.all(
    rows.map(async ({ name, position, updated_at }) => {
      const at = BigInt(position);
      const isBehind = head !== null && head > at;
      const page = isBehind ? await (await store()).readAll({ after: at, limit: 1 }) : null;
      const waiting = page?.events[0];
      const since = Math.max(updated_at.getTime(), Date.parse(waiting?.recordedAt ?? '') || 0);
      const secondsSinceProgress = waiting === undefined ? 0 : secondsFrom(since, now);
      return {
        name,
        position,
        lag: String(isBehind && waiting !== undefined ? head - at : 0n),
        secondsSinceProgress,
        standsStill: secondsSinceProgress > STILL_SECONDS_MAX,
      };
    }),
  );
}

async function consumersWithParked(
  operation: Operation,
  now: number,
): Promise<readonly Consumer[]> {
  const log = await operation.log();
  return Promise.all(
    (await consumersOf(operation)).map(async ({ topic, group, lag, waitingSince }) => {
      const parked = await log.parked(topic, group);
      const waits = waitingSince === null ? null : secondsFrom(waitingSince.getTime(), now);
      return {
        ...{ topic, group, lag: lag === null ? null : String(lag), parkedKeys: parked.length },
        secondsSinceProgress: lag === null ? null : (waits ?? 0),
        standsStill: waits !== null && waits > STILL_SECONDS_MAX,
      };
    }),
  );
}

interface ChainRow {
  readonly chain: string;
  readonly latest: string;
  readonly matched: string;
  readonly finalized: string | null;
  readonly addresses_through: string | null;
  readonly state: string;
  readonly detail: string | null;
  readonly observed_at: Date;
}

async function chainsOf({ query }: Operation, now: number): Promise<readonly ChainStatus[]> {
  const rows = await query<ChainRow>('SELECT * FROM ledger.chain_head ORDER BY chain');
  return rows.map((row) => {
    const { chain, latest, matched, finalized, state, detail } = row;
    const secondsSinceWord = secondsFrom(row.observed_at.getTime(), now);
    return {
      ...{ chain, latest, matched, finalized, state, detail, secondsSinceWord },
      addressesThrough: row.addresses_through,
      standsStill: state === 'stalled' || secondsSinceWord > WORD_SECONDS_MAX,
    };
  });
}

async function service(url: string | null): Promise<Service | null> {
  if (url === null) return null;
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    const body = (await answer.json()) as {
      status: Service['status'] | number;
      checks?: Record<string, { status: string; detail?: string }>;
    };
    const failing = Object.entries(body.checks ?? {}).filter(([, { status }]) => status !== 'ok');
    const detail = failing.map(([name, check]) => `${name}: ${check.detail ?? check.status}`);
    // A problem's status is a number; whoever is ready says so in a word.
    const status = typeof body.status === 'string' ? body.status : answer.ok ? 'ok' : 'failing';
    return { url, answers: true, status, detail: detail.join('; ') || null };
  } catch (error) {
    return { url, answers: false, status: null, detail: reasonOf(error) };
  }
}

function engine(kind: Engine['kind'], { reason }: Asked<unknown>): Engine {
  return { kind, answers: reason === null, detail: reason };
}

function secondsFrom(then: number, now: number): number {
  return Math.max(0, Math.round((now - then) / 1_000));
}
