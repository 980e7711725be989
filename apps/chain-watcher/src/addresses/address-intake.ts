import { highest, isAbove, type Position } from '../state/position';
import { tipOf, type WatchContext } from '../state/watch-state';
import { type MintedAddress, rescanForLate } from './late-addresses';

/** Hands addresses from the topic's consumer to the watch, which stores them between its other steps. */
export interface AddressIntake {
  /** Resolves when the addresses are stored and will be matched. See `Watch.offerAddresses`. */
  offer(addresses: readonly MintedAddress[], through: Position): Promise<void>;
  hasOffers(): boolean;
  /** Stores all that was offered, with one write. After an error all of it must be offered again. */
  take(): Promise<void>;
  /** Rejects open offers and later ones. */
  close(): void;
}

interface Offer {
  readonly addresses: readonly MintedAddress[];
  readonly through: Position;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createAddressIntake(context: WatchContext): AddressIntake {
  const { table, state } = context;
  const offers: Offer[] = [];
  let isClosed = false;

  /**
   * From the next block on the addresses are matched; blocks that were matched without them are scanned
   * again. The node is not asked, so a node without its past does not delay the next block.
   */
  async function store(offered: readonly MintedAddress[], through: Position): Promise<void> {
    const fresh = offered.filter(({ address }) => !table.has(address));
    const isFurther = isAbove(through, state.taken);
    if (fresh.length === 0 && !isFurther) return;
    const rescan = rescanForLate(fresh, tipOf(state), state.rescans);
    await context.commit({
      ...(fresh.length > 0 && { addresses: [...new Set(fresh.map(({ address }) => address))] }),
      ...(isFurther && { taken: highest(through, state.taken) as bigint }),
      ...(rescan && { rescans: [rescan] }),
    });
  }

  return {
    offer: (addresses, through) =>
      new Promise((resolve, reject) => {
        if (isClosed) reject(new Error('The watch has ended.'));
        else offers.push({ addresses, through, resolve, reject });
      }),
    hasOffers: () => offers.length > 0,
    async take() {
      const taken = offers.splice(0);
      try {
        const addresses = taken.flatMap((offer) => offer.addresses);
        await store(addresses, highest(null, ...taken.map(({ through }) => through)));
        for (const { resolve } of taken) resolve();
      } catch (error) {
        for (const { reject } of taken) reject(error);
        throw error;
      }
    },
    close() {
      isClosed = true;
      for (const { reject } of offers.splice(0)) reject(new Error('The watch has ended.'));
    },
  };
}
