import { deriveAddress, type Xpub } from '@daybook/chains';
import { type Derivation, DomainError, type Family } from '@daybook/domain';
import type { DataSource } from 'typeorm';

/** Child indexes taken from the sequence at once. A restart loses those that are not used. */
const INDEXES_AT_ONCE = 50;

/**
 * Derives purse addresses from the account-level xpub of their family. The ledger has public keys only:
 * an intruder could mint addresses, but not move coins.
 */
export class PurseAddresses {
  private readonly free: number[] = [];
  private refill: Promise<void> | null = null;

  constructor(
    private readonly xpubs: ReadonlyMap<Family, Xpub>,
    private readonly dataSource: DataSource,
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

  /** The next unused address. Refuses with `family-not-available`. */
  async next(
    family: Family,
  ): Promise<{ readonly address: string; readonly derivation: Derivation }> {
    const xpub = this.requireFamily(family);
    const index = await this.nextIndex();
    const derivation = { xpubFingerprint: xpub.fingerprint, index };
    return { address: deriveAddress(xpub, index), derivation };
  }

  private async nextIndex(): Promise<number> {
    for (;;) {
      const index = this.free.shift();
      if (index !== undefined) return index;
      this.refill ??= takeAddressIndexes(this.dataSource, INDEXES_AT_ONCE)
        .then((indexes) => void this.free.push(...indexes))
        .finally(() => {
          this.refill = null;
        });
      await this.refill;
    }
  }
}

/**
 * Takes child indexes that no process gets again, used or not. They are durable before one is used:
 * otherwise a crash of the server could give an index to a second customer. The transaction id makes the
 * commit wait for the disk even if another transaction advanced the sequence.
 */
export function takeAddressIndexes(
  dataSource: DataSource,
  count: number,
): Promise<readonly number[]> {
  return dataSource.transaction(async (manager) => {
    await manager.query('SET LOCAL synchronous_commit = on');
    const rows: { index: string }[] = await manager.query(
      `SELECT nextval('ledger.address_index') AS index, pg_current_xact_id()
       FROM generate_series(1, $1::integer)`,
      [count],
    );
    return rows.map((row) => Number(row.index));
  });
}
