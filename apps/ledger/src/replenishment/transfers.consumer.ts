import { parseTransfer, TOPICS } from '@daybook/contracts';
import { DurableLog, type RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RecordTransfers } from './record-transfers';

/** Transfers decided and appended together: large enough to share a commit, small enough to retry. */
const BATCH_MAX = 1_000;

const logger = new Logger('TransfersConsumer');

/** Folds what the watchers publish into replenishments, for as long as it runs. */
export function consumeTransfers(log: DurableLog, bus: CommandBus): Promise<RunningSubscription> {
  return log.subscribe({
    topic: TOPICS.transfer,
    group: 'ledger',
    limit: BATCH_MAX,
    handle: (messages) =>
      bus.execute(new RecordTransfers(messages.map((m) => parseTransfer(m.value)))),
    onError: (error, attempt) => logger.error({ msg: 'transfers not recorded', attempt, error }),
  });
}
