import { type BalanceV1, type FiguresV1, type LedgerEventV1, TOPICS } from '@daybook/contracts';
import {
  type Asset,
  type DomainEvent,
  type Family,
  type Figures,
  idOf,
  NO_FIGURES,
  postFigures,
  postings,
  SCHEMA_VERSIONS,
  upcast,
} from '@daybook/domain';
import type { Position, RecordedEvent } from '@daybook/event-store';
import type { Message } from '@daybook/messaging';
import { aboutEvent, headersOf } from './cloud-events';
import { isPublic, type PublicDomainEvent, subjectOf } from './public-events';

/** What is known of a key at a position: enough to tell its next event. */
export interface KeyState {
  /** Of the last event that was told with this key. */
  readonly position: Position;
  /** Null for a key that is no purse. */
  readonly purse: ToldPurse | null;
}

export interface ToldPurse {
  readonly accountId: string;
  readonly customerId: string;
  readonly family: Family;
  readonly address: string;
  /** By asset. */
  readonly figures: Readonly<Record<string, ToldFigures>>;
}

/** Figures and the event that moved them last. */
export interface ToldFigures {
  readonly figures: Figures;
  readonly position: Position;
  /** RFC 3339, UTC. */
  readonly time: string;
}

/** One event that is told outside, in its current shape. */
export interface Telling {
  readonly recorded: RecordedEvent;
  readonly event: PublicDomainEvent;
  /** The purse's id for purses and their replenishments, else the stream. */
  readonly key: string;
}

export type FindAsset = (id: string) => Asset | null;

/** The events among `events` that are told outside. Throws `UnknownEvent`. */
export function tellings(events: readonly RecordedEvent[]): readonly Telling[] {
  return events.flatMap((recorded) => {
    const event: DomainEvent = upcast(recorded);
    return isPublic(event) ? [{ recorded, event, key: keyOf(event, recorded.stream) }] : [];
  });
}

function keyOf(event: PublicDomainEvent, stream: string): string {
  if ('purseId' in event.data) return event.data.purseId;
  return stream.startsWith('purse-') ? idOf(stream) : stream;
}

/**
 * The message of one event on `daybook.ledger-event.v1`, and the state of its key after it. It
 * follows from the log alone: the same events always give the same bytes.
 */
export function tell(
  { recorded, event, key }: Telling,
  before: KeyState | undefined,
  findAsset: FindAsset,
): { readonly message: Message; readonly after: KeyState; readonly moved: string | null } {
  const { position, recordedAt, stream } = recorded;
  const moved = postings(event)[0]?.asset ?? null;
  const purse = purseAfter(recorded, event, before?.purse ?? null);
  const subject = subjectOf(stream);
  const figures = moved === null ? undefined : purse?.figures[moved];
  const value: LedgerEventV1 = {
    id: recorded.id,
    type: event.type,
    position: position.toString(),
    previousPosition: before?.position.toString() ?? null,
    recordedAt,
    subject,
    accountId: recorded.metadata.accountId,
    customerId: customerOf(event, stream, purse),
    purseId: purse === null ? null : key,
    data: dataOf(event),
    balances:
      moved === null || figures === undefined
        ? null
        : figuresWire(moved, figures.figures, findAsset),
  };
  const type = `daybook.${event.type}.v${SCHEMA_VERSIONS[event.type]}`;
  const topic = TOPICS.ledgerEvent;
  const headers = headersOf({ ...aboutEvent(recorded), topic, type, subject, key });
  const message = { id: recorded.id, key, value: JSON.stringify(value), headers };
  return { message, after: { position, purse }, moved };
}

/** The message on `daybook.balance.v1` about what a purse holds of one asset. */
export function tellBalance(
  purseId: string,
  purse: ToldPurse,
  asset: string,
  findAsset: FindAsset,
): Message {
  const told = purse.figures[asset];
  if (told === undefined) throw new Error(`Purse ${purseId} never held ${asset}.`);
  const { figures, position, time } = told;
  const { accountId, customerId, family, address } = purse;
  const key = `${purseId}/${asset}`;
  const value: BalanceV1 = {
    purseId,
    accountId,
    customerId,
    family,
    address,
    ...figuresWire(asset, figures, findAsset),
    position: position.toString(),
  };
  const id = `${key}@${position}`;
  const [topic, type, subject] = [TOPICS.balance, 'daybook.Balance.v1', `purse/${purseId}`];
  const headers = headersOf({ topic, id, type, subject, key, position, time });
  return { id, key, value: JSON.stringify(value), headers };
}

function purseAfter(
  { position, recordedAt }: RecordedEvent,
  event: PublicDomainEvent,
  purse: ToldPurse | null,
): ToldPurse | null {
  if (event.type === 'PurseMinted') {
    const { accountId, customerId, family, address } = event.data;
    return { accountId, customerId, family, address, figures: {} };
  }
  if (purse === null && 'purseId' in event.data) {
    throw new Error(
      `Purse ${event.data.purseId} has a replenishment, but no mint comes before it.`,
    );
  }
  const [first, ...rest] = postings(event);
  if (purse === null || first === undefined) return purse;
  const { asset } = first;
  const before = purse.figures[asset]?.figures ?? NO_FIGURES;
  const figures = [first, ...rest].reduce(postFigures, before);
  const moved = { figures, position, time: recordedAt };
  return { ...purse, figures: { ...purse.figures, [asset]: moved } };
}

function customerOf(
  event: PublicDomainEvent,
  stream: string,
  purse: ToldPurse | null,
): string | null {
  if ('customerId' in event.data) return event.data.customerId;
  return purse?.customerId ?? (stream.startsWith('customer-') ? idOf(stream) : null);
}

/**
 * The fact without what stands beside it already, and without anything that an account calls its
 * customers or writes about them: a topic cannot forget a person.
 */
function dataOf(event: PublicDomainEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'CustomerCreated':
      return { createdAt: event.data.createdAt };
    case 'CustomerUpdated':
    case 'CustomerBlocked':
    case 'CustomerUnblocked':
      return {};
    case 'PurseMinted': {
      const { family, address, outsideOrderId, mintedAt } = event.data;
      return { family, address, outsideOrderId, mintedAt };
    }
    case 'PurseArchived':
    case 'PurseRestored':
    case 'PurseDeclined':
      return event.data;
    case 'ReplenishmentSeen':
    case 'ReplenishmentDetected':
    case 'ComplianceCheckStarted':
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
    case 'ReplenishmentReverted':
    case 'ReplenishmentDropped':
    case 'ReplenishmentRejected': {
      const { accountId: _, customerId: __, purseId: ___, ...data } = event.data;
      return data;
    }
  }
}

function figuresWire(asset: string, figures: Figures, findAsset: FindAsset): FiguresV1 {
  const known = findAsset(asset);
  return {
    asset,
    currency: known?.currency ?? null,
    decimals: known?.decimals ?? null,
    custody: figures.custody.toString(),
    claimCustomer: figures.claimCustomer.toString(),
    claimAccount: figures.claimAccount.toString(),
    suspense: figures.suspense.toString(),
    received: figures.received.toString(),
    reversed: figures.reversed.toString(),
    receipts: figures.receipts.toString(),
  };
}
