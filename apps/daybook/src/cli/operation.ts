import type { EventStore } from '@daybook/event-store';
import { readEnvironment, requirePostgres } from '@daybook/platform';
import { Logger } from '@nestjs/common';
import { DEFAULT_ACCOUNT_ID } from '../../../ledger/src/edge/identity';
import { LedgerEnv } from '../../../ledger/src/ledger.env';
import { openEventStore } from '../../../ledger/src/runtime/engines';
import { EXIT, Failure } from './exit-codes';
import { findInstallation, type Installation } from './installation';
import { type LedgerApi, operatorApi } from './ledger-api';
import { remark } from './output';

/** What a command works with. Everything is opened when it is first used. */
export interface Operation {
  readonly installation: Installation;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
  /** The ledger, called with the operator's key. Throws `Failure` if address or key is not known. */
  readonly api: LedgerApi;
  /** The configuration of the ledger. Throws `EnvironmentError`. */
  readonly env: Readonly<LedgerEnv>;
  readonly defaultAccountId: string;
  /** The event log, once the database is known to answer and to be migrated. */
  store(): Promise<EventStore>;
  close(): Promise<void>;
}

export function openOperation(data: string | undefined, signal: AbortSignal): Operation {
  // Messages of the libraries are not part of an answer.
  Logger.overrideLogger({ log: () => undefined, warn: remark, error: remark });
  const installation = findInstallation(data);
  let known: Readonly<LedgerEnv> | undefined;
  let opened: EventStore | undefined;
  const env = () => {
    known ??= readEnvironment(LedgerEnv, installation.environment);
    return known;
  };
  return {
    ...{ installation, signal, defaultAccountId: DEFAULT_ACCOUNT_ID },
    get api() {
      return operatorApi(installation, signal);
    },
    get env() {
      return env();
    },
    async store() {
      await requireDatabase(installation, env().databaseUrl);
      opened ??= await openEventStore(env());
      return opened;
    },
    close: async () => opened?.close(),
  };
}

async function requireDatabase({ folder, place }: Installation, url: string): Promise<void> {
  const migrated = { table: 'ledger.checkpoint', command: 'node dist/apps/ledger/src/migrate.js' };
  await requirePostgres({ url, variable: 'DAYBOOK_DATABASE_URL', migrated }).catch((cause) => {
    if (folder === null) throw cause;
    throw new Failure(
      `PostgreSQL of ${place} does not answer. Start it with "npx daybook start --data ${folder.path}".`,
      EXIT.unreachable,
      { cause },
    );
  });
}
