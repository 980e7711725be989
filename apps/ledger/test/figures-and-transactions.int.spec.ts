import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import {
  BOOKS,
  type BookKind,
  POSTING_KINDS,
  type Posting,
  postings,
  upcast,
} from '@daybook/domain';
import type { Happened } from '@daybook/event-store';
import { GetAccountBooks, GetAccountBooksHandler } from '../src/books/get-account-figures';
import { GetDeposits, GetDepositsHandler } from '../src/books/get-deposits';
import { GetFigures, GetFiguresHandler, type Owner } from '../src/books/get-figures';
import {
  GetThroughput,
  GetThroughputHandler,
  type Received,
  type Throughput,
} from '../src/books/get-throughput';
import { boundariesOf, type PeriodLength } from '../src/books/periods';
import { AssetNames, AssetRegistry } from '../src/chains';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { READ_MODELS } from '../src/operations/read-models';
import { ENTRY_TYPES, type EntryFilter, readEntryPage } from '../src/transactions/entry-pages';
import { TransactionExports } from '../src/transactions/export-transactions';
import {
  type AuditLedger,
  customerAt,
  freshAuditLedger,
  numbersFrom,
  purseIdAt,
} from './audit-history';
import { toldAuditLedger } from './audit-told';

/** Close together at first and then ever farther apart, so that blocks of an account's past have many events or one. */
const spreadOf = (position: bigint) => position * position;
const FIRST = Date.parse('2026-03-27T00:00:00Z');
/** Events on both sides of hours and days, and of a change of clocks. */
const APART_MS = 37 * 60_000;

let ledger: AuditLedger;
let log: readonly Happened[];

beforeAll(async () => {
  const told = await toldAuditLedger(300);
  const { events } = await told.store.readAll({ after: 0n, limit: 10_000 });
  await told.close();
  log = events.map((recorded, i) => {
    const { data, metadata, position, ...rest } = recorded;
    const recordedAt = new Date(FIRST + i * APART_MS).toISOString().replace('Z', '000Z');
    // What is read of the log decodes data and metadata when they are asked for.
    const spread = { ...rest, data, metadata, position: spreadOf(position), recordedAt };
    return { event: upcast(recorded), recorded: { ...spread, writtenAt: recordedAt } };
  });
  ledger = await freshAuditLedger();
  const number = numbersFrom(5);
  // What a projection writes depends on no batch: these are cut at random.
  for (let from = 0; from < log.length; ) {
    const batch = log.slice(from, from + 1 + number(12));
    from += batch.length;
    await ledger.dataSource.transaction(async (sql) => {
      for (const projection of READ_MODELS) await projection.apply(batch, sql);
    });
  }
  await ledger.sql('INSERT INTO ledger.checkpoint (name, position) VALUES ($1, $2)', [
    READ_MODELS_CHECKPOINT,
    log.at(-1)?.recorded.position,
  ]);
});

afterAll(() => ledger.close());

type Line = Posting & { readonly position: bigint; readonly at: number };

const lines = (): readonly Line[] =>
  log.flatMap(({ event, recorded: { position, recordedAt } }) =>
    postings(event).map((posting) => ({ ...posting, position, at: Date.parse(recordedAt) })),
  );

/** Every position of an event, and one between each two. */
const positions = () => log.flatMap(({ recorded: { position } }) => [position - 1n, position]);

/** The balance of each book of an account by its lines: coins as debits, all else as credits. */
function booksOf(posted: readonly Line[]) {
  const sums = new Map<string, bigint>();
  const add = (asset: string, book: BookKind, debited: bigint) => {
    const by = BOOKS[book].figure === 'custody' ? debited : -debited;
    sums.set(`${asset} ${book}`, (sums.get(`${asset} ${book}`) ?? 0n) + by);
  };
  for (const { asset, debit, credit, amount } of posted) {
    add(asset, debit, amount);
    add(asset, credit, -amount);
  }
  return Object.fromEntries(sums);
}

