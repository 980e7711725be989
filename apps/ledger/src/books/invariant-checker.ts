import { setTimeout as sleep } from 'node:timers/promises';
import {
  BOOKS,
  creditViolations,
  eventViolations,
  type Figures,
  figuresViolations,
  floorAfter,
  type Invariant,
  lineViolations,
  POSTING_KINDS,
  type Posting,
  postingViolations,
  sameFigures,
  type Violation,
} from '@daybook/domain';
import type { DataSource } from 'typeorm';
import { figuresIn } from './figure-columns';
import { FIGURES_AFTER, FIGURES_OF, LINES_AFTER, REPLENISHMENTS_AFTER } from './invariant-queries';

/** How often the books are checked. */
const EVERY_MS = 1_000;
/** New lines per check: more than a busy ledger books in a second. */
const NEW_LINES_MAX = 2_000;
/** Rows of each table per step of the full sweep: a few milliseconds, however large the tables are. */
const SWEPT_ROWS = 250;
/** Violations kept in memory; a longer list would not help. */
const REMEMBERED_MAX = 1_000;

const FIRST_KEY = { ownerId: '00000000-0000-0000-0000-000000000000', asset: '' };

export type InvariantChecker = ReturnType<typeof startInvariantChecker>;

interface CheckerOptions {
  readonly everyMs?: number;
  onViolation(violation: Violation): void;
  onError?(error: unknown): void;
}

type Row = Readonly<Record<string, string | boolean | null>>;

/**
 * Checks the books while they are written. Each check takes the lines booked since the last one and a
 * slice of all other rows. So its cost is bounded, and every row is checked eventually. It reads the
 * read models only.
 */
