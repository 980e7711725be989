import { TOPICS } from '@daybook/contracts';
import type { DatabaseRole } from '../ledger.env';

/** To which topics of the durable log each role publishes. What watchers say, no role does. */
export const PUBLISHED_TOPICS: Readonly<Record<DatabaseRole, readonly string[]>> = {
  // Look-ups of transactions.
  api: [TOPICS.watchRequest],
  consumer: [],
  reactions: [],
  relay: [TOPICS.purseAddress, TOPICS.ledgerEvent, TOPICS.balance, TOPICS.watchRequest],
  projector: [],
};
