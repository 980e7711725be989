import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Pool } from 'pg';
import { freshDatabase, until } from '../../../../test/dependencies';
import { surviveErrors, surviveLostConnections } from './lost-connections';

it.each([true, false])('survives the end of a connection that is in use: %s', async (isInUse) => {
  const database = await freshDatabase();
  const pool = surviveLostConnections(new Pool({ connectionString: database.url, max: 2 }));
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
  await pool.end();
  await database.drop();
});

it('survives a client that resets its connection to a server', async () => {
  const sockets: Socket[] = [];
  const server = surviveLostConnections(createServer((socket) => void sockets.push(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = surviveErrors(connect((server.address() as AddressInfo).port, '127.0.0.1'));
  await once(client, 'connect');
  await until(() => sockets.length === 1);
  client.resetAndDestroy();
  await until(() => sockets[0]?.destroyed === true);
  expect(sockets[0]?.errored).toMatchObject({ code: 'ECONNRESET' });
  server.close();
});

it('survives a child that cannot be started', async () => {
  const child = surviveErrors(spawn('/nowhere/program'));
  await new Promise((resolve) => child.once('close', resolve));
  expect(child.exitCode).toBeLessThan(0);
});
