import type { EmbeddedPostgres } from '../libs/platform/src/embedded-postgres';
import type { KafkaBroker } from './kafka-broker';

/** What the global set-up started, for the global teardown: both are loaded on their own. */
export const shared = globalThis as {
  postgres?: EmbeddedPostgres;
  kafka?: KafkaBroker;
  /** The temporary folder of this run. */
  memoryFolder?: string | undefined;
};

/** Of the names of databases that this run makes to be copied; the global teardown drops them. */
export function templatePrefix(): string {
  return `test_template_${process.env.DAYBOOK_TEST_RUN}_`;
}
