import { startEmbeddedPostgres } from '../libs/platform/src/embedded-postgres';
import { createTestUsers } from './database-users';
import { type GlobalSetup, wantsKafka } from './kafka/wanted';
import { startKafkaBroker } from './kafka-broker';
import { shared } from './shared-servers';

/**
 * One PostgreSQL for all suites, and one Kafka broker if a suite of this run wants one; each suite
 * makes databases and topics of its own. Servers named by DAYBOOK_TEST_POSTGRES (a superuser's
 * connection string) and KAFKA_BROKERS are used instead.
 */
export default async function globalSetup(run: GlobalSetup): Promise<void> {
  await Promise.all([postgres(), kafka(run)]);
}

async function postgres(): Promise<void> {
  if (!process.env.DAYBOOK_TEST_POSTGRES) {
    shared.postgres = await startEmbeddedPostgres();
    process.env.DAYBOOK_TEST_POSTGRES = shared.postgres.url;
  }
  await createTestUsers(process.env.DAYBOOK_TEST_POSTGRES);
}

/** Without a broker the suites that need one are skipped, loudly; where everything must run, nothing is. */
async function kafka(run: GlobalSetup): Promise<void> {
  if (process.env.KAFKA_BROKERS || !wantsKafka(run)) return;
  try {
    shared.kafka = await startKafkaBroker();
    process.env.KAFKA_BROKERS = shared.kafka.brokers;
    process.env.DAYBOOK_TEST_KAFKA_SECURED = shared.kafka.securedBrokers;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env.CI) throw new Error(`The Kafka suites cannot run, and CI wants all: ${reason}`);
    process.env.DAYBOOK_TEST_KAFKA_MISSING = reason;
    console.warn(
      `\n!!! THE KAFKA SUITES DO NOT RUN: ${reason}\n!!! Set KAFKA_BROKERS to use yours.\n`,
    );
  }
}
