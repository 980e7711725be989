import { upcast } from '@daybook/domain';
import { type EventStore, happenedAt, type Position, START } from '@daybook/event-store';
import type { Client } from 'pg';
import { adoptedIn } from './bring-back';

const PAGE_EVENTS = 1_000;

/** Of what the tables know: where in the log it began, and when. */
const EVIDENCE = `
  SELECT 'customer-' || id AS stream, first_position AS position, created_at AS at FROM ledger.customer
  UNION ALL SELECT 'purse-' || id, first_position, minted_at FROM ledger.purse
  UNION ALL SELECT 'branch-' || branch, position, opened_at FROM ledger.address_branch
  UNION ALL SELECT 'replenishment-' || id, first_position, created_at FROM ledger.replenishment
  UNION ALL SELECT 'outflow-' || id, first_position, created_at FROM ledger.outflow`;
const COUNT = `SELECT count(*)::int AS n FROM (${EVIDENCE}) AS known`;
/** One of them, in the order of the log. */
const AT = `SELECT stream, position, at FROM (${EVIDENCE}) AS known ORDER BY position OFFSET $1 LIMIT 1`;

/** How many of the first of these events the tables know by their times. */
const KNOWN = `
  SELECT coalesce(min(e.i) FILTER (WHERE NOT EXISTS (
           SELECT FROM ledger.log_time l WHERE l.recorded_at = e.at AND l.position >= e.position)),
         count(*) + 1) - 1 AS n
    FROM unnest($1::timestamptz[], $2::bigint[]) WITH ORDINALITY AS e(at, position, i)`;

/**
 * The last position up to which log and tables are known to agree: below the true one at worst, never above it. Reads the
 * log by the streams that the tables know, because positions of another log are no places to read from. What an adoption
 * brought back that the tables have not read is no evidence, though it may be where it was before: it begins an epoch after
 * `epochRead`.
 */
export async function validThrough(
  client: Client,
  store: EventStore,
  epochRead: number,
): Promise<Position> {
  const [{ n }] = (await client.query<{ n: number }>(COUNT)).rows as [{ n: number }];
  let [agreed, differs] = [0, n + 1];
  let through = START;
  // What agrees is a prefix.
  while (differs - agreed > 1) {
    const place = (agreed + differs) >> 1;
    const found = await agreesAt(client, store, { place, epochRead });
    if (found === null) differs = place;
    else [agreed, through] = [place, found];
  }
  return furtherThan(client, store, through);
}

/** The position of a piece of evidence that the log has, else null. */
async function agreesAt(
  client: Client,
  store: EventStore,
  { place, epochRead }: { readonly place: number; readonly epochRead: number },
): Promise<Position | null> {
  type Piece = { readonly stream: string; readonly position: string; readonly at: Date };
  const [piece] = (await client.query<Piece>(AT, [place - 1])).rows;
  if (piece === undefined) throw new Error(`There is no evidence ${place}.`);
  const [first] = await store.readStream(piece.stream);
  if (first === undefined || String(first.position) !== piece.position) return null;
  if (adoptedIn(first) > epochRead) return null;
  const { data } = upcast(first) as { readonly data: Readonly<Record<string, unknown>> };
  const { createdAt, mintedAt, openedAt } = data as Record<string, string | undefined>;
  const at = createdAt ?? mintedAt ?? openedAt ?? first.recordedAt;
  return Date.parse(at) === piece.at.getTime() ? first.position : null;
}

/** On from there, as long as the tables know every event by its time. */
async function furtherThan(client: Client, store: EventStore, from: Position): Promise<Position> {
  for (let after = from; ; ) {
    const { events, end, atEnd } = await store.readAll({ after, limit: PAGE_EVENTS });
    const values = [events.map(happenedAt), events.map(({ position }) => String(position))];
    const [{ n }] = (await client.query<{ n: string }>(KNOWN, values)).rows as [{ n: string }];
    const known = Number(n);
    if (known < events.length) return events[known - 1]?.position ?? after;
    if (atEnd) return end;
    after = end;
  }
}
