import type { LookUpV1, WatchReportV1 } from '@daybook/contracts';
import { pause, textArray } from '@daybook/platform/plain';
import type { DataSource } from 'typeorm';

/** How long an answer is waited for. A later request for the same asks anew. */
export const WAIT_MS = 5_000;
/** How often the answers that are waited for are read, all in one query. */
const POLL_MS = 25;
/** How long a row is kept after it was asked for last. */
const KEPT_HOURS = 24;
const PRUNE_MS = 60_000;

/** A transaction of a chain, both in canonical form. */
export interface TransactionName {
  /** CAIP-2. */
  readonly chain: string;
  readonly hash: string;
}

/** What a chain showed of a transaction when it was asked last. */
export interface KeptLookUp {
  /** Of the request that it answers. */
  readonly requestId: string;
  readonly lookUp: LookUpV1;
  readonly ageMs: number;
  /** From the request to the answer. */
  readonly tookMs: number;
}

// A request that is being answered is not repeated, also not by another process.
const ASK = `
  INSERT INTO ledger.look_up AS l (chain, hash, request_id, asked_at)
  VALUES ($1, $2, $3, clock_timestamp())
  ON CONFLICT (chain, hash) DO UPDATE SET request_id = excluded.request_id, asked_at = excluded.asked_at
   WHERE l.answered_request_id = l.request_id
      OR l.asked_at < clock_timestamp() - interval '${WAIT_MS} milliseconds'
  RETURNING request_id`;

/** Notes that a chain is asked; false if it is being asked already. */
export async function noteAsked(
  dataSource: DataSource,
  { chain, hash }: TransactionName,
  requestId: string,
): Promise<boolean> {
  const noted: unknown[] = await dataSource.query(ASK, [chain, hash, requestId]);
  return noted.length > 0;
}

const ANSWER = `
  UPDATE ledger.look_up
     SET answered_request_id = request_id, answered_at = clock_timestamp(), answer = $4,
         took_ms = extract(epoch FROM clock_timestamp() - asked_at) * 1000
   WHERE chain = $1 AND hash = $2 AND request_id = $3`;
const PRUNE = `
  DELETE FROM ledger.look_up WHERE asked_at < clock_timestamp() - interval '${KEPT_HOURS} hours'`;

let prunedAt = 0;

/** Stores the answers of watchers to the requests that are waited for. */
export async function keepLookUps(
  dataSource: DataSource,
  reports: readonly WatchReportV1[],
): Promise<void> {
  for (const { requestId, chain, lookUp } of reports) {
    if (lookUp === undefined) continue;
    const values = [chain, lookUp.transaction, requestId, JSON.stringify(lookUp)];
    await dataSource.query(ANSWER, values);
  }
  if (Date.now() - prunedAt < PRUNE_MS) return;
  prunedAt = Date.now();
  await dataSource.query(PRUNE);
}

const FIND = `
  SELECT l.chain, l.hash, answered_request_id AS "requestId", answer AS "lookUp",
         took_ms::float8 AS "tookMs",
         extract(epoch FROM clock_timestamp() - answered_at)::float8 * 1000 AS "ageMs"
    FROM unnest($1::text[], $2::text[]) AS r(chain, hash)
    JOIN ledger.look_up l ON l.chain = r.chain AND l.hash = r.hash
   WHERE answer IS NOT NULL`;

/** The last answers about transactions, of those that have one. */
async function findAnswers(
  dataSource: DataSource,
  names: readonly TransactionName[],
): Promise<readonly (KeptLookUp & TransactionName)[]> {
  return dataSource.query(FIND, [
    textArray(names.map(({ chain }) => chain)),
    textArray(names.map(({ hash }) => hash)),
  ]);
}

export async function lastAnswer(
  dataSource: DataSource,
  name: TransactionName,
): Promise<KeptLookUp | null> {
  const [found = null] = await findAnswers(dataSource, [name]);
  return found;
}

interface Waiting extends TransactionName {
  /** The answer that is known already. */
  readonly known: string | null;
  readonly until: number;
  readonly end: (answer: KeptLookUp | null) => void;
}

/** Waits for answers, whichever process of the ledger receives them. */
export class NewAnswers {
  private readonly waiting = new Set<Waiting>();
  private reading: Promise<void> | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** The next answer about a transaction after a known one; null if there is none in time. */
  next(name: TransactionName, known: KeptLookUp | null): Promise<KeptLookUp | null> {
    return new Promise((end) => {
      const until = Date.now() + WAIT_MS;
      this.waiting.add({ ...name, known: known?.requestId ?? null, until, end });
      this.reading ??= this.read();
    });
  }

  /** Never rejects: a query that fails is repeated until nobody waits any more. */
  private async read(): Promise<void> {
    while (this.waiting.size > 0) {
      await pause(POLL_MS);
      const found = await findAnswers(this.dataSource, [...this.waiting]).catch(() => []);
      const answers = new Map(found.map((answer) => [keyOf(answer), answer]));
      for (const each of this.waiting) {
        const answer = answers.get(keyOf(each));
        const isNew = answer !== undefined && answer.requestId !== each.known;
        if (!isNew && Date.now() < each.until) continue;
        this.waiting.delete(each);
        each.end(isNew ? answer : null);
      }
    }
    this.reading = null;
  }
}

export function keyOf({ chain, hash }: TransactionName): string {
  return `${chain}/${hash}`;
}
