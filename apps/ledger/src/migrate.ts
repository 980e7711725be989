import { eventStoreMigrations, grantEventStore } from '@daybook/event-store';
import { grantMessaging, messagingMigrations } from '@daybook/messaging';
import { migrationOf, type Queries, runMigration } from '@daybook/platform';
import { booksMigrations } from './books/books.migrations';
import { chainsMigrations } from './chains/chains.migrations';
import { findingsMigrations } from './findings/findings.migrations';
import { CreateReadModels1700000001000 } from './migrations/0001-read-models';
import { ApiKeysEnd1700000002000 } from './migrations/0002-api-keys-end';
import { CreateRelayState1700000003000 } from './migrations/0003-topics';
import { AnswerAsOf1700000004000 } from './migrations/0004-as-of';
import { BooksOfEveryOwner1700000005000 } from './migrations/0005-books';
import { CreateReactions1700000006000 } from './migrations/0006-reactions';
import { operationsMigrations } from './operations/operations.migrations';
import { outflowsMigrations } from './outflows/outflows.migrations';
import { pursesMigrations } from './purses/purses.migrations';
import { reactionsMigrations } from './reactions/reactions.migrations';
import { replenishmentsMigrations } from './replenishments/replenishments.migrations';
import { runtimeMigrations } from './runtime/runtime.migrations';
import { transactionsMigrations } from './transactions/transactions.migrations';

/** The runtime role can append events but never change one. */
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
    ...runtimeMigrations,
  ],
  [grantEventStore, grantMessaging, grantReadModels],
);

async function grantReadModels(queries: Queries, runtimeRole: string): Promise<void> {
  const role = `"${runtimeRole.replaceAll('"', '""')}"`;
  await queries.query(`
    GRANT USAGE ON SCHEMA ledger TO ${role};
    GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ledger TO ${role};
    REVOKE INSERT, UPDATE, DELETE ON ledger.migration, ledger.rebuild FROM ${role};
    -- What is booked stays booked: journal lines are only ever added.
    REVOKE UPDATE, DELETE ON ledger.journal_line FROM ${role};
    GRANT DELETE ON ledger.due, ledger.look_up TO ${role};
  `);
}

if (require.main === module) void runMigration(migrate);
