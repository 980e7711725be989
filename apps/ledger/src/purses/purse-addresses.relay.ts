import { type PurseAddressV1, TOPICS } from '@daybook/contracts';
import { upcast } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { DurableLog, type Message } from '@daybook/messaging';
import { eventMessage } from '../events';

export const PURSE_ADDRESSES_RELAY = 'purse-addresses';

const TOPIC = TOPICS.purseAddress;

/**
 * Publishes every minted address, in the order of the mints, so that a watcher that has read one knows
 * all before it. The checkpoint is stored after the acknowledgement, so an address is published at least
 * once. When one comes late, watchers rescan the blocks from `mintedAt` on.
 */
export async function publishPurseAddresses(
  log: DurableLog,
  events: readonly RecordedEvent[],
): Promise<void> {
  const messages = events.flatMap(messageOf);
  if (messages.length > 0) await log.publish(TOPIC, messages);
}

function messageOf(recorded: RecordedEvent): readonly Message[] {
  if (recorded.type !== 'PurseMinted') return [];
  const event = upcast(recorded);
  if (event.type !== 'PurseMinted') return [];
  const { family, address, mintedAt } = event.data;
  const position = recorded.position.toString();
  const value: PurseAddressV1 = { family, address, mintedAt, position };
  const type = 'daybook.PurseAddress.v1';
  return [eventMessage(recorded, { topic: TOPIC, type, key: address, value })];
}
