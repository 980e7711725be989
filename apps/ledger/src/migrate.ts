import 'reflect-metadata';
import { eventStoreMigrations, grantEventStore } from '@daybook/event-store';
import { grantMessaging, messagingMigrations } from '@daybook/messaging';
import { runMigration } from '@daybook/platform';
import { CreateReadModels1700000001000 } from './migrations/0001-read-models';
import { ApiKeysEnd1700000002000 } from './migrations/0002-api-keys-end';
import { CreateRelayState1700000003000 } from './migrations/0003-topics';
import { AnswerAsOf1700000004000 } from './migrations/0004-as-of';
import { BooksOfEveryOwner1700000005000 } from './migrations/0005-books';
import { CreateReactions1700000006000 } from './migrations/0006-reactions';
import { CreateOperators1700000007000 } from './operations/operators.migration';
import { CreateWatchRequests1700000008000 } from './operations/watch-requests.migration';
import { ledgerDataSource } from './runtime/data-source';

/** Held while migrating, so that processes that start at once take turns. Any constant would do. */
const MIGRATION_LOCK = 0x6461_7962;

/**
 * Brings the ledger's schemas up to date as their owner, then gives the runtime role what it needs
 * and no more: it can append events but never change one.
 */
export async function migrate(ownerUrl: string, runtimeRole: string): Promise<void> {
  const dataSource = ledgerDataSource(ownerUrl, {
    migrations: [
      ...eventStoreMigrations,
      ...messagingMigrations,
      CreateReadModels1700000001000,
      CreateRelayState1700000003000,
      ApiKeysEnd1700000002000,
      AnswerAsOf1700000004000,
      BooksOfEveryOwner1700000005000,
      CreateReactions1700000006000,
      CreateOperators1700000007000,
      CreateWatchRequests1700000008000,
    ] as never[],
    migrationsTableName: 'migration',
    schema: 'ledger',
    poolSize: 2,
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runner.query('CREATE SCHEMA IF NOT EXISTS ledger');
    await dataSource.runMigrations({ transaction: 'all' });
    await grantEventStore(runner, runtimeRole);
    await grantMessaging(runner, runtimeRole);
    await grantReadModels((sql) => runner.query(sql), runtimeRole);
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

async function grantReadModels(
  query: (sql: string) => Promise<unknown>,
  runtimeRole: string,
): Promise<void> {
  const role = `"${runtimeRole.replaceAll('"', '""')}"`;
  await query(`
    GRANT USAGE ON SCHEMA ledger TO ${role};
    GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ledger TO ${role};
    REVOKE INSERT, UPDATE, DELETE ON ledger.migration, ledger.rebuild FROM ${role};
    -- What is booked stays booked: journal lines are only ever added.
    REVOKE UPDATE, DELETE ON ledger.journal_line FROM ${role};
    GRANT DELETE ON ledger.due TO ${role};
    GRANT USAGE ON SEQUENCE ledger.address_index TO ${role};
  `);
}

if (require.main === module) void runMigration(migrate);
