import {
  type BalanceV1,
  type FiguresV1,
  type LedgerEventV1,
  NO_TRANSACTION,
  type ShortFigure,
  TOPICS,
} from '@daybook/contracts';
import {
  FIGURE_NAMES,
  type FigureName,
  figuresFrom,
  idOf,
  ownerOf,
  type Posting,
  postFigures,
  postings,
} from '@daybook/domain';
import type { LogIdentity, Position } from '@daybook/event-store';
import type { Message } from '@daybook/messaging';
import type { KnownAssets } from '../edge/money';
import { eventMessage, headersOf, subjectOf } from './cloud-events';
import { type PublicDomainEvent, type PublicRecord, publicData } from './public-events';

/** The state of a key at a position: enough to make the message of the key's next event. */
export interface KeyState {
  /** The position of the last event that was published with this key. */
  readonly position: Position;
  /** Null if the key is not a purse. It is stored as JSON, so amounts and positions are strings. */
  readonly purse: PurseState | null;
}

export interface PurseState
  extends Pick<BalanceV1, 'accountId' | 'customerId' | 'family' | 'address'> {
  /** By asset. */
  readonly figures: Readonly<Record<string, FiguresState>>;
}

/** Figures and the last event that changed them. */
interface FiguresState {
  /** A figure of zero is left out. */
  readonly figures: Readonly<Partial<Record<FigureName, string>>>;
  readonly position: string;
  /** RFC 3339, UTC. */
  readonly time: string;
}

export type FindAsset = KnownAssets['find'];

/** What messages say besides their event. */
export interface Publishing {
  readonly findAsset: FindAsset;
  /** The log in which positions are. */
  readonly log: LogIdentity | undefined;
}

/**
 * The version of an event's public data, part of the message type. It changes only for an incompatible
 * change, never for an added field.
 */
const DATA_VERSION = 1;

/** The key of the message of an event: the id of the purse that it is about, else the stream. */
export function keyOf({ event, recorded: { stream } }: PublicRecord): string {
  if ('purseId' in event.data && event.data.purseId !== null) return event.data.purseId;
  return stream.startsWith('purse-') ? idOf(stream) : stream;
}

/**
 * The message of one event on `daybook.ledger-event.v1`, the state of its key after it, and the assets
 * whose figures it changed; the message shows the first. All of it is derived from the event log alone, so
 * the bytes are reproducible.
 */
export function ledgerEventMessage(
  record: PublicRecord,
  before: KeyState | undefined,
  { findAsset, log }: Publishing,
): { readonly message: Message; readonly after: KeyState; readonly moved: readonly string[] } {
  const { event, recorded } = record;
  const { id, position, recordedAt, stream, metadata } = recorded;
  const key = keyOf(record);
  const purse = purseAfter(record, before?.purse ?? null);
  const moved = Object.entries(purse?.figures ?? {}).filter(
    ([asset, figures]) => figures !== before?.purse?.figures[asset],
  );
  const [shown] = moved;
  const value: LedgerEventV1 = {
    id,
    type: event.type,
    position: position.toString(),
    previousPosition: before?.position.toString() ?? null,
    recordedAt,
    subject: subjectOf(stream),
    accountId: metadata.accountId || EVERY_ACCOUNT,
    customerId: customerOf(record, purse),
    purseId: purse === null ? null : key,
    data: publicData(inReleasedWords(event), 'everyone'),
    balances: shown === undefined ? null : figuresWire(...shown, findAsset),
  };
  const type = `daybook.${event.type}.v${DATA_VERSION}`;
  const message = eventMessage(recorded, { topic: TOPICS.ledgerEvent, type, key, log, value });
  return { message, after: { position, purse }, moved: moved.map(([asset]) => asset) };
}

/** The account of what concerns all of them. */
const EVERY_ACCOUNT = '00000000-0000-0000-0000-000000000000';

/** A purse whose figure of an asset is another one than was published. */
export interface MovedFigure {
  readonly purseId: string;
  readonly asset: string;
}

/**
 * The figure that was published before the log lost what had led to it: readers of the newest figures would keep it for
 * ever. Null for every other event.
 */
function figureLost({ event }: PublicRecord): MovedFigure | null {
  if (event.type !== 'LossRecorded') return null;
  const { purseId, asset } = event.data.lost;
  return purseId === null || asset === null ? null : { purseId, asset };
}

/**
 * The message of an event and the figures that it changed, with `states` and `changed` as they are after it: what the
 * relay publishes, and what it counts as published when it goes on in a new epoch.
 */
export function foldMessage(
  record: PublicRecord,
  states: Map<string, KeyState>,
  changed: Map<string, KeyState>,
  publishing: Publishing,
): { readonly message: Message; readonly moved: readonly MovedFigure[] } {
  const set = (key: string, state: KeyState) => {
    states.set(key, state);
    changed.set(key, state);
  };
  const key = keyOf(record);
  const { message, after, moved } = ledgerEventMessage(record, states.get(key), publishing);
  set(key, after);
  const figures = moved.map((asset) => ({ purseId: key, asset }));
  const lost = figureLost(record);
  const state = lost && states.get(lost.purseId);
  // A purse that is lost itself has no owner whom a message could name.
  if (!lost || !state?.purse) return { message, moved: figures };
  const { position, recordedAt: time } = record.recorded;
  const held = state.purse.figures;
  const now = { figures: held[lost.asset]?.figures ?? {}, position: position.toString(), time };
  const purse = { ...state.purse, figures: { ...held, [lost.asset]: now } };
  set(lost.purseId, { ...state, purse });
  return { message, moved: [...figures, lost] };
}

