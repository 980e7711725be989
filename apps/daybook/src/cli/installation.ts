import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import {
  type DataFolder,
  databaseUrls,
  dataFolder,
  type LastStart,
  operatorKeyOf,
  passwordsOf,
} from './data-folder';
import { EXIT, Failure } from './exit-codes';
import { DATA_FOLDER } from './options';

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
  readonly operatorKey: string | null;
}

/**
 * The Daybook that a command is about: the data folder that `--data` names, else the cluster that the
 * `DAYBOOK_` variables describe, else the default data folder.
 */
export function findInstallation(data: string | undefined): Installation {
  const { env } = process;
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
  const last: LastStart = JSON.parse(readFileSync(folder.lastStartFile, 'utf8'));
  const databases = databaseUrls(last.postgresPort, passwordsOf(folder));
  return describe(folder, `the data folder ${place}`, {
    ...{ ...env, ...last.environment },
    DAYBOOK_DATABASE_URL: databases.ledger,
    DAYBOOK_WATCHER_DATABASE_URL: databases.watcher,
    DAYBOOK_MIGRATION_URL: databases.owner,
    DAYBOOK_LEDGER_URL: last.ledgerUrl ?? '',
    DAYBOOK_WATCHER_URL: last.watcherUrl ?? '',
    // A folder of an earlier version has no key of an operator until its next start.
    ...(existsSync(folder.operatorKeyFile) && { DAYBOOK_OPERATOR_KEY: operatorKeyOf(folder) }),
    ...(last.environment.DAYBOOK_OPERATOR_KEY && {
      DAYBOOK_OPERATOR_KEY: last.environment.DAYBOOK_OPERATOR_KEY,
    }),
  });
}

function describe(folder: DataFolder | null, place: string, env: NodeJS.ProcessEnv): Installation {
  return {
    ...{ folder, place, environment: env },
    watcherDatabaseUrl: env.DAYBOOK_WATCHER_DATABASE_URL || env.DAYBOOK_DATABASE_URL,
    ownerDatabaseUrl: env.DAYBOOK_MIGRATION_URL || undefined,
    ledgerUrl: env.DAYBOOK_LEDGER_URL || null,
    watcherUrl: env.DAYBOOK_WATCHER_URL || null,
    operatorKey: env.DAYBOOK_OPERATOR_KEY || null,
  };
}
