import { type OwnerFacts, type Parties, upcast } from '@daybook/domain';
import type { EventStore, Position, RecordedEvent } from '@daybook/event-store';

/** Whose an address is, and what that means for a credit. */
export interface Owner extends OwnerFacts {
  readonly parties: Parties;
  /** Whether the account wants final transfers screened before they are credited. */
  readonly screening: boolean;
}

/** The owners of addresses as the read models knew them at a position. */
export interface KnownOwners {
  readonly position: Position;
  /** By address; one that was not known has no entry. */
  readonly byAddress: ReadonlyMap<string, Owner>;
}

export type FindOwners = (addresses: readonly string[]) => Promise<KnownOwners>;

/** Waits until the read models hold what the log holds now. */
export type CatchUp = () => Promise<void>;

/** The streams that decide about owners. */
const KINDS = ['account', 'customer', 'purse'];

/** More news than one page of this size holds means that the read models are being rebuilt. */
const NEWS_MAX = 5_000;

/** A transfer to an address that no purse has: a watcher follows addresses of another ledger. */
export class UnknownAddress extends Error {
  override readonly name = 'UnknownAddress';

  constructor(address: string) {
    super(`A transfer to ${address} was reported, but no purse has this address.`);
  }
}

/**
 * Whose addresses are, as of now: what the read models knew at their position, and on top of it what
 * the log says since. So a block that was acknowledged before this read counts, however far the read
 * models are behind, and a batch of any size costs two queries.
 */
export class Owners {
  constructor(
    private readonly store: EventStore,
    private readonly find: FindOwners,
    private readonly catchUp: CatchUp,
  ) {}

  /** Every address's owner. Rejects with `UnknownAddress`. */
  async of(addresses: readonly string[]): Promise<ReadonlyMap<string, Owner>> {
    const wanted = [...new Set(addresses)];
    let owners = await this.read(wanted);
    // The purse was minted a moment ago, or the read models are far behind.
    if (owners === null || owners.size < wanted.length) {
      await this.catchUp();
      owners = await this.read(wanted);
    }
    for (const address of wanted) {
      if (owners?.has(address) !== true) throw new UnknownAddress(address);
    }
    return owners as ReadonlyMap<string, Owner>;
  }

  /** Null when the read models are too far behind to be brought up to date here. */
  private async read(addresses: readonly string[]): Promise<ReadonlyMap<string, Owner> | null> {
    const { position, byAddress } = await this.find(addresses);
    const news = await this.store.readAll({ after: position, limit: NEWS_MAX, kinds: KINDS });
    if (!news.atEnd) return null;
    return news.events.length === 0 ? byAddress : withNews(byAddress, news.events);
  }
}

function withNews(
  known: ReadonlyMap<string, Owner>,
  news: readonly RecordedEvent[],
): ReadonlyMap<string, Owner> {
  const changes = new Map<string, Partial<OwnerFacts>>();
  for (const recorded of news) {
    const change = changeOf(recorded);
    if (change !== null) changes.set(recorded.stream, change);
  }
  if (changes.size === 0) return known;
  return new Map(
    [...known].map(([address, owner]) => [
      address,
      {
        ...owner,
        ...changes.get(`customer-${owner.parties.customerId}`),
        ...changes.get(`purse-${owner.parties.purseId}`),
      },
    ]),
  );
}

function changeOf(recorded: RecordedEvent): Partial<OwnerFacts> | null {
  switch (upcast(recorded).type) {
    case 'CustomerBlocked':
      return { customerBlocked: true };
    case 'CustomerUnblocked':
      return { customerBlocked: false };
    case 'PurseArchived':
      return { purseStatus: 'archived' };
    case 'PurseRestored':
      return { purseStatus: 'active' };
    case 'PurseDeclined':
      return { purseStatus: 'declined' };
    default:
      return null;
  }
}
