import { Client } from 'pg';
import type { DatabaseRole } from '../apps/ledger/src/ledger.env';
import type { DatabaseUsers } from '../apps/ledger/src/operations/database-rights';
import { surviveErrors } from '../libs/platform/src/plain/lost-connections';

// Of the product types only, and a file without imports: the global set-up of the tests cannot load the rest.

const PASSWORD = 'test';

/** The users of the tests' server, one for each role of the ledger: without the rights that a migration gives. */
export const TEST_USERS: DatabaseUsers = {
  api: 'daybook_test_api',
  consumer: 'daybook_test_consumer',
  reactions: 'daybook_test_reactions',
  relay: 'daybook_test_relay',
  projector: 'daybook_test_projector',
};

const CREATE_TEST_USERS = Object.values(TEST_USERS)
  .map((user) => {
    const create = `CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`;
    return `DO $$ BEGIN ${create}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;`;
  })
  .join('\n');

/** Creates `TEST_USERS` on a server, where they do not exist. */
export async function createTestUsers(databaseUrl: string): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: databaseUrl }));
  await client.connect();
  try {
    await client.query(CREATE_TEST_USERS);
  } finally {
    await client.end();
  }
}

/** The connection string of a test user for a database. */
export function urlAs(role: DatabaseRole, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  [url.username, url.password] = [TEST_USERS[role], PASSWORD];
  return url.href;
}

/** The configuration of a ledger whose roles are all different users. */
export function urlsOfTestUsers(databaseUrl: string) {
  return {
    databaseUrl: urlAs('api', databaseUrl),
    databaseUrlConsumer: urlAs('consumer', databaseUrl),
    databaseUrlReactions: urlAs('reactions', databaseUrl),
    databaseUrlRelay: urlAs('relay', databaseUrl),
    databaseUrlProjector: urlAs('projector', databaseUrl),
  };
}
