import { type PurseAddressV1, TOPICS } from '@daybook/contracts';
import { upcast } from '@daybook/domain';
import {
  type EventStore,
  type Follower,
  follow,
  type LogIdentity,
  type RecordedEvent,
} from '@daybook/event-store';
import type { DurableLog, Message } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { orderOf } from '../edge/log-epochs';
import { eventMessage } from '../events';
import { checkpointsOf } from '../runtime/checkpoints';

const BATCH_MAX = 1_000;

const logger = new Logger('PurseAddressesRelay');

/**
 * Publishes every minted address in the order of the mints, so that a watcher that has read one has read
 * all before it. The checkpoint is stored after the acknowledgement, so each address is published at least
 * once. If an address arrives late, watchers rescan the blocks since `mintedAt`.
 */
export function startPurseAddressesRelay(
  store: EventStore,
  dataSource: DataSource,
  log: DurableLog,
): Follower {
  return follow({
    name: 'purse-addresses',
    store,
    checkpoints: checkpointsOf(dataSource),
    limit: BATCH_MAX,
    async handle(events) {
      const messages = events.flatMap((event) => messageOf(event, store.identity));
      if (messages.length > 0) await log.publish(TOPICS.purseAddress, messages);
    },
    onError: (error) => logger.error({ msg: 'purse addresses not published', error }),
  });
}

function messageOf(recorded: RecordedEvent, log: LogIdentity | undefined): readonly Message[] {
  if (recorded.type !== 'PurseMinted' && recorded.type !== 'PurseAddressAssigned') return [];
  const event = upcast(recorded);
  if (event.type !== 'PurseMinted' && event.type !== 'PurseAddressAssigned') return [];
  const { family, address } = event.data;
  const mintedAt = event.type === 'PurseMinted' ? event.data.mintedAt : event.data.assignedAt;
  const position = orderOf(recorded.position, log).toString();
  const value: PurseAddressV1 = { family, address, mintedAt, position };
  const [topic, type] = [TOPICS.purseAddress, 'daybook.PurseAddress.v1'];
  return [eventMessage(recorded, { topic, type, key: address, log, value })];
}