/** What was received by lines. */
function receivedBy(posted: readonly Line[]): Record<string, Received> {
  const all: Record<string, Received> = {};
  for (const { asset, kind, amount } of posted) {
    const { throughput } = POSTING_KINDS[kind];
    if (throughput === 0) continue;
    const known = all[asset] ?? { received: 0n, takenBack: 0n, receipts: 0n };
    all[asset] =
      throughput === 1
        ? { ...known, received: known.received + amount, receipts: known.receipts + 1n }
        : { ...known, takenBack: known.takenBack + amount };
  }
  return all;
}

/** Without the assets of which nothing was received: whether they are listed depends on other movements. */
function shown(throughput: Throughput): Record<string, Received> {
  const entries = [...throughput].filter(([, of]) => of.receipts > 0n || of.takenBack > 0n);
  return Object.fromEntries(entries);
}

describe('the books of an account', () => {
  const booksAt = async (accountId: string, asOf: bigint | null) => {
    const handler = new GetAccountBooksHandler(ledger.dataSource);
    const found = await handler.execute(new GetAccountBooks(accountId, { asOf }));
    return Object.fromEntries(
      found.flatMap(({ asset, balances }) =>
        [...balances].map(([book, sum]) => [`${asset} ${book}`, sum]),
      ),
    );
  };

  it('are those of the postings up to each position', async () => {
    const all = lines();
    for (const position of positions()) {
      const posted = all.filter((line) => line.position <= position);
      expect(await booksAt(DEFAULT_ACCOUNT_ID, position)).toEqual(booksOf(posted));
    }
    expect(await booksAt(DEFAULT_ACCOUNT_ID, null)).toEqual(booksOf(all));
    const [{ count }] = (await ledger.sql('SELECT count(*) FROM ledger.account_book_at')) as [
      { count: string },
    ];
    // More rows than books: the log has several blocks.
    expect(Number(count)).toBeGreaterThan(2 * Object.keys(booksOf(all)).length);
  });

  it('are empty for an account that has nothing', async () => {
    const nobody = '00000000-0000-4000-8000-000000000009';
    expect(await booksAt(nobody, null)).toEqual({});
    expect(await booksAt(nobody, positions().at(-1) ?? 0n)).toEqual({});
  });
});

