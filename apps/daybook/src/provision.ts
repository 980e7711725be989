import { Client } from 'pg';
import type { Secrets } from './data-folder';

const DATABASE = 'daybook';
const ROLES: Readonly<Record<keyof Secrets, string>> = {
  owner: 'daybook_owner',
  ledger: 'daybook_ledger',
  watcher: 'daybook_watcher',
};

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
  await withClient(superuserUrl, async (client) => {
    for (const [name, role] of Object.entries(ROLES) as [keyof Secrets, string][]) {
      const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
      const verb = rowCount ? 'ALTER' : 'CREATE';
      await client.query(
        `${verb} ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(secrets[name])}`,
      );
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

  return databaseUrlsAt(Number(new URL(superuserUrl).port), secrets);
}

/** The addresses of the provisioned database of the server at `port` of this machine. */
export function databaseUrlsAt(port: number, secrets: Secrets): DatabaseUrls {
  const url = (name: keyof Secrets): string =>
    urlOf(`postgres://127.0.0.1:${port}`, ROLES[name], secrets[name]);
  return { owner: url('owner'), ledger: url('ledger'), watcher: url('watcher') };
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
