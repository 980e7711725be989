import { randomBytes } from 'node:crypto';
import { startEmbeddedPostgres } from '../libs/platform/src/embedded-postgres';
import { createTestUsers } from './database-users';
import { startKafkaBroker } from './kafka-broker';
import { makeMemoryFolder } from './memory-folder';
import { missingOf, noticeOf, publishMissing } from './needs';
import { shared } from './shared-servers';
import { type GlobalSetup, wantedNeeds } from './wanted-needs';

const SETTINGS = {
  // No test is about what survives the end of this server: those that are start one of their own.
  ...{ fsync: 'off', full_page_writes: 'off' },
  // Eight suites at a time, each with a pool for each user of the ledger.
  max_connections: '500',
  // Each connection of thousands would compute 4096 rounds for a password that is no secret.
  scram_iterations: '1',
};

/**
 * One PostgreSQL for all suites, and one Kafka broker if a suite of this run wants one; each suite
 * makes databases and topics of its own. Servers named by DAYBOOK_TEST_POSTGRES (a superuser's
 * connection string) and KAFKA_BROKERS are used instead. Says first what cannot run on this machine.
 */
export default async function globalSetup(run: GlobalSetup): Promise<void> {
  const wanted = wantedNeeds(run);
  const missing = await missingOf([...wanted.keys()], process.env);
  const notice = noticeOf(missing, wanted);
  if (notice !== '' && process.env.CI) throw new Error(`${notice}\nWhere CI is set, all must run.`);
  if (notice !== '') process.stderr.write(`\n${notice}\n\n`);
  publishMissing(missing);
  process.env.DAYBOOK_TEST_RUN = randomBytes(4).toString('hex');
  shared.memoryFolder = makeMemoryFolder();
  if (shared.memoryFolder) process.env.TMPDIR = shared.memoryFolder;
  await Promise.all([
    postgres(),
    wanted.has('kafka') && missing.kafka === undefined ? kafka() : undefined,
  ]);
}

async function postgres(): Promise<void> {
  if (!process.env.DAYBOOK_TEST_POSTGRES) {
    shared.postgres = await startEmbeddedPostgres({ settings: SETTINGS });
    process.env.DAYBOOK_TEST_POSTGRES = shared.postgres.url;
  }
  await createTestUsers(process.env.DAYBOOK_TEST_POSTGRES);
}

async function kafka(): Promise<void> {
  if (process.env.KAFKA_BROKERS) return;
  shared.kafka = await startKafkaBroker({ staysUp: true });
  process.env.KAFKA_BROKERS = shared.kafka.brokers;
  process.env.DAYBOOK_TEST_KAFKA_SECURED = shared.kafka.securedBrokers;
}
