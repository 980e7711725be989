import { randomBytes } from 'node:crypto';
import type { EmbeddedPostgres } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate } from '../../apps/ledger/src/migrate';

/** The role of the apps, with the same rights as in production. */
export const RUNTIME_ROLE = 'daybook_ledger';
const RUNTIME_PASSWORD = 'bench';

export interface Database {
  readonly name: string;
  /** As its owner. */
  readonly ownerUrl: string;
  /** As the runtime role. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A database with the ledger's schemas, or a copy of `template`. */
export async function createDatabase(
  server: EmbeddedPostgres,
  template?: Database,
): Promise<Database> {
  const name = `bench_${randomBytes(4).toString('hex')}`;
  await administer(server.url, [
    `DO $$ BEGIN
       IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${RUNTIME_ROLE}') THEN
         CREATE ROLE ${RUNTIME_ROLE} LOGIN PASSWORD '${RUNTIME_PASSWORD}';
       END IF;
     END $$`,
    `CREATE DATABASE ${name}${template ? ` TEMPLATE ${template.name}` : ''}`,
  ]);
  const ownerUrl = urlOf(server, name);
  if (!template) await migrate(ownerUrl, RUNTIME_ROLE);
  return {
    name,
    ownerUrl,
    url: urlOf(server, name, RUNTIME_ROLE, RUNTIME_PASSWORD),
    drop: () => administer(server.url, [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]),
  };
}

/** Runs `work` with a connection of the owner. */
export async function withClient<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = surviveErrors(new Client({ connectionString: url }));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Gives every measurement the same start: earlier writes are on disk and tables have statistics. Otherwise a
 * measurement would pay for the previous one's checkpoint.
 */
export async function settle(server: EmbeddedPostgres, database: Database): Promise<void> {
  await administer(database.ownerUrl, ['VACUUM ANALYZE']);
  await administer(server.url, ['CHECKPOINT']);
}

/** The settings that durable writes depend on, as the server has them. */
export async function describeServer(server: EmbeddedPostgres): Promise<Record<string, string>> {
  return withClient(server.url, async (client) => {
    const { rows } = await client.query<{ name: string; setting: string }>(`
      SELECT name, current_setting(name) AS setting FROM pg_settings
      WHERE name IN ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes',
                     'shared_buffers', 'wal_buffers', 'max_wal_size', 'wal_sync_method')
      ORDER BY name`);
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  });
}

async function administer(url: string, statements: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

function urlOf(server: EmbeddedPostgres, name: string, user?: string, password?: string): string {
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  if (user !== undefined) url.username = user;
  if (password !== undefined) url.password = password;
  return url.href;
}
