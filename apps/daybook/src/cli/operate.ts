import type { EventStore } from '@daybook/event-store';
import type { DurableLog } from '@daybook/messaging';
import { readEnvironment, requirePostgres } from '@daybook/platform';
import { Logger } from '@nestjs/common';
import { Pool } from 'pg';
import { LedgerEnv } from '../../../ledger/src/ledger.env';
import { openDurableLog, openEventStore } from '../../../ledger/src/runtime/engines';
import { Stack } from '../stack';
import { EXIT, type ExitCode, Failure } from './exit-codes';
import { explain } from './explain';
import { findInstallation, type Installation } from './installation';
import { type LedgerApi, ledgerApi } from './ledger-api';
import { remark } from './output';

/** A command asks one thing after another. */
const CONNECTIONS_MAX = 2;
const CONNECT_TIMEOUT_MS = 5_000;
/** What was opened closes within moments; a handle that stays open must not keep a script waiting. */
const CLOSE_TIMEOUT_MS = 5_000;

const NO_DATABASE =
  'This needs the database of the watchers: set DAYBOOK_WATCHER_DATABASE_URL or DAYBOOK_DATABASE_URL.';

/** What a command works with. Everything is opened when it is first asked for, and closed at the end. */
export interface Operation {
  readonly installation: Installation;
  /** The ledger there, asked with the operator's key. */
  readonly api: LedgerApi;
  /** As the ledger there is configured. */
  env(): Readonly<LedgerEnv>;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
  store(): Promise<EventStore>;
  log(): Promise<DurableLog>;
  /** Rows of the ledger's database, or of the watchers'. */
  query<Row extends object>(
    sql: string,
    values?: unknown[],
    of?: 'ledger' | 'watcher',
  ): Promise<Row[]>;
  /** Called at the end, in reverse order. */
  onEnd(close: () => Promise<unknown>): void;
}

/** The options that every command about a running Daybook has. */
export interface PlaceOptions {
  readonly data?: string;
}

/** What a command needs that asks the ledger for everything. */
export const THROUGH_LEDGER = { database: false } as const;

/**
 * Does the work of a command on the Daybook that the options name, and ends the process as documented:
 * with the code that the work answers (0 when none), or with that of the error, told in a sentence.
 */
export async function operate(
  options: PlaceOptions,
  work: (operation: Operation) => Promise<ExitCode | undefined>,
  needs: { readonly database: boolean } = { database: true },
): Promise<void> {
  const stack = new Stack();
  const interrupted = new AbortController();
  const stopped = whenTold(interrupted);
  // What the libraries have to say is no part of an answer.
  Logger.overrideLogger({ log: () => undefined, warn: remark, error: remark });
  try {
    const installation = findInstallation(options.data);
    const env = once(() => readEnvironment(LedgerEnv, installation.environment));
    if (needs.database) await requireDatabase(installation, env().databaseUrl);
    const operation = open(installation, env, interrupted.signal, stack);
    process.exitCode = (await work(operation)) ?? EXIT.ok;
  } catch (error) {
    const explained = explain(error);
    if (stopped() === null) remark(explained.message);
    process.exitCode = explained.exitCode;
  }
  process.exitCode = stopped() ?? process.exitCode;
  setTimeout(() => process.exit(), CLOSE_TIMEOUT_MS).unref();
  await stack.stop().catch(() => undefined);
}

function open(
  installation: Installation,
  env: () => Readonly<LedgerEnv>,
  signal: AbortSignal,
  stack: Stack,
): Operation {
  const onEnd = (close: () => Promise<unknown>): void =>
    stack.push(async () => void (await close()));
  const openPool = (url: string | undefined): Pool => {
    if (url === undefined) throw new Failure(NO_DATABASE, EXIT.usage);
    const opened = pool(url);
    onEnd(() => opened.end());
    return opened;
  };
  const pools = {
    ledger: once(() => openPool(env().databaseUrl)),
    watcher: once(() => openPool(installation.watcherDatabaseUrl)),
  };
  const kept = <T extends { close(): Promise<void> }>(make: () => Promise<T>) => {
    let opened: Promise<T> | undefined;
    return () => {
      opened ??= make().then(
        (it) => {
          onEnd(() => it.close());
          return it;
        },
        (error) => {
          // A status that is watched asks again, and then opens it again.
          opened = undefined;
          throw error;
        },
      );
      return opened;
    };
  };
  return {
    ...{ installation, env, signal, onEnd, api: ledgerApi(installation, signal) },
    store: kept(() => openEventStore(env())),
    log: kept(() => openDurableLog(env())),
    query: async (sql, values = [], of = 'ledger') => (await pools[of]().query(sql, values)).rows,
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function pool(url: string): Pool {
  const made = new Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    application_name: 'daybook-cli',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: '-c TimeZone=UTC',
  });
  // The next query fails with the reason.
  made.on('error', () => undefined);
  return made;
}

/** Rejects with a sentence when the database cannot be used, before anything is begun. */
async function requireDatabase({ folder, place }: Installation, url: string): Promise<void> {
  const migrated = {
    table: 'ledger.checkpoint',
    command: 'node dist/apps/ledger/src/migrate.js',
  };
  await requirePostgres({ url, variable: 'DAYBOOK_DATABASE_URL', migrated }).catch((cause) => {
    if (folder === null) throw cause;
    throw new Failure(
      `PostgreSQL of ${place} does not answer. Start it with "npx daybook start --data ${folder.path}".`,
      EXIT.unreachable,
      { cause },
    );
  });
}

/** Aborts when the process is told to stop; the second time it ends at once. Tells how it was told. */
function whenTold(interrupted: AbortController): () => ExitCode | null {
  let told: ExitCode | null = null;
  const on = (signal: NodeJS.Signals, code: ExitCode) =>
    process.on(signal, () => {
      if (told !== null) process.exit(code);
      told = code;
      interrupted.abort();
    });
  on('SIGINT', EXIT.interrupted);
  on('SIGTERM', EXIT.terminated);
  return () => told;
}
