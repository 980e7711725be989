import { highest, isAbove, type Position } from '../state/position';
import { tipOf, type WatchContext } from '../state/watch-state';
import { type MintedAddress, rescanForLate } from './late-addresses';

interface Offer {
  readonly addresses: readonly MintedAddress[];
  readonly through: Position;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Hands addresses from the topic's consumer to the watch, which stores them between its other steps. */
export function createAddressIntake(context: WatchContext) {
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
    /** See `Watch.offerAddresses`. */
    offer: (addresses: readonly MintedAddress[], through: Position) =>
      new Promise<void>((resolve, reject) => {
        if (isClosed) reject(new Error('The watch has ended.'));
        else offers.push({ addresses, through, resolve, reject });
      }),
    hasOffers: () => offers.length > 0,
    /** Stores all that was offered, with one write. After an error all of it must be offered again. */
    async take(): Promise<void> {
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
    /** Rejects open offers and later ones. */
    close(): void {
      isClosed = true;
      for (const { reject } of offers.splice(0)) reject(new Error('The watch has ended.'));
    },
  };
}
