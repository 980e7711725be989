import { Pool } from 'pg';
import { freshDatabase, type TestDatabase, until } from '../../../../test/dependencies';
import { surviveLostConnections } from './lost-connections';

let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = surviveLostConnections(new Pool({ connectionString: database.url, max: 2 }));
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

it.each([true, false])('survives the end of a connection that is in use: %s', async (isInUse) => {
  const client = await pool.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  if (!isInUse) client.release();
  let hasEnded = false;
  client.once('end', () => {
    hasEnded = true;
  });
  const other = await pool.connect();
  // Its own connection, if it got that of the idle client, ends under its query.
  await other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]).catch(() => undefined);
  other.release(true);
  await until(() => hasEnded, { description: 'the end of the connection' });
  if (isInUse) {
    await expect(client.query('SELECT 1')).rejects.toThrow(/not queryable|terminated/);
    client.release(true);
  }
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