export function startInvariantChecker(
  dataSource: DataSource,
  { everyMs = EVERY_MS, onViolation, onError }: CheckerOptions,
) {
  const stopping = new AbortController();
  const found = new Map<Invariant, number>();
  const violated = new Map<string, { violation: Violation; sweep: number }>();
  let [checked, sweeps] = [-1n, 0];
  let [lines, key, replenishment] = [0n, FIRST_KEY, FIRST_KEY.ownerId];
  /** The tables that this sweep has finished. */
  const swept = new Set<'lines' | 'figures' | 'replenishments'>();

  function note(violations: readonly Violation[]): void {
    for (const violation of violations) {
      const name = `${violation.invariant} ${violation.subject}`;
      const isKnown = violated.has(name);
      if (isKnown || violated.size < REMEMBERED_MAX)
        violated.set(name, { violation, sweep: sweeps });
      if (isKnown) continue;
      found.set(violation.invariant, (found.get(violation.invariant) ?? 0) + 1);
      onViolation(violation);
    }
  }

  const query = (sql: string, values: unknown[]): Promise<Row[]> => dataSource.query(sql, values);

  async function checkLines(after: bigint, limit: number) {
    const rows = await query(LINES_AFTER, [after.toString(), limit]);
    const reached = BigInt((rows[0]?.reached as string | null) ?? 0);
    const booked = rows.filter(({ position }) => position !== null);
    for (const row of booked) note(violationsOfLine(row));
    for (const [position, posted] of byPosition(booked)) {
      note(eventViolations(`journal_line ${position}`, posted));
    }
    const last = booked.at(-1);
    const isFull = booked.length >= limit && last !== undefined;
    return { end: isFull ? BigInt(last.position as string) : reached, isFull, booked, reached };
  }

  async function checkNew(): Promise<void> {
    // The sweep checks what was booked before the start, and what a crash of the server rolled back.
    if (checked < 0n) checked = (await checkLines(BigInt(Number.MAX_SAFE_INTEGER), 1)).reached;
    const { end, booked, reached } = await checkLines(checked, NEW_LINES_MAX);
    const touched = new Map(booked.map((row) => [`${row.owner_id} ${row.asset}`, row]));
    const [owners, assets] = [
      [...touched.values()].map((row) => row.owner_id),
      [...touched.values()].map((row) => row.asset),
    ];
    if (owners.length > 0) {
      for (const row of await query(FIGURES_OF, [owners, assets])) note(violationsOfFigures(row));
    }
    checked = reached < checked ? reached : end;
  }

  async function sweepSlice(): Promise<void> {
    const slice = await checkLines(lines, SWEPT_ROWS);
    lines = slice.isFull ? slice.end : 0n;
    if (!slice.isFull) swept.add('lines');

    const figures = await query(FIGURES_AFTER, [key.ownerId, key.asset, SWEPT_ROWS]);
    for (const row of figures) note(violationsOfFigures(row));
    const lastKey = figures.length === SWEPT_ROWS ? figures.at(-1) : undefined;
    key =
      lastKey === undefined
        ? FIRST_KEY
        : { ownerId: String(lastKey.owner_id), asset: String(lastKey.asset) };
    if (lastKey === undefined) swept.add('figures');

    const credits = await query(REPLENISHMENTS_AFTER, [replenishment, SWEPT_ROWS]);
    for (const { id, booked, credited } of credits) {
      note(creditViolations(`replenishment ${id}`, booked === true ? 1 : 0, credited === true));
    }
    const lastCredit = credits.length === SWEPT_ROWS ? credits.at(-1) : undefined;
    replenishment = lastCredit === undefined ? FIRST_KEY.ownerId : String(lastCredit.id);
    if (lastCredit === undefined) swept.add('replenishments');
    if (swept.size === 3) endSweep();
  }

  /** A violation that a full sweep does not find again has been repaired. */
  function endSweep(): void {
    for (const [name, { sweep }] of violated) if (sweep < sweeps) violated.delete(name);
    sweeps += 1;
    swept.clear();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await checkNew();
        await sweepSlice();
      } catch (error) {
        // The checked position does not advance; the metrics show it.
        onError?.(error);
      }
      await sleep(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  const ended = run();
  return {
    /** Every line up to here was checked after it was written. */
    checkedPosition: () => (checked < 0n ? 0n : checked),
    /** What is wrong now, as far as the last looks and the last full sweep know. */
    violated: () => [...violated.values()].map(({ violation }) => violation),
    /** How many violations were found since the start, each once for as long as it lasts. */
    found: (): ReadonlyMap<Invariant, number> => found,
    /** Full sweeps since the start. */
    sweeps: () => sweeps,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

function violationsOfLine(row: Row): readonly Violation[] {
  const subject = `journal_line ${row.position} of ${row.owner_id}, ${row.asset}`;
  const { kind, debit_kind: debit, credit_kind: credit } = row;
  if (!isNamed(kind, POSTING_KINDS) || !isNamed(debit, BOOKS) || !isNamed(credit, BOOKS)) {
    const detail = `kind ${kind}, debit ${debit} and credit ${credit} are not all known`;
    return [{ invariant: 'posting-is-of-its-kind', subject, detail }];
  }
  const posting = postingIn(row);
  const [before, after] = [figuresIn(row, 'before_'), figuresIn(row, 'after_')];
  return [
    ...postingViolations(posting),
    ...lineViolations(subject, before, posting, after),
    ...figuresViolations(subject, after, floorAfter(before, posting, after)),
  ];
}

function isNamed(name: Row[string] | undefined, of: object): boolean {
  return Object.hasOwn(of, String(name));
}

function postingIn(row: Row): Posting {
  // Strings of the table, which the caller has checked or does not use.
  return {
    kind: row.kind,
    debit: row.debit_kind,
    credit: row.credit_kind,
    asset: row.asset,
    amount: BigInt(String(row.amount)),
    accountId: row.account_id,
    customerId: row.customer_id,
    purseId: row.purse_id,
    chargeId: row.charge_id,
  } as Posting;
}

function byPosition(rows: readonly Row[]): ReadonlyMap<unknown, readonly Posting[]> {
  const posted = new Map<unknown, Posting[]>();
  for (const row of rows) {
    posted.set(row.position, [...(posted.get(row.position) ?? []), postingIn(row)]);
  }
  return posted;
}

function violationsOfFigures(row: Row): readonly Violation[] {
  const subject = `figures ${row.owner_id}, ${row.asset}`;
  const [now, after] = [figuresIn(row, 'now_'), figuresIn(row, 'after_')];
  const violations = [...figuresViolations(subject, now, after)];
  if (!sameFigures(now, after)) {
    const detail = `${textOf(now)}; after the last line ${textOf(after)}`;
    violations.push({ invariant: 'journal-sums-to-figures', subject, detail });
  }
  return violations;
}

function textOf(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
