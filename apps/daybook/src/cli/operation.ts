import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { EventStore } from '@daybook/event-store';
import { readEnvironment, requirePostgres } from '@daybook/platform';
import { Logger } from '@nestjs/common';
import { DEFAULT_ACCOUNT_ID } from '../../../ledger/src/edge/identity';
import { LedgerEnv } from '../../../ledger/src/ledger.env';
import { migrate } from '../../../ledger/src/migrate';
import { openToRead } from '../../../ledger/src/runtime/own-log';
import {
  apiKeyOf,
  type DataFolder,
  databaseUrls,
  dataFolder,
  type LastStart,
  operatorKeyOf,
  passwordsOf,
  readJson,
  vaultKeysOf,
} from './data-folder';
import { EXIT, Failure } from './exit-codes';
import { type LedgerApi, ledgerApi } from './ledger-api';
import { DATA_FOLDER } from './options';
import { remark } from './output';

/** Where a Daybook is, and how to reach it. */
export interface Installation {
  /** Null for a cluster. */
  readonly folder: DataFolder | null;
  /** Its name in messages. */
  readonly place: string;
  /** The configuration of its ledger. */
  readonly environment: NodeJS.ProcessEnv;
  readonly watcherDatabaseUrl: string | undefined;
  /** The owner of the schemas. */
  readonly ownerDatabaseUrl: string | undefined;
  readonly ledgerUrl: string | null;
  readonly watcherUrl: string | null;
  /** The file of the services' own certificate, if they have TLS. */
  readonly certificate: string | undefined;
  readonly operatorKey: string | null;
  /** Of an account. */
  readonly apiKey: string | null;
}

/** What a command works with. Everything is opened when it is first used. */
export interface Operation {
  /** Throws `Failure` if there is none. */
  readonly installation: Installation;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
  /** The ledger, called with the operator's key. Throws `Failure` if address or key is not known. */
  readonly api: LedgerApi;
  /** The same with an account's key. */
  readonly accountApi: LedgerApi;
  /** The configuration of the ledger. Throws `EnvironmentError`. */
  readonly env: Readonly<LedgerEnv>;
  readonly defaultAccountId: string;
  /** Rejects unless the database answers and is migrated. */
  requireTables(): Promise<void>;
  /** The event log, once the database is known to answer and to be migrated. */
  store(): Promise<EventStore>;
  close(): Promise<void>;
}

export function openOperation(
  data: string | undefined,
  signal: AbortSignal,
  variables: NodeJS.ProcessEnv = process.env,
): Operation {
  // Messages of the libraries are not part of an answer.
  Logger.overrideLogger({ log: () => undefined, warn: remark, error: remark });
  let installation: Installation | undefined;
  let env: Readonly<LedgerEnv> | undefined;
  let store: EventStore | undefined;
  const operation: Operation = {
    ...{ signal, defaultAccountId: DEFAULT_ACCOUNT_ID },
    get installation() {
      installation ??= findInstallation(data, variables);
      return installation;
    },
    get api() {
      return apiOf(operation.installation, 'operatorKey', signal);
    },
    get accountApi() {
      return apiOf(operation.installation, 'apiKey', signal);
    },
    get env() {
      env ??= readEnvironment(LedgerEnv, operation.installation.environment);
      return env;
    },
    requireTables: () => requireDatabase(operation.installation, operation.env.databaseUrl),
    async store() {
      await operation.requireTables();
      store ??= await openToRead(operation.env);
      return store;
    },
    close: async () => store?.close(),
  };
  return operation;
}

async function requireDatabase({ folder, place }: Installation, url: string): Promise<void> {
  const start = `npx daybook start --data ${folder?.path}`;
  const command = folder === null ? 'node dist/apps/ledger/src/migrate.js' : start;
  const migrated = { ...migrate.record, command };
  await requirePostgres({ url, variable: 'DAYBOOK_DATABASE_URL', migrated }).catch((cause) => {
    // A database that answers is refused without a cause: its tables are missing or old.
    if (folder === null || cause.cause === undefined) throw cause;
    throw new Failure(
      `PostgreSQL of ${place} does not answer. Start it with "${start}".`,
      EXIT.unreachable,
      { cause },
    );
  });
}

/**
 * The Daybook that a command is about: the data folder that `--data` names, else the cluster that the
 * `DAYBOOK_` variables describe, else the default data folder.
 */
