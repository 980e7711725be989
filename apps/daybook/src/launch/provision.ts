import { migrate as migrateWatcher } from '../../../chain-watcher/src/migrate';
import { migrate as migrateLedger } from '../../../ledger/src/migrate';
import { type ByUser, databaseUrls } from '../cli/data-folder';
import { withClient } from '../cli/database';

/**
 * Creates or updates the database, its users and its tables, and returns the connection strings. The users
 * of the apps own nothing; the migrations grant them their permissions, table by table. The server is Daybook's own, so
 * they may connect to no other database.
 */
export async function provision(
  server: { readonly url: string; readonly port: number },
  passwords: ByUser,
): Promise<ByUser> {
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
    await client.query('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
  });
  await withClient(new URL('/daybook', server.url).href, (client) =>
    client.query(`
      REVOKE ALL ON DATABASE daybook FROM PUBLIC;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT CONNECT ON DATABASE daybook TO daybook_ledger, daybook_projector, daybook_consumer,
        daybook_relay, daybook_reactions, daybook_watcher;`),
  );
  const urls = databaseUrls(server.port, passwords);
  await migrateLedger(urls.owner, {
    api: 'daybook_ledger',
    projector: 'daybook_projector',
    consumer: 'daybook_consumer',
    relay: 'daybook_relay',
    reactions: 'daybook_reactions',
  });
  await migrateWatcher(urls.owner, 'daybook_watcher');
  return urls;
}
