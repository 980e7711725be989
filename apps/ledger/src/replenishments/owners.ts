import {
  CUSTOMER_STATUS_AFTER,
  type CustomerEvent,
  type Family,
  type OwnerFacts,
  type Parties,
  PURSE_STATUS_AFTER,
  type PurseEvent,
  upcast,
} from '@daybook/domain';
import type { EventStore, Position, RecordedEvent } from '@daybook/event-store';

/** The destination of a transfer. An address is only meaningful together with its family. */
export interface Receiver {
  readonly family: Family;
  /** Canonical. */
  readonly address: string;
}

/** The key of a receiver in maps. */
export function keyOf({ family, address }: Receiver): string {
  return `${family}:${address}`;
}

/** The owner of an address, and what decides where a credit goes. */
export interface Owner extends OwnerFacts {
  readonly parties: Parties;
  /** The merchant's order id of the purse. It never changes after the mint. */
  readonly outsideOrderId: string | null;
  /** Whether the account wants final transfers screened before they are credited. */
  readonly screening: boolean;
  /** Whether the purse was ever archived and restored. */
  readonly purseWasRestored: boolean;
}

/** The owners of receivers in the read models at a position. */
export interface KnownOwners {
  readonly position: Position;
  /** By `keyOf`; an unknown receiver has no entry. */
  readonly owners: ReadonlyMap<string, Owner>;
}

export type FindOwners = (receivers: readonly Receiver[]) => Promise<KnownOwners>;

/** Waits until the read models have reached the current end of the event log. */
export type CatchUp = () => Promise<void>;

/** The kinds of streams that change owners. An account's policy is read with the owner. */
const KINDS = ['customer', 'purse'] as const;

/** More newer events than this means that the read models are far behind, such as during a rebuild. */
const NEWS_MAX = 5_000;

/** The read models are too far behind the event log. Retryable. */
export class OwnersNotKnownYet extends Error {
  override readonly name = 'OwnersNotKnownYet';

  constructor() {
    super('The read models are too far behind the event log to find the owners of addresses.');
  }
}

/**
 * The current owners of addresses: the read models at their position, plus the newer events of the event
 * log. So a block of a customer that was acknowledged before this read counts, however far the read models
 * lag. A batch of any size costs two queries.
 */
export class Owners {
  constructor(
    private readonly store: EventStore,
    private readonly find: FindOwners,
    private readonly catchUp: CatchUp,
  ) {}

  /**
   * The owners by `keyOf`; a receiver without a purse has no entry. Rejects with `OwnersNotKnownYet`.
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

/** Whether an event mints a purse for one of these receivers, so that the read models will have it soon. */
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
    const { stream } = recorded;
    changes.set(stream, { ...changes.get(stream), ...changeOf(recorded) });
  }
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

/** What an event changes of the owner, by the status that the domain declares for it. */
function changeOf(recorded: RecordedEvent): Partial<Owner> {
  // The read was limited to streams of customers and purses.
  const { type } = upcast(recorded) as CustomerEvent | PurseEvent;
  if (type in PURSE_STATUS_AFTER) {
    const purseStatus = PURSE_STATUS_AFTER[type as PurseEvent['type']];
    return { purseStatus, ...(type === 'PurseRestored' && { purseWasRestored: true }) };
  }
  const status = CUSTOMER_STATUS_AFTER[type as CustomerEvent['type']];
  return status === null ? {} : { customerBlocked: status === 'blocked' };
}