function findInstallation(data: string | undefined, env: NodeJS.ProcessEnv): Installation {
  const variable = env.DAYBOOK_DATABASE_URL ? 'DAYBOOK_DATABASE_URL' : 'DAYBOOK_LEDGER_URL';
  if (data === undefined && env[variable]) return describe(null, variable, env);
  const folder = dataFolder(data ?? DATA_FOLDER);
  const below = relative(process.cwd(), folder.path) || '.';
  const place = below.startsWith('..') ? folder.path : below;
  if (!existsSync(folder.lastStartFile)) {
    throw new Failure(
      `Daybook was never started on the data folder ${place}. Start it with "npx daybook start", ` +
        'name another folder with --data, or name a cluster with DAYBOOK_LEDGER_URL or DAYBOOK_DATABASE_URL.',
      EXIT.usage,
    );
  }
  const last = readJson<LastStart>(folder.lastStartFile, ['postgresPort', 'environment']);
  const databases = databaseUrls(last.postgresPort, passwordsOf(folder));
  return describe(folder, `the data folder ${place}`, {
    ...{ ...env, ...last.environment },
    DAYBOOK_DATABASE_URL: databases.ledger,
    DAYBOOK_WATCHER_DATABASE_URL: databases.watcher,
    DAYBOOK_MIGRATION_URL: databases.owner,
    DAYBOOK_LEDGER_URL: last.ledgerUrl ?? '',
    DAYBOOK_WATCHER_URL: last.watcherUrl ?? '',
    DAYBOOK_OPERATOR_KEY: env.DAYBOOK_OPERATOR_KEY || keyOfFolder(folder, last),
    DAYBOOK_API_KEY: env.DAYBOOK_API_KEY || accountKeyOfFolder(folder),
    DAYBOOK_VAULT_KEYS: env.DAYBOOK_VAULT_KEYS || vaultKeysOfFolder(folder),
  });
}

/** The operator's key that the ledger was started with. A folder of an earlier version has none until its next start. */
function keyOfFolder(folder: DataFolder, { environment }: LastStart): string | undefined {
  const stored = () => (existsSync(folder.operatorKeyFile) ? operatorKeyOf(folder) : undefined);
  return environment.DAYBOOK_OPERATOR_KEY || stored();
}

/** The key of the default account. */
function accountKeyOfFolder(folder: DataFolder): string | undefined {
  return existsSync(folder.apiKeyFile) ? apiKeyOf(folder) : undefined;
}

/** The master keys of the vault. A folder of an earlier version has none until its next start. */
function vaultKeysOfFolder(folder: DataFolder): string | undefined {
  return existsSync(folder.vaultKeysFile) ? vaultKeysOf(folder) : undefined;
}

function describe(folder: DataFolder | null, place: string, env: NodeJS.ProcessEnv): Installation {
  return {
    ...{ folder, place, environment: env },
    watcherDatabaseUrl: env.DAYBOOK_WATCHER_DATABASE_URL || env.DAYBOOK_DATABASE_URL,
    ownerDatabaseUrl: env.DAYBOOK_MIGRATION_URL || undefined,
    ledgerUrl: env.DAYBOOK_LEDGER_URL || null,
    watcherUrl: env.DAYBOOK_WATCHER_URL || null,
    certificate: env.DAYBOOK_HTTP_TLS_CERT || undefined,
    operatorKey: env.DAYBOOK_OPERATOR_KEY || null,
    apiKey: env.DAYBOOK_API_KEY || null,
  };
}

const SET_URL = 'DAYBOOK_LEDGER_URL to its address, such as http://127.0.0.1:3000';
const KEYS = {
  operatorKey: {
    variable: 'DAYBOOK_OPERATOR_KEY',
    is: 'a key of an operator ("npx daybook keys create --operator <name> --scopes read,write" issues one)',
  },
  apiKey: {
    variable: 'DAYBOOK_API_KEY',
    is: 'a key of an account ("npx daybook keys create --account <id> --scopes read" issues one)',
  },
} as const;

/** The ledger of an installation, called with one of its keys. */
function apiOf(
  installation: Installation,
  which: keyof typeof KEYS,
  signal: AbortSignal,
): LedgerApi {
  const { ledgerUrl, [which]: key, folder, place } = installation;
  const { variable, is } = KEYS[which];
  if (ledgerUrl !== null && key !== null) {
    const { certificate } = installation;
    return ledgerApi(ledgerUrl, key, { signal, keyVariable: variable, certificate });
  }
  const missing = [ledgerUrl === null && SET_URL, key === null && `${variable} to ${is}`];
  const set = missing.filter(Boolean).join(', and ');
  const right =
    folder === null ? `Set ${set}` : `Start one on ${place}, or without --data set ${set}`;
  throw new Failure(`This command calls the ledger. ${right}.`, EXIT.usage);
}
