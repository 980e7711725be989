import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import { upcast } from '@daybook/domain';
import { type EventStore, type Follower, follow, type Projection } from '@daybook/event-store';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { checkpointsOf } from '../runtime/checkpoints';

/** Events per transaction: enough to share its cost, few enough to be visible soon. */
const BATCH_MAX = 5_000;

const logger = new Logger('Projector');

/**
 * Keeps the read models up to date with the event log, under one checkpoint. A batch that fails is
 * retried and logged; none is skipped.
 */
export function startProjector(
  store: EventStore,
  dataSource: DataSource,
  projections: readonly Projection[],
): Follower {
  return follow({
    name: READ_MODELS_CHECKPOINT,
    store,
    checkpoints: checkpointsOf(dataSource),
    limit: BATCH_MAX,
    async handle(events, manager) {
      const batch = events.map((recorded) => ({ event: upcast(recorded), recorded }));
      for (const projection of projections) await projection.apply(batch, manager);
    },
    onError: (error) => logger.error({ msg: 'read models not updated', error }),
  });
}
