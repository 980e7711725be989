import type { Parties } from '@daybook/domain';
import { LRUCache } from 'lru-cache';

/** Whose address it is. Never changes once minted. */
export type PurseOwner = Parties;

/** Looks addresses up in the purses read model; an address that is not there yet has no entry. */
export type FindOwners = (addresses: readonly string[]) => Promise<ReadonlyMap<string, PurseOwner>>;

/** Waits until the read model holds everything that the log holds now. */
export type CatchUp = () => Promise<void>;

/** Owners remembered; an entry is about 300 bytes. */
const OWNERS_REMEMBERED_MAX = 200_000;

/** A transfer to an address that no purse has: a watcher follows addresses of another ledger. */
export class UnknownAddress extends Error {
  override readonly name = 'UnknownAddress';

  constructor(address: string) {
    super(`A transfer to ${address} was reported, but no purse has this address.`);
  }
}

/** Who owns an address. Owners are immutable, so they are remembered. */
export class PurseDirectory {
  private readonly known = new LRUCache<string, PurseOwner>({ max: OWNERS_REMEMBERED_MAX });

  constructor(
    private readonly find: FindOwners,
    private readonly catchUp: CatchUp,
  ) {}

  /** The owners in the order of the addresses. Rejects with `UnknownAddress`. */
  async owners(addresses: readonly string[]): Promise<readonly PurseOwner[]> {
    await this.learn(addresses);
    // A transfer may arrive before the read model knows the purse that was just minted.
    if (addresses.some((address) => !this.known.has(address))) {
      await this.catchUp();
      await this.learn(addresses);
    }
    return addresses.map((address) => {
      const owner = this.known.get(address);
      if (owner === undefined) throw new UnknownAddress(address);
      return owner;
    });
  }

  private async learn(addresses: readonly string[]): Promise<void> {
    const missing = [...new Set(addresses)].filter((address) => !this.known.has(address));
    if (missing.length === 0) return;
    for (const [address, owner] of await this.find(missing)) this.known.set(address, owner);
  }
}
