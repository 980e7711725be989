import type { EmbeddedPostgres } from '../libs/platform/src/embedded-postgres';
import type { KafkaBroker } from './kafka-broker';

/** What the global set-up started, for the global teardown: both are loaded on their own. */
export const shared = globalThis as { postgres?: EmbeddedPostgres; kafka?: KafkaBroker };
