import { eventStoreMigrations } from '@daybook/event-store';
import { messagingMigrations } from '@daybook/messaging';
import { IsPostgresUrl, migrationOf, type Queries, runMigration, userIn } from '@daybook/platform';
import { booksMigrations } from './books/books.migrations';
import { chainsMigrations } from './chains/chains.migrations';
import { customersMigrations } from './customers/customers.migrations';
import { edgeMigrations } from './edge/edge.migrations';
import { findingsMigrations } from './findings/findings.migrations';
import {
  DATABASE_ROLES,
  DatabaseEnv,
  type DatabaseRole,
  databaseOf,
  databaseUrlOf,
} from './ledger.env';
import { CreateReadModels1700000001000 } from './migrations/0001-read-models';
import { ApiKeysEnd1700000002000 } from './migrations/0002-api-keys-end';
import { CreateRelayState1700000003000 } from './migrations/0003-topics';
import { AnswerAsOf1700000004000 } from './migrations/0004-as-of';
import { BooksOfEveryOwner1700000005000 } from './migrations/0005-books';
import { CreateReactions1700000006000 } from './migrations/0006-reactions';
import { type DatabaseUsers, grantLedger } from './operations/database-rights';
import { operationsMigrations } from './operations/operations.migrations';
import { outflowsMigrations } from './outflows/outflows.migrations';
import { pursesMigrations } from './purses/purses.migrations';
import { reactionsMigrations } from './reactions/reactions.migrations';
import { replenishmentsMigrations } from './replenishments/replenishments.migrations';
import { runtimeMigrations } from './runtime/runtime.migrations';
import { transactionsMigrations } from './transactions/transactions.migrations';
import { vaultMigrations } from './vault/vault.migrations';

/** No user of a service can change an event, or a row that follows from events but the projector's. */
export const migrate = migrationOf(
  'ledger',
  [
    ...eventStoreMigrations,
    ...messagingMigrations,
    CreateReadModels1700000001000,
    CreateRelayState1700000003000,
    ApiKeysEnd1700000002000,
    AnswerAsOf1700000004000,
    BooksOfEveryOwner1700000005000,
    CreateReactions1700000006000,
    ...operationsMigrations,
    ...booksMigrations,
    ...reactionsMigrations,
    ...chainsMigrations,
    ...replenishmentsMigrations,
    ...outflowsMigrations,
    ...findingsMigrations,
    ...transactionsMigrations,
    ...pursesMigrations,
    ...edgeMigrations,
    ...runtimeMigrations,
    ...vaultMigrations,
    ...customersMigrations,
  ],
  [grantUsers],
);

/** `users`: one user for everything, or one for each role. */
async function grantUsers(queries: Queries, users: string | DatabaseUsers): Promise<void> {
  await grantLedger(queries, typeof users === 'string' ? forAll(() => users) : users);
}

/** One user of the database for each role, as the environment names them. */
function usersIn(env: LedgerMigrationEnv): DatabaseUsers {
  return forAll((role) => userIn(databaseUrlOf(env, role)));
}

function forAll(userOf: (role: DatabaseRole) => string): DatabaseUsers {
  const users = DATABASE_ROLES.map((role) => [role, userOf(role)] as const);
  return Object.fromEntries(users) as DatabaseUsers;
}

class LedgerMigrationEnv extends DatabaseEnv {
  /** The owner of the schemas. */
  @IsPostgresUrl()
  readonly migrationUrl!: string;
}

/** The users of the roles that have a connection string of their own may be created. */
function loginsIn(env: LedgerMigrationEnv) {
  const databases = DATABASE_ROLES.map((role) => databaseOf(env, role));
  return databases.filter(({ url }) => url !== env.databaseUrl);
}

if (require.main === module) {
  void runMigration(migrate, { env: LedgerMigrationEnv, usersIn, loginsIn });
}
