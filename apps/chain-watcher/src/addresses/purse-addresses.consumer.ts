import { type AddressTable, canonicalAddress } from '@daybook/chains';
import { MalformedMessage, parsePurseAddress, TOPICS } from '@daybook/contracts';
import type { Family } from '@daybook/domain';
import type { Poison, ReceivedMessage } from '@daybook/messaging';
import { highest, isAbove, type Position } from '../state/position';
import type { ChainRun } from '../state/watch-state';
import type { WatcherStore } from '../state/watcher-store';
import type { MintedAddress } from './late-addresses';
import type { ReadMark } from './read-mark';

/** Stored with one write; a new chain starts with all addresses that were ever minted. */
const ADDRESSES_AT_ONCE = 2_000;
/** How often the lag is read while nothing is to be acknowledged. */
const LOOK_IDLE_MS = 10_000;

export async function readAddresses(store: WatcherStore, chain: string, table: AddressTable) {
  for await (const addresses of store.addresses(chain)) {
    for (const address of addresses) table.add(address);
  }
}

/** Hands addresses to the watch: see `Watch.offerAddresses`. */
export type OfferAddresses = (minted: readonly MintedAddress[], through: Position) => Promise<void>;

export type AddressSubscription = Awaited<ReturnType<typeof subscribeAddresses>>;

/**
 * Hands every minted address of the family to the watch. Only a chain's leader subscribes, because the
 * members of a group share the messages. The consumer group contains the id of the stored state: a
 * watcher with new state reads every address again.
 */
export async function subscribeAddresses(
  { chain, log, logger, metrics }: ChainRun,
  storeId: string,
  mark: ReadMark,
  offer: OfferAddresses,
) {
  const topic = TOPICS.purseAddress;
  const group = `watcher-${chain.id}-${storeId}`;
  const running = await log.subscribe({
    topic,
    group,
    limit: ADDRESSES_AT_ONCE,
    async handle(messages) {
      const poison = await offerMessages(messages, chain.family, offer, mark);
      for (const { message, reason } of poison) {
        logger.error(
          { chain: chain.id, topic, group, key: message.key, messageId: message.id, reason },
          'an address is not watched, as its message cannot be read',
        );
      }
      return poison;
    },
    onError(error, attempt) {
      mark.repeat();
      logger.warn({ chain: chain.id, attempt, err: error }, 'addresses are not stored');
    },
  });
  let parkedKeys = 0;
  let lookedAt = 0;
  return {
    parkedKeys: () => parkedKeys,
    failingSince: running.failingSince,
    /**
     * The position up to which every address has been read and stored. Reads the lag and the parked keys,
     * when something waits for them.
     */
    async complete(): Promise<Position> {
      const { read } = mark;
      const isWaiting = isAbove(read, mark.complete);
      if (!isWaiting && Date.now() - lookedAt < LOOK_IDLE_MS) return mark.complete;
      lookedAt = Date.now();
      const { lag, lastProgressAt } = await running.status();
      metrics.consumerLagMessages.set({ topic, group }, Number(lag));
      const since = lag === 0n || lastProgressAt === null ? null : Date.parse(lastProgressAt);
      const waiting = since === null ? 0 : Math.max(0, Date.now() - since) / 1_000;
      metrics.consumerWaitingSeconds.set({ topic, group }, waiting);
      // A key is parked before the group's offset passes it, so reading in this order misses none.
      parkedKeys = (await running.status()).parkedKeys;
      metrics.parkedKeys.set({ topic, group }, parkedKeys);
      mark.look(read, lag, parkedKeys);
      return mark.complete;
    },
    async stop(): Promise<void> {
      await running.stop();
      metrics.parkedKeys.remove({ topic, group });
      metrics.consumerLagMessages.remove({ topic, group });
      metrics.consumerWaitingSeconds.remove({ topic, group });
    },
  };
}

/**
 * Offers the addresses in these messages to the watch. Resolves when it has stored them, with the messages
 * that cannot be read; later messages with the same key are left out.
 */
export async function offerMessages(
  messages: readonly ReceivedMessage[],
  family: Family,
  offer: OfferAddresses,
  mark: ReadMark,
): Promise<readonly Poison[]> {
  const poison = new Map<string, Poison>();
  const addresses: MintedAddress[] = [];
  let through: Position = null;
  for (const message of messages) {
    if (poison.has(message.key)) continue;
    try {
      const { minted, position } = read(message, family);
      // Addresses of other families count as stored: there is nothing to match.
      through = highest(through, position);
      if (minted !== null) addresses.push(minted);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      poison.set(message.key, { message, reason: error.message });
    }
  }
  if (addresses.length > 0 || through !== null) await offer(addresses, through);
  mark.handled(messages.length, through);
  return [...poison.values()];
}

/** What a message says. Null for an address of another family. Throws `MalformedMessage`. */
function read({ value }: ReceivedMessage, family: Family) {
  const message = parsePurseAddress(value);
  const position = message.position === undefined ? null : BigInt(message.position);
  if (message.family !== family) return { minted: null, position };
  const address = canonicalAddress(family, message.address);
  if (address === null) {
    throw new MalformedMessage(`${message.address} is no address of the family ${family}.`);
  }
  const minted = { address, mintedAt: Date.parse(message.mintedAt), position };
  return { minted, position };
}