describe('throughput by period', () => {
  const owners = (): readonly (Owner | null)[] => [
    null,
    ...Array.from({ length: 6 }, (_, n) => [
      { kind: 'customer', id: customerAt(n) } as const,
      { kind: 'purse', id: purseIdAt(n) } as const,
    ]).flat(),
  ];
  const isOf = (owner: Owner | null) => (line: Line) =>
    owner === null || owner.id === (owner.kind === 'purse' ? line.purseId : line.customerId);
  const ask = (owner: Owner | null, boundaries: readonly number[], asOf: bigint | null = null) =>
    new GetThroughputHandler(ledger.dataSource).execute(
      new GetThroughput(DEFAULT_ACCOUNT_ID, { owner, asOf, boundaries, asset: null }),
    );
  const all = (by: PeriodLength, timeZone: string) => {
    const to = FIRST + log.length * APART_MS;
    return boundariesOf({ by, timeZone, from: FIRST, to }) ?? [];
  };

  it.each([
    ['hour', 'Asia/Kathmandu'],
    ['day', 'Europe/Berlin'],
    ['day', 'America/Los_Angeles'],
    ['month', 'UTC'],
  ] as const)('by %s in %s is what the postings of each say', async (by, timeZone) => {
    const boundaries = all(by, timeZone);
    expect(boundaries.length).toBeGreaterThan(2);
    let asked = 0;
    for (const owner of owners()) {
      const answer = await ask(owner, boundaries);
      if (answer === null) continue;
      asked += 1;
      const own = lines().filter(isOf(owner));
      expect(answer.periods).toHaveLength(boundaries.length - 1);
      for (const { start, end, moved } of answer.periods) {
        const within = own.filter(({ at }) => at >= start && at < end);
        expect(Object.fromEntries(moved)).toEqual(receivedBy(within));
      }
    }
    expect(asked).toBeGreaterThan(6);
  });

  it('adds up to throughput at the same position, whichever it is', async () => {
    const handler = new GetFiguresHandler(ledger.dataSource);
    const boundaries = all('day', 'Europe/Berlin');
    for (const { position } of log.filter((_, i) => i % 7 === 0).map(({ recorded }) => recorded)) {
      for (const owner of [null, { kind: 'customer', id: customerAt(1) } as const]) {
        const answer = await ask(owner, boundaries, position).catch(() => null);
        if (answer === null) continue;
        expect(answer.position).toBe(position);
        const sums = new Map<string, Received>();
        for (const [asset, of] of answer.periods.flatMap(({ moved }) => [...moved])) {
          const known = sums.get(asset) ?? { received: 0n, takenBack: 0n, receipts: 0n };
          sums.set(asset, {
            received: known.received + of.received,
            takenBack: known.takenBack + of.takenBack,
            receipts: known.receipts + of.receipts,
          });
        }
        expect(Object.fromEntries(sums)).toEqual(shown(answer.until));
        if (owner === null) continue;
        const query = new GetFigures(DEFAULT_ACCOUNT_ID, { owner, asOf: position });
        for (const { asset, figures } of (await handler.execute(query)) ?? []) {
          const { received, reversed, receipts } = figures;
          const expected = { received, takenBack: reversed, receipts };
          expect(answer.until.get(asset)).toEqual(expected);
        }
      }
    }
  });

  it('of one asset is that of this asset alone', async () => {
    const [asset] = Object.keys(receivedBy(lines()));
    const boundaries = all('month', 'UTC');
    for (const owner of owners().slice(0, 3)) {
      const request = { owner, asOf: null, boundaries, asset: asset ?? null };
      const answer = await new GetThroughputHandler(ledger.dataSource).execute(
        new GetThroughput(DEFAULT_ACCOUNT_ID, request),
      );
      if (answer === null) continue;
      const own = receivedBy(lines().filter(isOf(owner)));
      expect(shown(answer.until)).toEqual(
        Object.fromEntries(Object.entries(own).filter(([name]) => name === asset)),
      );
    }
  });

  it('of an owner of another account is not found', async () => {
    const owner = { kind: 'customer', id: customerAt(1) } as const;
    const request = { owner, asOf: null, boundaries: [], asset: null };
    const foreign = new GetThroughput('00000000-0000-4000-8000-000000000009', request);
    expect(await new GetThroughputHandler(ledger.dataSource).execute(foreign)).toBeNull();
  });
});

describe('deposits', () => {
  const OPEN: readonly string[] = ['claimCustomer', 'claimAccount'];

  /** The replenishments that are somebody's claim at a position, in the order in which they became it. */
  function depositsOf(owner: Owner, position: bigint): readonly string[] {
    let open: readonly string[] = [];
    for (const { event, recorded } of log) {
      if (recorded.position > position || !recorded.stream.startsWith('replenishment-')) continue;
      const posted = postings(event).filter(
        ({ kind, purseId, customerId }) =>
          ['receipt', 'resolution', 'reversal', 'void'].includes(kind) &&
          owner.id === (owner.kind === 'purse' ? purseId : customerId),
      );
      const id = recorded.stream.slice('replenishment-'.length);
      for (const { debit, credit } of posted) {
        if (OPEN.includes(BOOKS[debit].figure)) open = open.filter((other) => other !== id);
        if (OPEN.includes(BOOKS[credit].figure)) open = [...open, id];
      }
    }
    return open;
  }

  it('are the receipts that somebody has, at each position', async () => {
    const handler = new GetDepositsHandler(ledger.dataSource);
    const purses = new Set(lines().map(({ purseId }) => purseId));
    let most = 0;
    for (let n = 0; n < 6; n++) {
      if (!purses.has(purseIdAt(n))) continue;
      for (const owner of [
        { kind: 'customer', id: customerAt(n) } as const,
        { kind: 'purse', id: purseIdAt(n) } as const,
      ]) {
        const [{ known }] = (await ledger.sql(
          `SELECT count(*) AS known FROM ledger.${owner.kind} WHERE id = $1`,
          [owner.id],
        )) as [{ known: string }];
        if (known === '0') continue;
        for (const { recorded } of log) {
          const asOf = recorded.position;
          const open = depositsOf(owner, asOf);
          const found = await handler.execute(new GetDeposits(DEFAULT_ACCOUNT_ID, { owner, asOf }));
          expect([found.count, found.last?.replenishmentId ?? null]).toEqual([
            BigInt(open.length),
            open.at(-1) ?? null,
          ]);
          most = Math.max(most, open.length);
        }
        const now = await handler.execute(
          new GetDeposits(DEFAULT_ACCOUNT_ID, { owner, asOf: null }),
        );
        expect(now.count).toBe(
          BigInt(depositsOf(owner, log.at(-1)?.recorded.position ?? 0n).length),
        );
      }
    }
    expect(most).toBeGreaterThan(1);
  });
});

