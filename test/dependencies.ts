import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { templatePrefix } from './shared-servers';

export { type Anvil, type AnvilOptions, freePort, startAnvil } from '@daybook/platform';

export interface TestDatabase {
  /** Connection string of a superuser for a database that nobody else uses. */
  readonly url: string;
  /** Removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of one's own on the server that the global set-up started; a copy of `template`. */
export async function freshDatabase(template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Files are copied in less time than their pages are written to the log.
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  return {
    url: urlOf(name),
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** A copy of the database that `fill` fills when somebody in this run asks for this kind for the first time. */
export async function copyOf(
  kind: string,
  fill: (databaseUrl: string) => Promise<void>,
): Promise<TestDatabase> {
  const template = `${templatePrefix()}${kind}`;
  await withServer(async (server) => {
    // Held until this connection ends: the suites of other processes ask at the same time.
    await server.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const made = 'SELECT FROM pg_database WHERE datname = $1 AND NOT datallowconn';
    if ((await server.query(made, [template])).rows.length > 0) return;
    await server.query(`DROP DATABASE IF EXISTS ${template}`);
    await server.query(`CREATE DATABASE ${template}`);
    await fill(urlOf(template));
    await server.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`);
  });
  return freshDatabase(template);
}

/** Far longer than anything takes beside other suites: a wait that ends too early says nothing about the product. */
const UNTIL_MS = 30_000;

/** Asked in a tenth of the time that was waited: what asks every few milliseconds takes a core from the other suites. */
const POLL_MIN_MS = 10;
const POLL_MAX_MS = 50;

/** Waits until `condition` holds; rejects after `timeoutMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = UNTIL_MS, description = 'the condition' } = {},
): Promise<void> {
  // Not by the clock, which some tests move.
  const begun = performance.now();
  while (!(await condition())) {
    const waitedMs = performance.now() - begun;
    if (waitedMs > timeoutMs) throw new Error(`${description} did not hold in ${timeoutMs} ms.`);
    await sleep(Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, waitedMs / 10)));
  }
}

function administer(sql: string): Promise<void> {
  return withServer(async (server) => {
    await server.query(sql);
  });
}

async function withServer(work: (server: Client) => Promise<void>): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: serverUrl() }));
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env.DAYBOOK_TEST_POSTGRES;
  if (!url) throw new Error('No PostgreSQL: run this suite with `jest --selectProjects real`.');
  return url;
}

/** `host:port` of the broker for tests, on the listener that lets everybody do everything. */
export function kafkaBrokers(): string {
  const brokers = process.env.KAFKA_BROKERS;
  if (!brokers) throw new Error('No Kafka: run this suite with `jest --selectProjects real`.');
  return brokers;
}
