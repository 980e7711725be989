import { userInfo } from 'node:os';
import {
  beginEpoch,
  beginLog,
  checkLog,
  type EventStore,
  identityIn,
  type LogIdentity,
  type LogSource,
  type PersonalData,
  type ReaderPlace,
  WrongLog,
} from '@daybook/event-store';
import type { Client } from 'pg';
import { readerPlaces } from '../../../ledger/src/runtime/checkpoints';
import { openEventStore } from '../../../ledger/src/runtime/engines';
import { placeOfLog } from '../../../ledger/src/runtime/own-log';
import { xpubsFor } from '../addresses/derive';
import { withClient } from '../cli/database';
import { EXIT, Failure } from '../cli/exit-codes';
import { type Answer, operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { countingBar } from '../cli/progress';
import { type AdoptionReport, adoptionPage, nothingPage } from './adoption-page';
import { type Adoption, bringBack } from './bring-back';
import { accounts, branches, customers, operators } from './lost';
import { findPaths } from './paths';
import { resetReaders } from './reset-readers';
import { knownIn } from './rows';
import { validThrough } from './valid-through';
import { withDatabaseOf } from './with-database';

/** Texts about customers come back as the tables have them: they are sealed already, for the same streams and fields. */
const AS_STORED: PersonalData = {
  seal: async (events) => events.map(({ data }) => data),
  open: async (events) => events.map(({ data }) => data),
};

export interface AdoptOptions {
  readonly data?: string | undefined;
  readonly json?: boolean | undefined;
  readonly apply?: boolean | undefined;
  readonly reason: string;
  readonly xpub?: readonly string[] | undefined;
  /** Whether an epoch begins although log and tables agree. */
  readonly newEpoch?: boolean | undefined;
  /** The identity of another log that is to be adopted. */
  readonly log?: string | undefined;
}

/**
 * Goes on with a log that was put in the place of another one: what the tables know and the log lost is appended, a new
 * epoch begins, and the tables are filled anew from the log. Without `apply` it only says what it would do.
 */
export function adopt(options: AdoptOptions): Promise<void> {
  return operate(options, (operation) => adoptIn(operation, options));
}

/** The work of `adopt`, and its answer. */
export function adoptIn(operation: Operation, options: AdoptOptions): Promise<Answer> {
  return withDatabaseOf(operation, async () => {
    await operation.requireTables();
    const { ownerDatabaseUrl: ownerUrl } = operation.installation;
    if (ownerUrl === undefined) {
      const right = 'set DAYBOOK_MIGRATION_URL.';
      throw new Failure(
        `It fills tables anew, which only their owner may do: ${right}`,
        EXIT.usage,
      );
    }
    const store = await openEventStore(operation.env);
    store.personalData = AS_STORED;
    try {
      return await adoptFor(operation, store, ownerUrl, options);
    } finally {
      await store.close();
    }
  });
}

async function adoptFor(
  operation: Operation,
  store: EventStore,
  ownerUrl: string,
  options: AdoptOptions,
): Promise<Answer> {
  const isReal = options.apply ?? false;
  const report = await withClient(ownerUrl, async (client) => {
    await requireAlone(client);
    const planned = await planOrBringBack(operation, client, store, options);
    if (planned !== null && isReal) {
      const { epoch, through } = planned;
      const begun = { epoch, validThrough: through, reason: options.reason, actor: actor() };
      await beginEpoch(sourceOf(store), begun);
      await resetReaders(operation, ownerUrl, planned);
    }
    return planned;
  });
  if (report === null) {
    return { json: { kind: 'log-adoption', applied: false, refused: null }, text: nothingPage };
  }
  const exitCode = isReal ? EXIT.ok : EXIT.failed;
  return { json: report, text: () => adoptionPage(report), exitCode };
}

const actor = () => `host:${userInfo().username}`;

/** What is lost, brought back if it is to be; null where nothing is to be done. */
async function planOrBringBack(
  operation: Operation,
  client: Client,
  store: EventStore,
  options: AdoptOptions,
): Promise<AdoptionReport | null> {
  const applied = options.apply ?? false;
  // One snapshot: what is planned is what is done.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  const readers = await readerPlaces(async (sql) => (await client.query(sql)).rows);
  const place = placeOfLog(operation.env);
  const refused = await refusalOf(store, readers, place);
  if (refused === null && !options.newEpoch) return null;
  const identity = await identityIn(store);
  requireMeant(identity, readers, { ...options, place });
  const through = await validThrough(client, store, epochRead(readers));
  const epoch = epochAfter(identity, readers, refused !== null);
  if (applied && identity === null) await beginLog(sourceOf(store));
  const brought = await bringAllBack(operation, client, options, { store, through, epoch });
  await client.query('COMMIT');
  const end = await store.end();
  const found = { place, refused, identity, epoch, through, end };
  return { kind: 'log-adoption', applied, ...found, ...brought };
}

/** Brings back what the tables know, or counts it. */
async function bringAllBack(
  operation: Operation,
  client: Client,
  { apply = false, reason, xpub }: AdoptOptions,
  { store, through, epoch }: Pick<Adoption, 'store' | 'through' | 'epoch'>,
) {
  const { signal } = operation;
  const known = knownIn(client);
  const purses = await known.count('purses');
  const counted = ['accounts', 'operators', 'branches', 'customers'] as const;
  // Purses are read twice: before they are brought back, their paths are found.
  let total = 2 * purses;
  for (const name of counted) total += await known.count(name);
  const bar = countingBar(apply ? 'Bringing back' : 'Comparing', 'rows');
  let done = 0;
  const back = bringBack({
    ...{ store, through, epoch, signal, isReal: apply },
    ...{ act: { reason, reference: `adopt-${epoch}` }, actor: actor() },
    advanced(rows) {
      done += rows;
      bar.at(done, Math.max(total, done));
    },
  });
  try {
    // First, so that nothing is written when a path is not found.
    const places = await back.withoutPath(known.rows('purses'));
    const opened: number[] = [];
    for await (const rows of known.rows('branches')) opened.push(...rows.map((row) => row.branch));
    const search = countingBar('Finding paths', 'addresses');
    const advanced = search.at;
    const xpubs = places.length === 0 ? [] : xpubsFor(operation, xpub);
    const found = { xpubs, branches: opened, known, signal, advanced };
    const paths = await findPaths(places, found).finally(search.end);
    await back.all(known.rows('operators'), operators);
    await back.all(known.rows('accounts'), accounts);
    await back.all(known.rows('branches'), branches);
    await back.all(known.rows('customers'), customers);
    const unowned = await back.allPurses(known.rows('purses'), paths);
    await back.others(known.others(through));
    return {
      returned: Object.fromEntries(back.returned),
      lost: Object.fromEntries(back.lost),
      unowned,
      rescans: [...back.blocks.values()],
    };
  } finally {
    bar.end();
  }
}

/** Why the log is refused by the service, in a sentence; null if it is the right one. */
async function refusalOf(
  store: EventStore,
  readers: readonly ReaderPlace[],
  place: string,
): Promise<string | null> {
  try {
    await checkLog(sourceOf(store), readers, place);
    return null;
  } catch (error) {
    if (error instanceof WrongLog) return error.message;
    throw error;
  }
}

/** The store as the functions see it that know nothing of its check: it has none here. */
function sourceOf(store: EventStore): LogSource {
  return {
    streamPrefix: store.streamPrefix,
    readStreams: (streams) => store.readStreams(streams),
    end: () => store.end(),
    append: async (request) => {
      const [result] = await store.appendMany([request]);
      if (result === undefined) throw new Error('An append had no result.');
      return result;
    },
  };
}

const knownLogs = (readers: readonly ReaderPlace[]) =>
  readers.flatMap(({ log }) => (log === null ? [] : [log]));

/** Refuses another log than that of the tables, unless it is named. */
function requireMeant(
  identity: LogIdentity | null,
  readers: readonly ReaderPlace[],
  { apply, log: named, place }: AdoptOptions & { readonly place: string },
): void {
  const known = knownLogs(readers);
  const isOther = known.length > 0 && !known.some(({ id }) => id === identity?.id);
  if (!isOther || !apply) return;
  const name = identity?.id ?? 'none';
  if (named === name) return;
  throw new Failure(
    `The event log ${place} is not that of the tables, and may be that of another installation. ` +
      `If it is to be adopted all the same, name it: --log ${name}`,
    EXIT.usage,
  );
}

/** The highest epoch of any log that the readers know. */
const epochRead = (readers: readonly ReaderPlace[]): number =>
  Math.max(0, ...knownLogs(readers).map(({ epoch }) => epoch));

/**
 * The epoch that begins: after all that log and readers know, those of another log included, because what has an order
 * over all epochs goes on from there. One that began for this log since they read it is begun only once, as after an
 * interruption.
 */
function epochAfter(
  identity: LogIdentity | null,
  readers: readonly ReaderPlace[],
  mayHaveBegun: boolean,
): number {
  const read = epochRead(readers);
  const now = identity?.epoch ?? 1;
  const isOwn = knownLogs(readers).some(({ id }) => id === identity?.id);
  return mayHaveBegun && isOwn && now > read ? now : Math.max(now, read) + 1;
}

const LEDGERS = `
  SELECT count(*)::int AS n FROM pg_stat_activity
   WHERE datname = current_database() AND application_name = 'daybook-ledger'`;

/** An arbitrary constant. */
const ADOPTING = 0x61_646f_70;

/** One adoption at a time, and no service beside it. The lock ends with the session. */
async function requireAlone(client: Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [ADOPTING]);
  const { rows } = await client.query<{ n: number }>(LEDGERS);
  if (rows[0]?.n === 0) return;
  throw new Failure('A ledger uses these tables. Stop all of them first.', EXIT.usage);
}
