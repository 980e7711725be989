import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { surviveErrors, surviveLostConnections } from '@daybook/platform/plain';
import { Client, Pool } from 'pg';
import { freshDatabase } from '../../../test/dependencies';
import { START } from '../src/event-store';
import type { Checkpoints, Reached } from '../src/follow';
import { eventStoreMigrations, grantEventStore } from '../src/postgres/migrations';

export interface LogDatabase {
  /** Of the superuser, who also owns the tables. */
  readonly ownerUrl: string;
  /** Of a role with nothing but what `grantEventStore` gives, as a service should have. */
  readonly url: string;
  /** Runs SQL as the owner. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** A database with an empty log and a role for a service. */
export async function freshLog(): Promise<LogDatabase> {
  const database = await freshDatabase();
  const owner = new Pool({ connectionString: database.url, max: 2 });
  owner.on('error', () => undefined);
  for (const Migration of eventStoreMigrations) await new Migration().up(owner);
  const role = `service_${randomBytes(6).toString('hex')}`;
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  await grantEventStore(owner, role);
  const url = new URL(database.url);
  url.username = role;
  url.password = role;
  return {
    ownerUrl: database.url,
    url: url.href,
    sql: async (text, values = []) => (await owner.query(text, [...values])).rows,
    drop: async () => {
      await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await owner.end();
      await database.drop();
    },
  };
}

/** A way to a database that can be cut at a chosen moment. */
export interface LossyProxy {
  readonly url: string;
  /** Cuts the connection at the server's next answer but `skip`: it is done, and nobody hears. */
  loseAnswer(skip?: number): void;
  /** Cuts the connection at the client's next request but `skip`: nothing is done. */
  loseRequest(skip?: number): void;
  close(): Promise<void>;
}

export async function lossyProxy(url: string): Promise<LossyProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let loss: { of: 'answer' | 'request'; skip: number } | undefined;
  const isLost = (of: 'answer' | 'request'): boolean => {
    if (loss?.of !== of) return false;
    loss.skip -= 1;
    if (loss.skip >= 0) return false;
    loss = undefined;
    return true;
  };
  const server = surviveLostConnections(
    createServer((client) => {
      const upstream = surviveErrors(connect(Number(target.port), target.hostname));
      const cut = () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(client);
      };
      sockets.add(client);
      client.on('data', (chunk) => (isLost('request') ? cut() : upstream.write(chunk)));
      upstream.on('data', (chunk) => (isLost('answer') ? cut() : client.write(chunk)));
      for (const socket of [client, upstream]) socket.on('error', cut).on('close', cut);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    loseAnswer: (skip = 0) => (loss = { of: 'answer', skip }),
    loseRequest: (skip = 0) => (loss = { of: 'request', skip }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Checkpoints in PostgreSQL, as an app keeps them beside its tables; `sql` runs in the transaction. */
export class PostgresCheckpoints implements Checkpoints<Client> {
  private constructor(private readonly pool: Pool) {}

  static async create(url: string): Promise<PostgresCheckpoints> {
    const pool = new Pool({ connectionString: url });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    await pool.query(
      'CREATE TABLE IF NOT EXISTS checkpoint (name text PRIMARY KEY, position bigint)',
    );
    return new PostgresCheckpoints(pool);
  }

  async advance(
    name: string,
    work: (tx: Client, checkpoint: bigint) => Promise<Reached>,
  ): Promise<bigint> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO checkpoint VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        name,
        String(START),
      ]);
      const { rows } = await client.query(
        'SELECT position FROM checkpoint WHERE name = $1 FOR UPDATE',
        [name],
      );
      const { position: reached } = await work(
        client as unknown as Client,
        BigInt(rows[0].position),
      );
      await client.query('UPDATE checkpoint SET position = $2 WHERE name = $1', [
        name,
        String(reached),
      ]);
      await client.query('COMMIT');
      return reached;
    } catch (error) {
      broken = error as Error;
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
