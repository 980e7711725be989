import {
  addressViolations,
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
import type { EventStore } from '@daybook/event-store';
import { pause, textArray, uuidArray } from '@daybook/platform/plain';
import type { DataSource } from 'typeorm';
import { parseFigures } from './figure-columns';
import {
  FIGURES_AFTER,
  FIGURES_OF,
  HELD_PURSES_AFTER,
  LINES_AFTER,
  REPLENISHMENTS_AFTER,
} from './invariant-queries';
import { compareWithLog } from './log-comparison';

/** How often the books are checked. */
const EVERY_MS = 1_000;
/** New lines per check: more than a busy ledger books in a second. */
const NEW_LINES_MAX = 2_000;
/** Rows of each table per step of the full sweep: a few milliseconds, however large the tables are. */
const SWEPT_ROWS = 250;
/** Violations remembered, counted and logged at once. Further ones are noted when these are repaired. */
const REMEMBERED_MAX = 1_000;

export type InvariantChecker = ReturnType<typeof startInvariantChecker>;

interface CheckerOptions {
  readonly everyMs?: number;
  /** The event log, with which rows are compared besides. */
  readonly store?: EventStore;
  onViolation(violation: Violation): void;
  onError?(error: unknown): void;
}

type Row = Readonly<Record<string, string | boolean | null>>;

/** A table that is checked in slices, in the order of its key. */
interface Swept {
  /** Reads the rows after a key; its last parameter is their number. */
  readonly sql: string;
  readonly key: readonly string[];
  readonly firstKey: readonly string[];
  check(row: Row): readonly Violation[];
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const SWEPT: readonly Swept[] = [
  {
    sql: FIGURES_AFTER,
    key: ['owner_id', 'asset'],
    firstKey: [FIRST_ID, ''],
    check: violationsOfFigures,
  },
  { sql: REPLENISHMENTS_AFTER, key: ['id'], firstKey: [FIRST_ID], check: violationsOfCredit },
  { sql: HELD_PURSES_AFTER, key: ['id'], firstKey: [FIRST_ID], check: violationsOfAddress },
];

/**
 * Checks the books while they are written. Each check takes the lines booked since the last one and a
 * slice of all other rows. So its cost is bounded, and every row is checked eventually. Of the event log it reads the
 * streams of keys, purses and branches only.
 */
export function startInvariantChecker(
  dataSource: DataSource,
  { everyMs = EVERY_MS, store, onViolation, onError }: CheckerOptions,
) {
  const stopping = new AbortController();
  const found = new Map<Invariant, number>();
  const violated = new Map<string, { violation: Violation; sweep: number }>();
  let [checked, sweeps] = [-1n, 0];
  /** The last swept line, and the last swept key of each other table. */
  let line = 0n;
  const keys = SWEPT.map(({ firstKey }) => firstKey);
  /** The tables that this sweep has finished. */
  const finished = new Set<Swept | 'lines' | 'log'>();

  function note(violations: readonly Violation[]): void {
    for (const violation of violations) {
      const name = `${violation.invariant} ${violation.subject}`;
      const isKnown = violated.has(name);
      if (!isKnown && violated.size >= REMEMBERED_MAX) continue;
      violated.set(name, { violation, sweep: sweeps });
      if (isKnown) continue;
      found.set(violation.invariant, (found.get(violation.invariant) ?? 0) + 1);
      onViolation(violation);
    }
  }

  const query = (sql: string, values: unknown[]): Promise<Row[]> => dataSource.query(sql, values);
  const log = store === undefined ? null : compareWithLog(store, query);

  async function checkLines(after: bigint, limit: number) {
    const rows = await query(LINES_AFTER, [after.toString(), limit]);
    const reached = BigInt((rows[0]?.reached as string | null) ?? 0);
    const booked = rows.filter(({ position }) => position !== null);
    const posted = new Map<unknown, Posting[]>();
    for (const row of booked) {
      note(violationsOfLine(row));
      posted.set(row.position, [...(posted.get(row.position) ?? []), postingIn(row)]);
    }
    for (const [position, of] of posted) note(eventViolations(`journal_line ${position}`, of));
    const last = booked.at(-1);
    const isFull = booked.length >= limit && last !== undefined;
    return { end: isFull ? BigInt(last.position as string) : reached, isFull, booked, reached };
  }

  async function checkNew(): Promise<void> {
    // The sweep checks what was booked before the start, and what a crash of the server rolled back. No
    // line is after this position, so the query returns the checkpoint alone.
    if (checked < 0n) checked = (await checkLines(BigInt(Number.MAX_SAFE_INTEGER), 1)).reached;
    const { end, booked, reached } = await checkLines(checked, NEW_LINES_MAX);
    const moved = [...new Map(booked.map((row) => [`${row.owner_id} ${row.asset}`, row])).values()];
    if (moved.length > 0) {
      const owners = uuidArray(moved.map((row) => row.owner_id as string));
      const assets = textArray(moved.map((row) => row.asset as string));
      const values = [owners, assets];
      for (const row of await query(FIGURES_OF, values)) note(violationsOfFigures(row));
    }
    checked = reached < checked ? reached : end;
  }

  async function sweepSlice(): Promise<void> {
    const slice = await checkLines(line, SWEPT_ROWS);
    line = slice.isFull ? slice.end : 0n;
    if (!slice.isFull) finished.add('lines');

    for (const [i, table] of SWEPT.entries()) {
      const rows = await query(table.sql, [...(keys[i] ?? []), SWEPT_ROWS]);
      for (const row of rows) note(table.check(row));
      const last = rows.length === SWEPT_ROWS ? rows.at(-1) : undefined;
      keys[i] = last === undefined ? table.firstKey : table.key.map((name) => String(last[name]));
      if (last === undefined) finished.add(table);
    }
    const compared = (await log?.step()) ?? { violations: [], isEnd: true };
    note(compared.violations);
    if (compared.isEnd) finished.add('log');
    if (finished.size > SWEPT.length + 1) endSweep();
  }

  /** A violation that a full sweep does not find again has been repaired. */
  function endSweep(): void {
    for (const [name, { sweep }] of violated) if (sweep < sweeps) violated.delete(name);
    sweeps += 1;
    finished.clear();
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
      await pause(everyMs, stopping.signal);
    }
  }

  const ended = run();
  return {
    /** Every line that was booked since the start, up to here, was checked. The sweep checks older lines. */
    checkedPosition: () => (checked < 0n ? 0n : checked),
    /** The violations found by the last checks and the last full sweep. */
    violated: () => [...violated.values()].map(({ violation }) => violation),
    /** How many violations were found since the start. One that lasts counts once. */
    found: (): ReadonlyMap<Invariant, number> => found,
    /** Full sweeps since the start. */
    sweeps: () => sweeps,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

function violationsOfCredit({ id, booked, credited }: Row): readonly Violation[] {
  return creditViolations(`replenishment ${id}`, booked === true ? 1 : 0, credited === true);
}

function violationsOfAddress({ id, held }: Row): readonly Violation[] {
  return addressViolations(String(id), held as string | null);
}

function violationsOfLine(row: Row): readonly Violation[] {
  const subject = `journal_line ${row.position} of ${row.owner_id}, ${row.asset}`;
  const { kind, debit, credit } = row;
  if (!isNamed(kind, POSTING_KINDS) || !isNamed(debit, BOOKS) || !isNamed(credit, BOOKS)) {
    const detail = `kind ${kind}, debit ${debit} and credit ${credit} are not all known`;
    return [{ invariant: 'posting-is-of-its-kind', subject, detail }];
  }
  const posting = postingIn(row);
  const [before, after] = [figuresOf(row.before), figuresOf(row.after)];
  return [
    ...postingViolations(posting),
    ...lineViolations(subject, before, posting, after),
    ...figuresViolations(subject, after, floorAfter(before, posting, after)),
  ];
}

function isNamed(name: Row[string] | undefined, of: object): boolean {
  return Object.hasOwn(of, String(name));
}

/** The columns of a line have the names of a posting's properties; the caller has checked their values. */
function postingIn(row: Row): Posting {
  return { ...row, amount: BigInt(String(row.amount)) } as unknown as Posting;
}

function violationsOfFigures(row: Row): readonly Violation[] {
  const subject = `figures ${row.owner_id}, ${row.asset}`;
  const [now, after] = [figuresOf(row.now), figuresOf(row.after)];
  const violations = figuresViolations(subject, now, after);
  if (sameFigures(now, after)) return violations;
  const detail = `${textOf(now)}; after the last line ${textOf(after)}`;
  return [...violations, { invariant: 'journal-sums-to-figures', subject, detail }];
}

function figuresOf(text: Row[string] | undefined): Figures {
  return parseFigures(String(text));
}

function textOf(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
