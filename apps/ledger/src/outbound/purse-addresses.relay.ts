import { type PurseAddressV1, TOPICS } from '@daybook/contracts';
import { upcast } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { DurableLog, type Message } from '@daybook/messaging';

export const PURSE_ADDRESSES_RELAY = 'purse-addresses';

/**
 * Tells the watchers of every minted address. Published before the checkpoint is stored, so an
 * address is told at least once; watchers match blocks from `mintedAt` on again when it comes late.
 */
export async function publishPurseAddresses(
  log: DurableLog,
  events: readonly RecordedEvent[],
): Promise<void> {
  const messages = events.flatMap(messageOf);
  if (messages.length > 0) await log.publish(TOPICS.purseAddress, messages);
}

function messageOf(recorded: RecordedEvent): readonly Message[] {
  if (recorded.type !== 'PurseMinted') return [];
  const event = upcast(recorded);
  if (event.type !== 'PurseMinted') return [];
  const { family, address, mintedAt } = event.data;
  const value: PurseAddressV1 = { family, address, mintedAt };
  return [
    {
      id: recorded.id,
      key: address,
      value: JSON.stringify(value),
      headers: {
        ce_specversion: '1.0',
        ce_id: recorded.id,
        ce_source: '/daybook/ledger',
        ce_type: TOPICS.purseAddress,
        ce_time: recorded.recordedAt,
        'content-type': 'application/json',
      },
    },
  ];
}
