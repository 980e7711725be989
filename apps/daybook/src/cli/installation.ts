import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type DataFolder, dataFolder, secretsOf, writePrivately } from '../data-folder';
import { databaseUrlsAt } from '../provision';
import { DATA_FOLDER } from './defaults';
import { EXIT, Failure } from './exit-codes';

/** What the last start on a folder was told and chose, for the commands that look at it later. */
export interface LastStart {
  readonly postgresPort: number;
  /** Null for what was not started. */
  readonly ledgerUrl: string | null;
  readonly watcherUrl: string | null;
  /** The `DAYBOOK_` variables that it gave to the ledger. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where a Daybook is, and how to get at it. */
export interface Installation {
  /** Null for a cluster that the `DAYBOOK_` variables describe. */
  readonly folder: DataFolder | null;
  /** In words, for messages. */
  readonly place: string;
  /** Configures a ledger as the one that runs there is configured. */
  readonly environment: NodeJS.ProcessEnv;
  /** Undefined where only the ledger's address is known. */
  readonly watcherDatabaseUrl: string | undefined;
  /** The schemas' owner, for what makes tables; undefined when nobody said who that is. */
  readonly ownerDatabaseUrl: string | undefined;
  /** Base URLs of the services; null when unknown. */
  readonly ledgerUrl: string | null;
  readonly watcherUrl: string | null;
  /** Opens the operations of the ledger; null when nobody said it. */
  readonly operatorKey: string | null;
}

/**
 * The Daybook that a command is about: the cluster of the `DAYBOOK_` variables when they name a ledger
 * or a database, else the one in a data folder. A folder that is named counts for more than variables.
 */
export function findInstallation(named: string | undefined): Installation {
  const { env } = process;
  if (named === undefined && (env.DAYBOOK_DATABASE_URL || env.DAYBOOK_LEDGER_URL))
    return cluster(env);
  const folder = dataFolder(named ?? DATA_FOLDER);
  const below = relative(process.cwd(), folder.path) || '.';
  const place = below.startsWith('..') ? folder.path : below;
  const last = lastStartOf(folder);
  if (last === undefined) {
    throw new Failure(
      `${place} is not a data folder that Daybook has run on. Start it there with "npx daybook start", ` +
        'name another folder with --data, or a cluster with DAYBOOK_LEDGER_URL or DAYBOOK_DATABASE_URL.',
      EXIT.usage,
    );
  }
  const databases = databaseUrlsAt(last.postgresPort, secretsOf(folder));
  return {
    folder,
    place: `the data folder ${place}`,
    environment: { ...env, ...last.environment, DAYBOOK_DATABASE_URL: databases.ledger },
    watcherDatabaseUrl: databases.watcher,
    ownerDatabaseUrl: databases.owner,
    ledgerUrl: last.ledgerUrl,
    watcherUrl: last.watcherUrl,
    // A folder that an earlier version made has no such file before its next start.
    operatorKey:
      last.environment.DAYBOOK_OPERATOR_KEY ||
      keptOperatorKey(folder) ||
      env.DAYBOOK_OPERATOR_KEY ||
      null,
  };
}

function cluster(env: NodeJS.ProcessEnv): Installation {
  return {
    folder: null,
    place: env.DAYBOOK_DATABASE_URL ? 'DAYBOOK_DATABASE_URL' : 'DAYBOOK_LEDGER_URL',
    environment: env,
    watcherDatabaseUrl: env.DAYBOOK_WATCHER_DATABASE_URL || env.DAYBOOK_DATABASE_URL,
    ownerDatabaseUrl: env.DAYBOOK_MIGRATION_URL || undefined,
    ledgerUrl: env.DAYBOOK_LEDGER_URL || null,
    watcherUrl: env.DAYBOOK_WATCHER_URL || null,
    operatorKey: env.DAYBOOK_OPERATOR_KEY || null,
  };
}

/** Remembers a start for the commands of later. It may hold secrets, as the folder does. */
export function rememberStart(folder: DataFolder, start: LastStart): void {
  writePrivately(folder.lastStartFile, `${JSON.stringify(start, null, 2)}\n`);
}

function lastStartOf(folder: DataFolder): LastStart | undefined {
  if (!existsSync(folder.lastStartFile)) return undefined;
  return JSON.parse(readFileSync(folder.lastStartFile, 'utf8'));
}

function keptOperatorKey({ operatorKeyFile }: DataFolder): string | null {
  return existsSync(operatorKeyFile) ? readFileSync(operatorKeyFile, 'utf8').trim() : null;
}
