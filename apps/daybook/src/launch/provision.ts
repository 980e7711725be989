import { migrate as migrateWatcher } from '../../../chain-watcher/src/migrate';
import { migrate as migrateLedger } from '../../../ledger/src/migrate';
import { type ByRole, databaseUrls } from '../cli/data-folder';
import { withClient } from '../cli/database';

/**
 * Creates or updates the database, its roles and its tables, and returns the connection strings. The roles
 * of the apps own nothing; the migrations grant them their permissions, table by table.
 */
export async function provision(
  server: { readonly url: string; readonly port: number },
  passwords: ByRole,
): Promise<ByRole> {
  await withClient(server.url, async (client) => {
    for (const [name, password] of Object.entries(passwords)) {
      const role = `daybook_${name}`;
      const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
      const verb = rowCount ? 'ALTER' : 'CREATE';
      const literal = client.escapeLiteral(password);
      await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${literal}`);
    }
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'daybook'");
    if (!rowCount) await client.query('CREATE DATABASE daybook OWNER daybook_owner');
  });
  await withClient(new URL('/daybook', server.url).href, (client) =>
    client.query(`
      REVOKE ALL ON DATABASE daybook FROM PUBLIC;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT CONNECT ON DATABASE daybook TO daybook_ledger, daybook_watcher;`),
  );
  const urls = databaseUrls(server.port, passwords);
  await migrateLedger(urls.owner, 'daybook_ledger');
  await migrateWatcher(urls.owner, 'daybook_watcher');
  return urls;
}
