import { type PurseAddressV1, TOPICS } from '@daybook/contracts';
import { upcast } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { DurableLog, type Message } from '@daybook/messaging';
import { aboutEvent, headersOf } from '../events/cloud-events';
import { subjectOf } from '../events/public-events';

export const PURSE_ADDRESSES_RELAY = 'purse-addresses';

const TOPIC = TOPICS.purseAddress;

/**
 * Tells the watchers of every minted address, in the order of the mints, so that a watcher that has
 * come to one knows all before it. Published before the checkpoint is stored, so an address is told
 * at least once; watchers match blocks from `mintedAt` on again when it comes late.
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
  const subject = subjectOf(recorded.stream);
  const headers = headersOf({ ...aboutEvent(recorded), topic: TOPIC, type, subject, key: address });
  return [{ id: recorded.id, key: address, value: JSON.stringify(value), headers }];
}