/** The keys whose states a message of this event needs or changes. */
export function keysOf(record: PublicRecord): readonly string[] {
  const lost = figureLost(record);
  return lost === null ? [keyOf(record)] : [keyOf(record), lost.purseId];
}

/** Why nothing of a transfer counts, in words that older readers do not know. */
const UNRELEASED_REASONS: ReadonlySet<string> = new Set(['netted', 'unbacked', 'unreadable']);

/**
 * The event in words that every released schema of the topic knows: readers check by the schema that they have. A
 * transfer without a transaction has a hash of zeros there, and one of which nothing counts is of zero value; what of
 * it does not count, or that it cannot be read, stands in the transfer. What waits has one word for every reason.
 */
function inReleasedWords<Event extends PublicDomainEvent>(event: Event): Event {
  const { data } = event;
  const words: { transfer?: object; reason?: string } = {};
  if ('transfer' in data && data.transfer !== undefined && data.transfer.txHash === null) {
    words.transfer = { ...data.transfer, txHash: NO_TRANSACTION };
  }
  const isOfNothing =
    event.type === 'ReplenishmentRejected' && UNRELEASED_REASONS.has(event.data.reason);
  if (isOfNothing) words.reason = 'zero-value';
  const isNoted = event.type === 'ReplenishmentVersionNoted';
  if (isNoted) words.reason = 'awaiting-second-provider';
  // Most events have both words as they are.
  return words.transfer || words.reason ? { ...event, data: { ...data, ...words } } : event;
}

/** The message on `daybook.balance.v1` with a purse's figures of one asset. */
export function balanceMessage(
  purseId: string,
  purse: PurseState,
  asset: string,
  { findAsset, log }: Publishing,
): Message {
  const state = purse.figures[asset];
  if (state === undefined) throw new Error(`Purse ${purseId} never held ${asset}.`);
  const { position, time } = state;
  const { figures: _, ...about } = purse;
  const key = `${purseId}/${asset}`;
  const value: BalanceV1 = { purseId, ...about, ...figuresWire(asset, state, findAsset), position };
  const id = `${key}@${position}`;
  const [topic, type, subject] = [TOPICS.balance, 'daybook.Balance.v1', `purse/${purseId}`];
  const at = { position: BigInt(position), time, log };
  const headers = headersOf({ topic, id, type, subject, key, ...at });
  return { id, key, value: JSON.stringify(value), headers };
}

function purseAfter(record: PublicRecord, purse: PurseState | null): PurseState | null {
  const { event, recorded } = record;
  if (event.type === 'PurseMinted') {
    const { accountId, customerId, family, address } = event.data;
    return { accountId, customerId, family, address, figures: {} };
  }
  if (purse === null && 'purseId' in event.data && event.data.purseId !== null) {
    throw new Error(
      `Purse ${event.data.purseId} has a replenishment, but no mint comes before it.`,
    );
  }
  if (purse === null) return null;
  const at = { position: recorded.position.toString(), time: recorded.recordedAt };
  return { ...purse, figures: figuresAfter(purse.figures, keyOf(record), postings(event), at) };
}

/**
 * The figures of a purse after one event. It may have postings of several assets, and of other owners,
 * whose figures are not the purse's.
 */
export function figuresAfter(
  before: PurseState['figures'],
  purseId: string,
  posted: readonly Posting[],
  at: Pick<FiguresState, 'position' | 'time'>,
): PurseState['figures'] {
  const after = { ...before };
  for (const posting of posted.filter((each) => ownerOf(each) === purseId)) {
    const held = after[posting.asset]?.figures;
    const moved = postFigures(
      figuresFrom((name) => BigInt(held?.[name] ?? 0)),
      posting,
    );
    const figures: Partial<Record<FigureName, string>> = {};
    for (const name of FIGURE_NAMES) if (moved[name] !== 0n) figures[name] = String(moved[name]);
    after[posting.asset] = { figures, ...at };
  }
  return after;
}

function customerOf(
  { event, recorded: { stream } }: PublicRecord,
  purse: PurseState | null,
): string | null {
  if ('customerId' in event.data) return event.data.customerId;
  return purse?.customerId ?? (stream.startsWith('customer-') ? idOf(stream) : null);
}

const MAY_BE_SHORT: readonly ShortFigure[] = [
  ...(['custody', 'claimCustomer', 'claimAccount', 'suspense'] as const),
];

function figuresWire(asset: string, { figures }: FiguresState, findAsset: FindAsset): FiguresV1 {
  const { currency, decimals } = findAsset(asset) ?? { currency: null, decimals: null };
  const isBelowZero = (name: FigureName) => figures[name]?.startsWith('-') ?? false;
  const amount = (name: FigureName) => (isBelowZero(name) ? '0' : (figures[name] ?? '0'));
  const short = MAY_BE_SHORT.filter(isBelowZero);
  const shortfall = Object.fromEntries(short.map((name) => [name, figures[name]?.slice(1) ?? '0']));
  return {
    ...{ asset, currency, decimals },
    custody: amount('custody'),
    claimCustomer: amount('claimCustomer'),
    claimAccount: amount('claimAccount'),
    suspense: amount('suspense'),
    received: amount('received'),
    reversed: amount('reversed'),
    receipts: amount('receipts'),
    // The pattern of these figures, which readers validate by, has no sign.
    ...(short.length > 0 && { shortfall }),
  };
}
