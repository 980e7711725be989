import { type AddressTable, canonicalAddress } from '@daybook/chains';
import { type PurseAddressV1, parsePurseAddress, TOPICS } from '@daybook/contracts';
import type { DurableLog, ReceivedMessage, RunningSubscription } from '@daybook/messaging';
import type { Logger } from 'pino';
import type { MintedAddress } from './late-addresses';
import type { WatcherStore } from './store/watcher-store';
import type { Watch } from './watch';

/** Taken in with one write; a new chain begins with all addresses that were ever minted. */
const ADDRESSES_AT_ONCE = 2_000;

/** Fills the table with the addresses that are stored. */
export async function readAddresses(
  store: WatcherStore,
  chain: string,
  table: AddressTable,
): Promise<void> {
  for await (const addresses of store.addresses(chain)) {
    for (const address of addresses) table.add(address);
  }
}

/** Where addresses go. */
export interface AddressOffer {
  readonly watch: Watch;
  readonly family: PurseAddressV1['family'];
  wake(): void;
}

/**
 * Hands every minted address of the family to the watch. Only a chain's leader subscribes, as the
 * members of a group share the messages. The log hears of success when the watch has stored them.
 */
export function subscribeAddresses(
  log: DurableLog,
  chain: string,
  { watch, family, wake }: AddressOffer,
  logger: Logger,
): Promise<RunningSubscription> {
  return log.subscribe({
    topic: TOPICS.purseAddress,
    group: `watcher-${chain}`,
    limit: ADDRESSES_AT_ONCE,
    async handle(messages) {
      const addresses = messages.flatMap((message) => read(message, family, logger));
      if (addresses.length === 0) return;
      const stored = watch.offerAddresses(addresses);
      wake();
      await stored;
    },
    onError: (error, attempt) =>
      logger.warn({ chain, attempt, err: error }, 'addresses are not taken in'),
  });
}

/**
 * The address in a message; none when it is of another family. One that cannot be read must not keep
 * all later ones from being watched, so it is passed over, as loudly as can be.
 */
function read(
  { id, value }: ReceivedMessage,
  family: PurseAddressV1['family'],
  logger: Logger,
): readonly MintedAddress[] {
  try {
    const message = parsePurseAddress(value);
    if (message.family !== family) return [];
    const address = canonicalAddress(family, message.address);
    if (address !== null) return [{ address, mintedAt: Date.parse(message.mintedAt) }];
    logger.error({ messageId: id }, 'an address that is none will not be watched');
  } catch (error) {
    logger.error(
      { messageId: id, err: error },
      'an address that cannot be read will not be watched',
    );
  }
  return [];
}
