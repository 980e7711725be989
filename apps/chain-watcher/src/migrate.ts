import { grantMessaging, messagingMigrations } from '@daybook/messaging';
import { MigrationEnv, migrationOf, type Queries, runMigration, userIn } from '@daybook/platform';
import { WRITTEN_TOPICS } from './published-topics';
import { grantWatcher, watcherMigrations } from './store/migrations';

const RIGHTS = { app: 'chain-watcher', publishes: WRITTEN_TOPICS, consumes: true, retries: false };

export const migrate = migrationOf(
  'watcher',
  [...messagingMigrations, ...watcherMigrations],
  [(queries: Queries, user: string) => grantMessaging(queries, user, RIGHTS), grantWatcher],
);

if (require.main === module) {
  void runMigration(migrate, {
    env: MigrationEnv,
    usersIn: ({ databaseUrl }) => userIn(databaseUrl),
  });
}
