import { upcast } from '@daybook/domain';
import { type EventStore, type Follower, follow } from '@daybook/event-store';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { accountsProjection } from '../accounts/accounts.projection';
import { booksProjection } from '../books/books.projection';
import { customersProjection } from '../customers/customers.projection';
import { commandsProjection } from '../edge/commands.projection';
import { pursesProjection } from '../purses/purses.projection';
import { replenishmentsProjection } from '../replenishments/replenishments.projection';
import { checkpointsOf } from '../runtime/checkpoints';
import { logTimesProjection } from './log-times.projection';
import type { Projection } from './projection';

/** The read models that share one checkpoint, so that a read sees all of them at one position. */
export const READ_MODELS: readonly Projection[] = [
  accountsProjection,
  commandsProjection,
  customersProjection,
  pursesProjection,
  replenishmentsProjection,
  booksProjection,
  logTimesProjection,
];

export const READ_MODELS_CHECKPOINT = 'read-models';

/** Events folded into one transaction: enough to share its cost, few enough to be seen soon. */
const BATCH_MAX = 5_000;

const logger = new Logger('Projector');

/** Keeps the read models up with the log. A batch that fails stops here, visibly; none is skipped. */
export function startProjector(store: EventStore, dataSource: DataSource): Follower {
  return follow({
    name: READ_MODELS_CHECKPOINT,
    store,
    checkpoints: checkpointsOf(dataSource),
    limit: BATCH_MAX,
    async handle(events, manager) {
      const batch = events.map((recorded) => ({ event: upcast(recorded), recorded }));
      for (const projection of READ_MODELS) await projection.apply(batch, manager);
    },
    onError: (error) => logger.error({ msg: 'read models stand still', error }),
  });
}
