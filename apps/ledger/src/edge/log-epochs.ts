import type { EventStore, LogIdentity, Position } from '@daybook/event-store';
import { Problem } from './problem';

// Positions mean something in one epoch of one log only, so whatever has one also has the name of both: `<id>.<epoch>`.

/** Epochs are few: nobody adopts a log a million times. */
export const LOG_NAME =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[1-9][0-9]{0,5}$/;
export const LOG_NAME_LENGTH_MAX = 43;

/** Between the cursor of a list and the name of the log. No cursor has it. */
const OF_LOG = '|';

/** The identity and the epoch of a log as clients see them; empty for a log that was not checked. */
export function nameOfLog(log: LogIdentity | undefined): string {
  return log === undefined ? '' : `${log.id}.${log.epoch}`;
}

/** In every answer. A request may send it with the positions of that answer: `minPosition`, `asOf`, `after`. */
export const LOG_HEADER = 'daybook-log';

/** The header that says of which log an answer is; none for a log that was not checked. */
export function logHeader({ identity }: EventStore): Readonly<Record<string, string>> {
  return identity === undefined ? {} : { [LOG_HEADER]: nameOfLog(identity) };
}

/** Refuses a request whose header says that it is of another log or epoch with `epoch-ended`, `malformed-request`. */
export function requireEpochOf(store: EventStore, header: string | string[] | undefined): void {
  if (header === undefined) return;
  if (typeof header !== 'string' || !LOG_NAME.test(header)) {
    throw new Problem('malformed-request', `${LOG_HEADER} must be that of an earlier answer.`);
  }
  requireEpoch(store, header);
}

/** Refuses positions of another log or another epoch with `epoch-ended`. */
export function requireEpoch({ identity }: EventStore, name: string | undefined): void {
  if (identity === undefined || name === undefined || name === nameOfLog(identity)) return;
  throw new Problem('epoch-ended', whatToDo(identity, name));
}

function whatToDo(log: LogIdentity, name: string): string {
  const now = `The event log is ${nameOfLog(log)} now`;
  const [id, epoch] = name.split('.');
  const since = id === log.id ? log.ended.filter((each) => each.epoch >= Number(epoch)) : [];
  if (since.length === 0) {
    return `${now}, and this is from ${name}, which it never was. Start again without a cursor or position.`;
  }
  const [through] = since
    .map(({ validThrough }) => BigInt(validThrough))
    .sort((one, other) => (one < other ? -1 : 1));
  return (
    `${now}: it was restored, and what was read of ${name} beyond position ${through} is void. Discard that, and continue ` +
    `after ${through}, or where you were if that is before it; start a list again without its cursor.`
  );
}

/** A request for a page with the cursor that the list gave. Refuses with `epoch-ended`. */
export function withOwnCursor<Request extends object>(
  store: EventStore,
  request: Request,
): Request {
  const { cursor } = request as { cursor?: string };
  if (cursor === undefined || store.identity === undefined) return request;
  const text = Buffer.from(cursor, 'base64url').toString();
  const [own = '', name] = text.split(OF_LOG);
  // Earlier versions, which knew the first epoch only, left the name out.
  requireEpoch(store, name ?? `${store.identity.id}.1`);
  return Object.assign(request, { cursor: Buffer.from(own).toString('base64url') });
}

/** A page whose cursor has the name of the log. */
export function withNamedCursor<Answer extends object>(store: EventStore, answer: Answer): Answer {
  const { nextCursor } = answer as { nextCursor?: string | null };
  if (typeof nextCursor !== 'string' || store.identity === undefined) return answer;
  const own = Buffer.from(nextCursor, 'base64url').toString();
  const named = Buffer.from(`${own}${OF_LOG}${nameOfLog(store.identity)}`).toString('base64url');
  return { ...answer, nextCursor: named };
}

/** Positions are far below this in every epoch: they have up to 18 digits. */
const EPOCH_SPAN = 10n ** 18n;

/**
 * The place of a position among those of all epochs: what a later epoch wrote comes after all of an earlier one, whose
 * positions it may use again. In the first epoch it is the position. Watchers know addresses by it.
 */
export function orderOf(position: Position, log: LogIdentity | undefined): bigint {
  const before = log?.ended.findLast(({ validThrough }) => BigInt(validThrough) < position);
  return position + BigInt(before?.epoch ?? 0) * EPOCH_SPAN;
}

/** The position that has this order. */
export function positionOf(order: bigint): Position {
  return order % EPOCH_SPAN;
}