describe('the list of transactions', () => {
  /** Every row of the sources, oldest first, by a statement of its own. */
  const everything = () =>
    ledger.sql<{ id: string; type: string; status: string; asset: string; customer: string }>(`
      SELECT id, type, status, asset, customer FROM (
        SELECT id, 'replenishment' AS type, status, asset, customer_id AS customer, first_position
          FROM ledger.replenishment
        UNION ALL
        SELECT id, replace(use, 'unplanned', 'unplanned-outflow'), status, asset, customer_id,
               first_position
          FROM ledger.outflow) AS each
       ORDER BY first_position`);

  async function walk(
    filter: EntryFilter,
    { order = 'newest', limit = 7, accountId = DEFAULT_ACCOUNT_ID, scannedMax = 5_000 }: Walk = {},
  ): Promise<{ readonly ids: readonly string[]; readonly pages: number }> {
    const ids: string[] = [];
    let [from, pages] = [null as string | null, 0];
    do {
      const asked = { accountId, filter, order, from, limit, scannedMax };
      const page = await readEntryPage(ledger.dataSource, asked);
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      ids.push(...page.rows.map(({ id }) => id));
      from = page.next;
      pages += 1;
    } while (from !== null);
    return { ids, pages };
  }

  it('has every replenishment and every outflow once, in either order', async () => {
    const all = (await everything()).map(({ id }) => id);
    expect(all.length).toBeGreaterThan(20);
    expect((await walk({}, { order: 'oldest' })).ids).toEqual(all);
    expect((await walk({})).ids).toEqual([...all].reverse());
  });

  it('has those that a filter names, however few rows a page may read', async () => {
    const all = await everything();
    const types = new Set(all.map(({ type }) => type));
    expect(types).toEqual(new Set(ENTRY_TYPES));
    const filters: EntryFilter[] = [
      ...[...types].map((type) => ({ type })),
      ...[...new Set(all.map(({ status }) => status))].map((status) => ({ status })),
      ...[...new Set(all.map(({ asset }) => asset))].map((asset) => ({ asset })),
      ...[0, 1, 2].map((n) => ({ customerId: customerAt(n) })),
      { customerId: customerAt(1), type: 'replenishment', status: 'confirmed' },
    ];
    for (const filter of filters) {
      const { customerId, ...rest } = filter;
      const wanted = all.filter(
        (row) =>
          Object.entries(rest).every(([name, value]) => row[name as 'type'] === value) &&
          (customerId === undefined || row.customer === customerId),
      );
      const ids = wanted.map(({ id }) => id);
      for (const scannedMax of [3, 10, 5_000]) {
        const found = await walk(filter, { order: 'oldest', scannedMax });
        expect(found.ids).toEqual(ids);
        expect((await walk(filter, { scannedMax })).ids).toEqual([...ids].reverse());
        // A page ends where it has read its rows, whether they were wanted or not.
        if (scannedMax === 3 && filter.asset !== undefined) {
          expect(found.pages).toBeGreaterThan(all.length / 7);
        }
      }
    }
  });

  it('has those of a time, by the times of the log', async () => {
    const times = log.map(({ recorded }) => recorded.recordedAt);
    const firstOf = new Map<string, string>();
    for (const { recorded } of log) {
      const [, id] = /^(?:replenishment|outflow)-(.*)$/.exec(recorded.stream) ?? [];
      if (id !== undefined && !firstOf.has(id)) firstOf.set(id, recorded.recordedAt);
    }
    for (const [from, to] of [
      [times[20], times[150]],
      [undefined, times[100]],
      [times[100], undefined],
      [times[150], times[20]],
      ['2001-01-01T00:00:00Z', '2002-01-01T00:00:00Z'],
    ]) {
      const wanted = [...firstOf].filter(
        ([, at]) => (from === undefined || at >= from) && (to === undefined || at < to),
      );
      expect((await walk({ from, to }, { order: 'oldest' })).ids).toEqual(wanted.map(([id]) => id));
    }
  });

  it('shows another account nothing', async () => {
    const accountId = '00000000-0000-4000-8000-000000000009';
    for (const filter of [{}, { customerId: customerAt(1) }, { status: 'confirmed' }]) {
      expect(await walk(filter, { accountId, scannedMax: 1 })).toEqual({ ids: [], pages: 1 });
    }
  });
});

