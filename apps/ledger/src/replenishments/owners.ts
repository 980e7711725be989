import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import {
  CUSTOMER_STATUS_AFTER,
  type CustomerEvent,
  type Family,
  fold,
  type OwnerFacts,
  type Parties,
  PURSE_STATUS_AFTER,
  type PurseEvent,
  purse,
  streamName,
  upcast,
} from '@daybook/domain';
import {
  type EventStore,
  historyIfWhole,
  type Position,
  type RecordedEvent,
} from '@daybook/event-store';
import { textArray } from '@daybook/platform/plain';
import type { DataSource } from 'typeorm';

/** An address, which is only meaningful together with its family. */
export interface Place {
  readonly family: Family;
  /** Canonical. */
  readonly address: string;
}

/** The key of an address in maps. */
export function keyOf({ family, address }: Place): string {
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

/** The owners of addresses in the read models at a position. */
export interface KnownOwners {
  readonly position: Position;
  /** By `keyOf`; an unknown address has no entry. */
  readonly owners: ReadonlyMap<string, Owner>;
}

/** The owner of an address, or undefined if no purse has it. */
export type OwnerOf = (place: Place) => Owner | undefined;

/** The kinds of streams that change owners. The policy of an account is read with the owner. */
const KINDS = ['customer', 'purse'] as const;

/** Newer events that are applied here. With more of them the read models are far behind. */
const NEWER_MAX = 5_000;

/** The read models are too far behind the event log. Retryable. */
export class OwnersNotKnownYet extends Error {
  override readonly name = 'OwnersNotKnownYet';

  constructor() {
    super('The read models are too far behind the event log to find the owners of addresses.');
  }
}

/**
 * The current owners of addresses: the rows of the read models, plus the newer events of the event log. So
 * a customer whose block was acknowledged before this read is blocked here, however far the read models
 * lag. A batch of any size costs two queries, or four if it waits for the read models.
 */
export class Owners {
  constructor(
    private readonly store: EventStore,
    private readonly find: (places: readonly Place[]) => Promise<KnownOwners>,
    /** Waits until the read models have reached the current end of the event log, or for some time. */
    private readonly catchUp: () => Promise<unknown>,
  ) {}

  /**
   * The owners of our addresses, which are expected to have one, and of the addresses at the other end, which
   * mostly have none. Rejects with `OwnersNotKnownYet`.
   */
  async of(ours: readonly Place[], others: readonly Place[]): Promise<OwnerOf> {
    const wanted = new Map([...ours, ...others].map((place) => [keyOf(place), place]));
    let owners = await this.read(wanted);
    // The purse was minted a moment ago, or the read models are far behind.
    const known = owners;
    if (known === null || ours.some((place) => !known.has(keyOf(place)))) {
      await this.catchUp();
      owners = await this.read(wanted);
    }
    if (owners === null) throw new OwnersNotKnownYet();
    const found = owners;
    return (place) => found.get(keyOf(place));
  }

  /** Null if the read models do not have a wanted purse yet, or are too far behind. */
  private async read(
    wanted: ReadonlyMap<string, Place>,
  ): Promise<ReadonlyMap<string, Owner> | null> {
    const { position, owners } = await this.find([...wanted.values()]);
    const newer = { after: position, limit: NEWER_MAX, kinds: KINDS };
    const { events, atEnd } = await this.store.readAll(newer);
    if (!atEnd) return null;
    const isMintOfUnknown = (recorded: RecordedEvent) => {
      const event = recorded.type === 'PurseMinted' ? upcast(recorded) : null;
      if (event?.type !== 'PurseMinted') return false;
      const key = keyOf(event.data);
      return wanted.has(key) && !owners.has(key);
    };
    if (events.some(isMintOfUnknown)) return null;
    return events.length === 0 ? owners : withNewer(owners, events);
  }
}

function withNewer(
  known: ReadonlyMap<string, Owner>,
  events: readonly RecordedEvent[],
): ReadonlyMap<string, Owner> {
  const changes = new Map<string, Partial<Owner>>();
  for (const recorded of events) {
    changes.set(recorded.stream, { ...changes.get(recorded.stream), ...changeOf(recorded) });
  }
  const changed = Array.from(known, ([key, owner]): [string, Owner] => {
    const { customerId, purseId } = owner.parties;
    const [customer, purse] = [streamName('customer', customerId), streamName('purse', purseId)];
    return [key, { ...owner, ...changes.get(customer), ...changes.get(purse) }];
  });
  return new Map(changed);
}

/** What an event changes of the owner, by the status that the domain declares for it. */
function changeOf(recorded: RecordedEvent): Partial<Owner> {
  // The read was limited to streams of customers and purses.
  const { type } = upcast(recorded) as CustomerEvent | PurseEvent;
  if (type in PURSE_STATUS_AFTER) {
    const purseStatus = PURSE_STATUS_AFTER[type as PurseEvent['type']];
    return {
      ...(purseStatus && { purseStatus }),
      ...(type === 'PurseRestored' && { purseWasRestored: true }),
    };
  }
  const status = CUSTOMER_STATUS_AFTER[type as CustomerEvent['type']];
  if (status === null) return {};
  return { customerBlocked: status === 'blocked', customerErased: status === 'erased' };
}

interface Row extends Parties, Pick<Owner, 'outsideOrderId' | 'purseStatus' | 'screening'> {
  readonly position: string;
  /** Null if there are no rows. */
  readonly address: string | null;
  readonly family: Family;
  readonly purseWasRestored: boolean;
  readonly customerStatus: 'active' | 'blocked' | 'erased' | null;
  readonly addressShared: boolean;
}

// One statement is one snapshot, so the position matches the rows. It is returned even without rows. Each
// address is one index lookup: as joins, the planner read all of 20,000 purses for a batch of 1,000.
const FIND = `
  SELECT coalesce(c.position, 0) AS position, o.*
    FROM (SELECT max(position) AS position FROM ledger.checkpoint WHERE name = $1) AS c
    LEFT JOIN (
      SELECT p.address, p.family, p.id AS "purseId", p.customer_id AS "customerId",
             p.account_id AS "accountId", p.outside_order_id AS "outsideOrderId",
             p.status AS "purseStatus", p.was_restored AS "purseWasRestored",
             EXISTS (SELECT FROM ledger.purse WHERE held_address = r.address AND family = r.family)
               AS "addressShared",
             (SELECT status FROM ledger.customer WHERE id = p.customer_id) AS "customerStatus",
             p.account_id IN (SELECT id FROM ledger.account WHERE screening) AS screening
        FROM unnest($2::text[], $3::text[]) AS r(address, family), LATERAL (
          SELECT * FROM ledger.purse WHERE address = r.address AND family = r.family LIMIT 1) AS p
    ) AS o ON true`;

/** The owners of the addresses that are in the read models. */
export async function findOwners(
  dataSource: DataSource,
  places: readonly Place[],
): Promise<KnownOwners> {
  const rows: Row[] = await dataSource.query(FIND, [
    READ_MODELS_CHECKPOINT,
    textArray(places.map(({ address }) => address)),
    textArray(places.map(({ family }) => family)),
  ]);
  const owners = new Map<string, Owner>();
  for (const row of rows) {
    const { address, family, purseId, customerId, accountId } = row;
    if (address === null) continue;
    owners.set(keyOf({ family, address }), {
      parties: { purseId, customerId, accountId },
      outsideOrderId: row.outsideOrderId,
      purseStatus: row.purseStatus,
      purseWasRestored: row.purseWasRestored,
      customerBlocked: row.customerStatus === 'blocked',
      customerErased: row.customerStatus === 'erased',
      addressShared: row.addressShared,
      screening: row.screening,
    });
  }
  return { position: BigInt(rows[0]?.position ?? 0), owners };
}

/** A transfer by the stream of its replenishment, with the current owner of its address. */
interface OwnedTransfer {
  readonly stream: string;
  readonly owner: Owner;
}

/**
 * The owners with the purse's status when the transfer was first recorded, because that status decides. A
 * deposit in progress when its purse is archived or declined is credited. One that was detected while the
 * purse was archived is held, even if the purse was restored since. Only purses whose status ever changed
 * are read, in one query. Rejects with `StoreUnavailable`.
 */
export async function ownersWhenFirstRecorded(
  store: EventStore,
  transfers: readonly OwnedTransfer[],
): Promise<readonly Owner[]> {
  const purseOf = ({ parties }: Owner) => streamName('purse', parties.purseId);
  const streams = transfers
    .filter(({ owner }) => owner.purseStatus !== 'active' || owner.purseWasRestored)
    .flatMap(({ stream, owner }) => [{ stream }, { stream: purseOf(owner) }]);
  if (streams.length === 0) return transfers.map(({ owner }) => owner);
  const histories = await store.readStreams(streams);
  return transfers.map(({ stream, owner }) => {
    // What is decided about an incomplete stream fails when that is read; an incomplete purse is as its row says.
    const first = historyIfWhole(histories, stream)[0];
    if (first === undefined) return owner;
    const before = historyIfWhole(histories, purseOf(owner)).filter(
      (e) => e.position < first.position,
    );
    const { status } = fold(purse, before.map(upcast) as PurseEvent[]);
    return status === 'absent' ? owner : { ...owner, purseStatus: status };
  });
}
