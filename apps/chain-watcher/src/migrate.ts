import { grantMessaging, messagingMigrations } from '@daybook/messaging';
import { MigrationEnv, migrationOf, runMigration, userIn } from '@daybook/platform';
import { grantWatcher, watcherMigrations } from './store/migrations';

export const migrate = migrationOf(
  'watcher',
  [...messagingMigrations, ...watcherMigrations],
  [grantMessaging, grantWatcher],
);

if (require.main === module) {
  void runMigration(migrate, {
    env: MigrationEnv,
    usersIn: ({ databaseUrl }) => userIn(databaseUrl),
  });
}