describe('an export of transactions', () => {
  const accountId = '00000000-0000-4000-8000-000000000077';
  const never = new AbortController().signal;
  let exports: TransactionExports;

  beforeAll(async () => {
    exports = new TransactionExports(
      ledger.dataSource,
      new AssetNames(ledger.dataSource, new AssetRegistry([])),
    );
    // An account with more than two parts of entries.
    await ledger.sql(
      `INSERT INTO ledger.outflow
       SELECT p.* FROM (SELECT * FROM ledger.outflow LIMIT 1) AS o, generate_series(1, 450) AS n,
              jsonb_populate_record(NULL::ledger.outflow, to_jsonb(o) || jsonb_build_object(
                'id', gen_random_uuid(), 'account_id', $1::text, 'first_position', 100 + n)) AS p`,
      [accountId],
    );
  });

  it('is of one moment, whatever changes meanwhile', async () => {
    const parts = exports.parts({ accountId, filter: {}, signal: never });
    const first = (await parts.next()).value;
    await ledger.sql(
      `DELETE FROM ledger.outflow WHERE account_id = $1 AND first_position % 2 = 0`,
      [accountId],
    );
    const others = [];
    for await (const part of parts) others.push(part);
    const all = [first, ...others].map((part) => part || null);
    expect(all.map((part) => [part?.data.length, part?.atEnd])).toEqual([
      [200, false],
      [200, false],
      [50, true],
    ]);
    const position = String(log.at(-1)?.recorded.position);
    expect(new Set(all.map((part) => part?.position))).toEqual(new Set([position]));
    let later = 0;
    for await (const { data } of exports.parts({ accountId, filter: {}, signal: never })) {
      later += data.length;
    }
    expect(later).toBe(225);
  });

  it('is the only one of its account, and one of few, until it ends or is left', async () => {
    const open = (of: string) => exports.parts({ accountId: of, filter: {}, signal: never });
    const one = open(accountId);
    await one.next();
    await expect(open(accountId).next()).rejects.toMatchObject({ code: 'too-many-streams' });
    const two = open(DEFAULT_ACCOUNT_ID);
    await two.next();
    const third = '00000000-0000-4000-8000-000000000078';
    await expect(open(third).next()).rejects.toMatchObject({ code: 'too-many-streams' });
    await one.return();
    await two.return();
    const again = open(accountId);
    expect((await again.next()).value).toMatchObject({ atEnd: false });
    await again.return();
  });

  it('ends when it is told to', async () => {
    const ending = new AbortController();
    const fresh = new TransactionExports(
      ledger.dataSource,
      new AssetNames(ledger.dataSource, new AssetRegistry([])),
    );
    const parts = fresh.parts({ accountId, filter: {}, signal: ending.signal });
    await parts.next();
    ending.abort(new Error('gone'));
    await expect(parts.next()).rejects.toThrow('gone');
    // Its place is free again.
    const again = fresh.parts({ accountId, filter: {}, signal: never });
    await again.next();
    await again.return();
  });
});

interface Walk {
  readonly order?: 'newest' | 'oldest';
  readonly limit?: number;
  readonly accountId?: string;
  readonly scannedMax?: number;
}
