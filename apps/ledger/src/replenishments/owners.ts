import { type EventsOf, type Family, type OwnerFacts, type Parties, upcast } from '@daybook/domain';
import type { EventStore, Position, RecordedEvent } from '@daybook/event-store';

/** Where a transfer goes: an address means something in its family only. */
export interface Receiver {
  readonly family: Family;
  /** Canonical. */
  readonly address: string;
}

/** Names a receiver in maps. */
export function keyOf({ family, address }: Receiver): string {
  return `${family}:${address}`;
}

/** Whose an address is, and what that means for a credit. */
export interface Owner extends OwnerFacts {
  readonly parties: Parties;
  /** The order id that the merchant gave the purse. It never changes after the mint. */
  readonly outsideOrderId: string | null;
  /** Whether the account wants final transfers screened before they are credited. */
  readonly screening: boolean;
  /** Whether the purse was ever archived and restored. */
  readonly purseWasRestored: boolean;
}

/** The owners of receivers as the read models knew them at a position. */
export interface KnownOwners {
  readonly position: Position;
  /** By `keyOf`; a receiver that was not known has no entry. */
  readonly owners: ReadonlyMap<string, Owner>;
}

export type FindOwners = (receivers: readonly Receiver[]) => Promise<KnownOwners>;

/** Waits until the read models hold what the log holds now. */
export type CatchUp = () => Promise<void>;

/** The streams that decide about owners. */
const KINDS = ['account', 'customer', 'purse'] as const;

/** More news than one page of this size holds means that the read models are being rebuilt. */
const NEWS_MAX = 5_000;

/** The read models are too far behind the log to tell. It passes. */
export class OwnersNotKnownYet extends Error {
  override readonly name = 'OwnersNotKnownYet';

  constructor() {
    super('The read models are too far behind the log to tell whose addresses are.');
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

  /**
   * The owners by `keyOf`; a receiver that is no purse is left out. Rejects with `OwnersNotKnownYet`.
   */
  async of(receivers: readonly Receiver[]): Promise<ReadonlyMap<string, Owner>> {
    const wanted = new Map(receivers.map((receiver) => [keyOf(receiver), receiver]));
    let owners = await this.read(wanted);
    // The purse was minted a moment ago, or the read models are far behind.
    if (owners === null || owners.size < wanted.size) {
      await this.catchUp();
      owners = await this.read(wanted);
    }
    if (owners === null) throw new OwnersNotKnownYet();
    return owners;
  }

  /** Null when the read models are too far behind to be brought up to date here. */
  private async read(
    wanted: ReadonlyMap<string, Receiver>,
  ): Promise<ReadonlyMap<string, Owner> | null> {
    const { position, owners } = await this.find([...wanted.values()]);
    const { events, atEnd } = await this.store.readAll({
      after: position,
      limit: NEWS_MAX,
      kinds: KINDS,
    });
    if (!atEnd) return null;
    const unknown = [...wanted.keys()].filter((key) => !owners.has(key));
    if (unknown.length > 0 && events.some(mintsOneOf(new Set(unknown)))) return null;
    return events.length === 0 ? owners : withNews(owners, events);
  }
}

/** Whether an event mints a purse that the read models do not know: they will. */
function mintsOneOf(receivers: ReadonlySet<string>): (recorded: RecordedEvent) => boolean {
  return (recorded) => {
    if (recorded.type !== 'PurseMinted') return false;
    const event = upcast(recorded);
    return event.type === 'PurseMinted' && receivers.has(keyOf(event.data));
  };
}

function withNews(
  known: ReadonlyMap<string, Owner>,
  news: readonly RecordedEvent[],
): ReadonlyMap<string, Owner> {
  const changes = new Map<string, Partial<Owner>>();
  for (const recorded of news) {
    const change = changeOf(recorded);
    if (change === null) continue;
    changes.set(recorded.stream, { ...changes.get(recorded.stream), ...change });
  }
  if (changes.size === 0) return known;
  return new Map(
    [...known].map(([key, owner]) => [
      key,
      {
        ...owner,
        ...changes.get(`customer-${owner.parties.customerId}`),
        ...changes.get(`purse-${owner.parties.purseId}`),
      },
    ]),
  );
}

function changeOf(recorded: RecordedEvent): Partial<Owner> | null {
  // The log was asked for streams of these kinds alone.
  const event = upcast(recorded) as EventsOf[(typeof KINDS)[number]];
  switch (event.type) {
    case 'CustomerBlocked':
      return { customerBlocked: true };
    case 'CustomerUnblocked':
      return { customerBlocked: false };
    case 'PurseArchived':
      return { purseStatus: 'archived' };
    case 'PurseRestored':
      return { purseStatus: 'active', purseWasRestored: true };
    case 'PurseDeclined':
      return { purseStatus: 'declined' };
    // An account's policy is read with its owner; a purse that is minted is not known yet.
    case 'AccountOpened':
    case 'AccountPolicyChanged':
    case 'ApiKeyIssued':
    case 'ApiKeyRevoked':
    case 'CustomerCreated':
    case 'CustomerUpdated':
    case 'PurseMinted':
      return null;
  }
}
