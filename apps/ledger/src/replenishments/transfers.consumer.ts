import { parseTransfer, TOPICS } from '@daybook/contracts';
import { DurableLog, type Poison, type RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { logPoison, readMessages } from '../runtime/read-messages';
import { RecordTransfers } from './record-transfers';

/** Transfers per batch: large enough to share a commit, small enough to retry. */
const BATCH_MAX = 1_000;

const logger = new Logger('TransfersConsumer');

/**
 * Records the transfers that watchers publish as events of replenishments. A message that can never be
 * recorded parks its key. During an outage the batch is retried until it succeeds.
 */
export function consumeTransfers(log: DurableLog, bus: CommandBus): Promise<RunningSubscription> {
  return log.subscribe({
    topic: TOPICS.transfer,
    group: 'ledger',
    limit: BATCH_MAX,
    needsAll: true,
    async handle(messages) {
      const { read, poison } = readMessages(messages, parseTransfer);
      const reasons = await bus.execute(new RecordTransfers(read));
      const unrecordable = read.flatMap(({ message }, i): readonly Poison[] => {
        const reason = reasons[i] ?? null;
        return reason === null ? [] : [{ message, reason }];
      });
      const parked = [...poison, ...unrecordable];
      logPoison(parked);
      return parked;
    },
    onError: (error, attempt) => logger.error({ msg: 'transfers not recorded', attempt, error }),
  });
}
