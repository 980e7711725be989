import { deriveAddress, type Xpub } from '@daybook/chains';
import { type Derivation, DomainError, type Family } from '@daybook/domain';

/** How many child indexes are taken from the sequence at once; unused ones are lost on a restart. */
const INDEXES_AT_ONCE = 50;

/** Gives numbers that were never given before, some at a time. */
export type TakeIndexes = (count: number) => Promise<readonly number[]>;

/**
 * Derives purse addresses from the account-level xpub of their family. Only public keys live here: an
 * intruder could mint addresses, but not move a coin.
 */
export class PurseAddresses {
  private readonly free: number[] = [];
  private refill: Promise<void> | null = null;

  constructor(
    private readonly xpubs: ReadonlyMap<Family, Xpub>,
    private readonly takeIndexes: TakeIndexes,
  ) {}

  /** Refuses with `family-not-available` a family without an xpub. */
  requireFamily(family: Family): void {
    this.xpubOf(family);
  }

  /** The next unused address. Refuses with `family-not-available`. */
  async next(
    family: Family,
  ): Promise<{ readonly address: string; readonly derivation: Derivation }> {
    const xpub = this.xpubOf(family);
    const index = await this.nextIndex();
    const derivation = { xpubFingerprint: xpub.fingerprint, index };
    return { address: deriveAddress(xpub, index), derivation };
  }

  private xpubOf(family: Family): Xpub {
    const xpub = this.xpubs.get(family);
    if (xpub !== undefined) return xpub;
    const available = [...this.xpubs.keys()].map((each) => `"${each}"`).join(', ');
    throw new DomainError(
      'family-not-available',
      `Purses of family ${family} cannot be minted here; the family ${available} can.`,
    );
  }

  private async nextIndex(): Promise<number> {
    for (;;) {
      const index = this.free.shift();
      if (index !== undefined) return index;
      this.refill ??= this.takeIndexes(INDEXES_AT_ONCE)
        .then((indexes) => void this.free.push(...indexes))
        .finally(() => {
          this.refill = null;
        });
      await this.refill;
    }
  }
}
