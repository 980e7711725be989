import type { ByRole } from '../cli/data-folder';
import { withClient } from '../cli/database';

/**
 * Creates the database and its roles, or updates their passwords. The roles of the apps own nothing; the
 * migrations grant them their permissions, table by table.
 */
export async function provision(superuserUrl: string, passwords: ByRole): Promise<void> {
  await withClient(superuserUrl, async (client) => {
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

  await withClient(new URL('/daybook', superuserUrl).href, (client) =>
    client.query(`
      REVOKE ALL ON DATABASE daybook FROM PUBLIC;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT CONNECT ON DATABASE daybook TO daybook_ledger, daybook_watcher;`),
  );
}
