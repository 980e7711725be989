import { deriveAddress, type Xpub } from '@daybook/chains';
import { type Derivation, DomainError, type Family } from '@daybook/domain';

export interface PurseAddress {
  readonly address: string;
  readonly derivation: Derivation;
}

/** So many purses whose mint failed find their address again when it is repeated. */
const TRIED_MAX = 10_000;

/**
 * Derives purse addresses from the account-level xpub of their family. The ledger has public keys only:
 * an intruder could mint addresses, but not move coins.
 */
export class PurseAddresses {
  private branch: Promise<number> | null = null;
  /** How many indexes of the branch each family has used. */
  private readonly used = new Map<Family, number>();
  /** By the id of the purse, the one tried first is first. */
  private readonly tried = new Map<string, PurseAddress>();

  constructor(
    private readonly xpubs: ReadonlyMap<Family, Xpub>,
    /** Opens a branch that no other process has. */
    private readonly openBranch: () => Promise<number>,
  ) {}

  /** The xpub of a family. Refuses with `family-not-available`. */
  requireFamily(family: Family): Xpub {
    const xpub = this.xpubs.get(family);
    if (xpub !== undefined) return xpub;
    const available = [...this.xpubs.keys()].map((each) => `"${each}"`).join(', ') || 'none';
    throw new DomainError(
      'family-not-available',
      `Purses of family ${family} cannot be minted here, as no xpub of it is configured. Available families: ${available}.`,
    );
  }

  /**
   * The next unused address, without asking anybody but for the first: that opens the branch of this process.
   * Refuses with `family-not-available`; rejects with an `EventStoreError`.
   */
  async next(family: Family): Promise<PurseAddress> {
    const xpub = this.requireFamily(family);
    this.branch ??= this.openBranch().catch((error: unknown) => {
      this.branch = null;
      throw error;
    });
    const branch = await this.branch;
    const index = this.used.get(family) ?? 0;
    this.used.set(family, index + 1);
    const derivation = { xpubFingerprint: xpub.fingerprint, branch, index };
    return { address: deriveAddress(xpub, derivation), derivation };
  }

  /**
   * Lets `mint` give a purse that does not exist an address. Where that failed before, it is the same address, even if
   * the failed one was written after all: repeats while the log cannot be written use up no addresses, and the used
   * ones stay near enough to each other to be found by a scan of the chain. Refuses and rejects as `next` does.
   */
  async tryFor<T>(
    purseId: string,
    family: Family,
    mint: (given: PurseAddress) => Promise<T>,
  ): Promise<T> {
    const given = this.tried.get(purseId) ?? (await this.next(family));
    this.tried.set(purseId, given);
    const [first] = this.tried.keys();
    if (this.tried.size > TRIED_MAX && first !== undefined) this.tried.delete(first);
    const minted = await mint(given);
    this.tried.delete(purseId);
    return minted;
  }
}
