import type { DurableLog, Poison, RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import { logPoison, readMessages } from '../runtime/read-messages';
import type { Reported, Unrecordable } from './record-reports';

/** Movements per batch: large enough to share a commit, small enough to retry. */
const BATCH_MAX = 1_000;

/** The consumer group of the ledger. */
export const GROUP = 'ledger';

interface Movements<Content> {
  readonly topic: string;
  parse(value: string): Content;
  record(reports: readonly Reported<Content>[]): Promise<readonly Unrecordable[]>;
}

const logger = new Logger('MovementsConsumer');

/**
 * Records the movements that watchers publish on a topic. A message that can never be recorded parks its
 * key. During an outage the batch is retried until it succeeds.
 */
export function consumeMovements<Content>(
  log: DurableLog,
  { topic, parse, record }: Movements<Content>,
): Promise<RunningSubscription> {
  return log.subscribe({
    topic,
    group: GROUP,
    limit: BATCH_MAX,
    needsAll: true,
    async handle(messages) {
      const { read, poison } = readMessages(messages, parse);
      const reasons = await record(read);
      const unrecordable = read.flatMap(({ message }, i): readonly Poison[] => {
        const reason = reasons[i] ?? null;
        return reason === null ? [] : [{ message, reason }];
      });
      const parked = [...poison, ...unrecordable];
      logPoison(parked);
      return parked;
    },
    onError: (error, attempt) =>
      logger.error({ msg: 'movements not recorded', topic, attempt, error }),
  });
}
