import { startEmbeddedPostgres } from '../libs/platform/src/embedded-postgres';
import { shared } from './shared-postgres';

/**
 * One PostgreSQL for all suites; each suite makes databases of its own in it. A server named by
 * DAYBOOK_TEST_POSTGRES (a superuser's connection string) is used instead.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.DAYBOOK_TEST_POSTGRES) return;
  shared.postgres = await startEmbeddedPostgres();
  process.env.DAYBOOK_TEST_POSTGRES = shared.postgres.url;
}
