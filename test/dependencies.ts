import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';

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
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Waits until `condition` holds; rejects after `timeoutMs` (10 s when left out). */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 10_000, description = 'the condition' } = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${description} did not hold in ${timeoutMs} ms.`);
    await sleep(10);
  }
}

async function administer(sql: string): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: serverUrl() }));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env.DAYBOOK_TEST_POSTGRES;
  if (!url) throw new Error('No PostgreSQL: run this suite with `jest --selectProjects real`.');
  return url;
}

/**
 * `describe` for suites that need the Kafka broker that the global set-up started or KAFKA_BROKERS names.
 * Where there is none, the suite is skipped and its title says why.
 */
export function describeWithKafka(title: string, suite: () => void): void {
  const reason = process.env.DAYBOOK_TEST_KAFKA_MISSING;
  if (reason) describe.skip(`${title} (NOT RUN: ${reason})`, suite);
  else describe(title, suite);
}

/** `host:port` of the broker for tests, on the listener that lets everybody do everything. */
export function kafkaBrokers(): string {
  const brokers = process.env.KAFKA_BROKERS;
  if (!brokers) throw new Error('No Kafka: run this suite with `jest --selectProjects real`.');
  return brokers;
}
