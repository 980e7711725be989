import 'reflect-metadata';
import { grantMessaging, messagingMigrations } from '@daybook/messaging';
import { runMigration } from '@daybook/platform';
import { DataSource } from 'typeorm';
import { grantWatcher, watcherMigrations } from './store/migrations';

/** Advisory lock while migrating, for processes that start at once; the ledger uses the same. */
const MIGRATION_LOCK = 0x6461_7962;

/** Migrates the watchers' schemas as their owner, then grants the runtime role only what it needs. */
export async function migrate(ownerUrl: string, runtimeRole: string): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    applicationName: 'daybook-migrate',
    schema: 'watcher',
    migrations: [...messagingMigrations, ...watcherMigrations] as never[],
    migrationsTableName: 'migration',
    poolSize: 2,
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runner.query('CREATE SCHEMA IF NOT EXISTS watcher');
    await dataSource.runMigrations({ transaction: 'all' });
    await grantMessaging(runner, runtimeRole);
    await grantWatcher(runner, runtimeRole);
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

if (require.main === module) void runMigration(migrate);
