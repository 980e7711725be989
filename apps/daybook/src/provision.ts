import { Client } from 'pg';
import type { Secrets } from './data-folder';

const DATABASE = 'daybook';

export interface DatabaseUrls {
  /** Owns the schemas; only migrations use it. */
  readonly owner: string;
  readonly ledger: string;
  readonly watcher: string;
}

/**
 * Makes the database and its roles, or brings their passwords up to date. The apps get roles that
 * own nothing: what they may do is granted by the migrations, table by table.
 */
export async function provision(superuserUrl: string, secrets: Secrets): Promise<DatabaseUrls> {
  const roles = {
    owner: ['daybook_owner', secrets.owner],
    ledger: ['daybook_ledger', secrets.ledger],
    watcher: ['daybook_watcher', secrets.watcher],
  } as const;

  await withClient(superuserUrl, async (client) => {
    for (const [role, password] of Object.values(roles)) {
      const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
      const verb = rowCount ? 'ALTER' : 'CREATE';
      await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    }
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE} OWNER daybook_owner`);
  });

  await withClient(urlOf(superuserUrl), (client) =>
    client.query(`
      REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${DATABASE} TO daybook_ledger, daybook_watcher;`),
  );

  return {
    owner: urlOf(superuserUrl, ...roles.owner),
    ledger: urlOf(superuserUrl, ...roles.ledger),
    watcher: urlOf(superuserUrl, ...roles.watcher),
  };
}

function urlOf(serverUrl: string, user?: string, password?: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${DATABASE}`;
  if (user !== undefined) url.username = user;
  if (password !== undefined) url.password = password;
  return url.href;
}

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
