import { parseTransfer, TOPICS, type TransferV1, transferKey } from '@daybook/contracts';
import { DurableLog, type RunningSubscription } from '@daybook/messaging';
import { pause } from '@daybook/platform/plain';
import { CommandBus } from '@nestjs/cqrs';
import { consumeMovements, GROUP } from './movements.consumer';
import { RecordTransfers } from './record-transfers';

/** How long to wait for a consumer that is at work. It needs longer after an outage. */
const HANDLED_WITHIN_MS = 5_000;
const POLL_MS = 50;

/** Records the transfers that watchers publish as events of replenishments. */
export function consumeTransfers(log: DurableLog, bus: CommandBus): Promise<RunningSubscription> {
  return consumeMovements(log, {
    topic: TOPICS.transfer,
    parse: parseTransfer,
    record: (reports) => bus.execute(new RecordTransfers(reports)),
  });
}

/**
 * Why a transfer to one of these receivers that was published before this call may not be recorded when it
 * resolves, or null. Rejects if the durable log does not tell.
 */
export async function whyUnrecorded(
  log: DurableLog,
  receivers: readonly Pick<TransferV1, 'chain' | 'to'>[],
): Promise<string | null> {
  // The keys after the lag: what was parked until then is found there, or was recorded by a retry.
  if (!(await isAllHandled(log))) return 'Transfers were reported and are not recorded yet.';
  const isParked = await log.isParked(TOPICS.transfer, GROUP, receivers.map(transferKey));
  return isParked ? 'A transfer to the purse is parked.' : null;
}

/** Whether the group soon has everything published before now. It may always be behind what comes later. */
async function isAllHandled(log: DurableLog): Promise<boolean> {
  const deadline = Date.now() + HANDLED_WITHIN_MS;
  const lag = await log.lag(TOPICS.transfer, GROUP);
  // The group has stopped, or will: it lacks what was deleted before it read it.
  if (lag.some(({ lost }) => lost > 0n)) return false;
  const ends = new Map(lag.map(({ partition, place, waiting }) => [partition, place + waiting]));
  let places = lag;
  while (places.some(({ partition, place }) => place < (ends.get(partition) ?? 0n))) {
    if (Date.now() >= deadline) return false;
    await pause(POLL_MS);
    places = await log.lag(TOPICS.transfer, GROUP);
  }
  return true;
}
