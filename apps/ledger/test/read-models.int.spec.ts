import {
  addFigures,
  type DomainEvent,
  type Figures,
  figuresFrom,
  figuresViolations,
  fold,
  NO_FIGURES,
  NO_PROFILE,
  type Posting,
  postings,
  type ReplenishmentEvent,
  replenishment,
} from '@daybook/domain';
import { type Happened, type RecordedEvent, uuid5 } from '@daybook/event-store';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { figuresModel, movedBy } from '../../../libs/domain/testing/figures-model';
import { type Life, lives } from '../../../libs/domain/testing/lives';
import { copyOf, type TestDatabase } from '../../../test/dependencies';
import { columnOf, figuresIn } from '../src/books/figure-columns';
import { CustomerRow } from '../src/customers/customer.row';
import { migrate } from '../src/migrate';
import { READ_MODELS } from '../src/operations/read-models';
import { ReplenishmentRow } from '../src/replenishments/replenishment.row';
import { ledgerDataSource } from '../src/runtime/data-source';
import { expectedSums, storedSums } from './running-sums';

const NAMESPACE = '00000000-0000-5000-8000-000000000000';

// A failing property is run again and again while it shrinks.
let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  dataSource = await ledgerDataSource(database.url).initialize();
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** The history of several transfers, woven into one log, and where the log is cut into batches. */
const histories = fc
  .record({
    lives: fc.array(lives(fc.boolean()), { minLength: 1, maxLength: 6 }),
    weave: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
    cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 40, maxLength: 40 }),
  })
  .map(({ lives: told, weave, cuts }) => ({ log: weaveLog(told.map(eventsOf), weave), cuts }));

function eventsOf(life: Life): readonly ReplenishmentEvent[] {
  let state = replenishment.initialState;
  return life.flatMap((command) => {
    const events = replenishment.decide(command, state);
    state = fold(replenishment, events, state);
    return events.map(withUuids);
  });
}

/** Builders name parties with words; the tables want UUIDs. */
function withUuids(event: ReplenishmentEvent): ReplenishmentEvent {
  const { accountId, customerId, purseId } = event.data;
  const parties = {
    accountId: uuid5(NAMESPACE, accountId),
    customerId: uuid5(NAMESPACE, customerId),
    purseId: uuid5(NAMESPACE, purseId),
  };
  return { ...event, data: { ...event.data, ...parties } } as ReplenishmentEvent;
}

function weaveLog(
  streams: readonly (readonly ReplenishmentEvent[])[],
  weave: readonly number[],
): readonly Happened[] {
  const rest = streams.map((events, i) => ({
    stream: `replenishment-${uuid5(NAMESPACE, `life ${i}`)}`,
    events: [...events],
    revision: 0n,
  }));
  const log: Happened[] = [];
  for (let turn = 0; rest.some(({ events }) => events.length > 0); turn++) {
    const open = rest.filter(({ events }) => events.length > 0);
    const next = open[(weave[turn % weave.length] ?? 0) % open.length];
    const event = next?.events.shift();
    if (next === undefined || event === undefined) continue;
    log.push({ event, recorded: recordedAs(event, next.stream, next.revision++, log.length + 1) });
  }
  return log;
}

function recordedAs(
  event: DomainEvent,
  stream: string,
  revision: bigint,
  position: number,
): RecordedEvent {
  return {
    id: uuid5(NAMESPACE, `${stream}:${revision}`),
    type: event.type,
    data: event.data as never,
    metadata: { schemaVersion: 1, accountId: 'a', actor: 'watcher', commandId: 'c' },
    schemaVersion: 1,
    fingerprint: undefined,
    stream,
    revision,
    position: BigInt(position),
    recordedAt: new Date(Date.UTC(2026, 0, 1) + clockAt(position)).toISOString(),
  };
}

/** Milliseconds; a few events share a time, and the clock is set back now and then. */
function clockAt(position: number): number {
  return Math.floor(position / 3) * 500 - (position % 17 === 0 ? 2_000 : 0);
}

async function project(log: readonly Happened[], cuts: readonly number[]): Promise<void> {
  await dataSource.query(
    `TRUNCATE ledger.replenishment, ledger.replenishment_sum, ledger.figures, ledger.journal_line,
       ledger.log_time`,
  );
  let from = 0;
  for (let turn = 0; from < log.length; turn++) {
    const batch = log.slice(from, from + (cuts[turn % cuts.length] ?? 1));
    from += batch.length;
    await dataSource.transaction(async (manager) => {
      for (const projection of READ_MODELS) await projection.apply(batch, manager);
    });
  }
}

const byName = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]) =>
  a < b ? -1 : 1;

const RUNS = { seed: 20261121, numRuns: 60 };

describe('the read models', () => {
  it('hold what the log leads to, however it is cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ log, cuts }) => {
        await project(log, cuts);
        expect(await storedFigures()).toEqual(
          new Map([...figuresModel(log.map(({ event }) => event))].sort(byName)),
        );
        expect(await storedJournal()).toEqual(expectedJournal(log));
        expect(await storedLives()).toEqual(expectedLives(log));
        expect(await storedTimes()).toEqual(expectedTimes(log));
        expect(await storedSums(dataSource)).toEqual(await expectedSums(dataSource, log));
      }),
      RUNS,
    );
  });

  it('never break a rule of the books', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ log, cuts }) => {
        await project(log, cuts);
        for (const [subject, figures] of await storedFigures()) {
          expect(figuresViolations(subject, figures)).toEqual([]);
        }
      }),
      { ...RUNS, numRuns: 20 },
    );
  });
});

describe('a description', () => {
  it.each([
    'plain',
    'NULL',
    'null',
    '',
    ' ',
    'with "quotes", {braces}, commas',
    'back\\slash \\" and \n line',
    'Ünïcödé 🦊',
  ])('is kept as it was written: %j', async (description) => {
    const id = uuid5(NAMESPACE, `described ${description}`);
    const event = {
      type: 'CustomerCreated',
      data: {
        accountId: uuid5(NAMESPACE, 'account'),
        externalId: id,
        externalIdHash: null,
        ...NO_PROFILE,
        description,
        emailHash: null,
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    } as const;
    const batch = [{ event, recorded: recordedAs(event, `customer-${id}`, 0n, 1) }];
    await dataSource.transaction(async (manager) => {
      for (const projection of READ_MODELS) await projection.apply(batch, manager);
    });
    expect(await dataSource.getRepository(CustomerRow).findOneBy({ id })).toMatchObject({
      description,
    });
  });
});

async function storedFigures(): Promise<Map<string, Figures>> {
  const rows: Record<string, string>[] = await dataSource.query('SELECT * FROM ledger.figures');
  return new Map(
    rows
      .map((row): [string, Figures] => [`${row.owner_id} ${row.asset}`, figuresIn(row)])
      .sort(byName),
  );
}

/** Each posting with the purse's figures after its event. */
function expectedJournal(
  log: readonly Happened[],
): readonly (Posting & { position: bigint; after: Figures })[] {
  const figures = new Map<string, Figures>();
  return log.flatMap(({ event, recorded: { position } }) => {
    const moved = movedBy(event);
    if (moved === null) return [];
    const key = `${moved.parties.purseId} ${moved.asset}`;
    const after = addFigures(figures.get(key) ?? NO_FIGURES, moved.delta);
    figures.set(key, after);
    return postings(event).map((posting) => ({ position, ...posting, after }));
  });
}

async function storedJournal() {
  const rows: Record<string, string>[] = await dataSource.query(
    'SELECT * FROM ledger.journal_line ORDER BY position, line',
  );
  return rows.map((row) => ({
    position: BigInt(row.position as string),
    kind: row.kind,
    debit: row.debit_kind,
    credit: row.credit_kind,
    asset: row.asset,
    amount: BigInt(row.amount as string),
    accountId: row.account_id,
    customerId: row.customer_id,
    purseId: row.purse_id,
    chargeId: row.charge_id,
    after: figuresFrom((name) => BigInt(row[`${columnOf(name)}_after`] as string)),
  }));
}

/** A row a time, and clocks that step back take nothing back. */
function expectedTimes(log: readonly Happened[]): ReadonlyMap<number, bigint> {
  const times = new Map<number, bigint>();
  let latest = 0;
  for (const { recorded } of log) {
    latest = Math.max(latest, Date.parse(recorded.recordedAt));
    times.set(latest, recorded.position);
  }
  return times;
}

async function storedTimes(): Promise<ReadonlyMap<number, bigint>> {
  const rows: { recorded_at: Date; position: string }[] = await dataSource.query(
    'SELECT recorded_at, position FROM ledger.log_time ORDER BY recorded_at',
  );
  return new Map(rows.map((row) => [row.recorded_at.getTime(), BigInt(row.position)]));
}

/** What a client can ask of each replenishment, from folding its stream. */
function expectedLives(log: readonly Happened[]) {
  const streams = new Map<string, Happened[]>();
  for (const happened of log) {
    const { stream } = happened.recorded;
    streams.set(stream, [...(streams.get(stream) ?? []), happened]);
  }
  return [...streams].sort(byName).map(([stream, history]) => {
    const events = history.map(({ event }) => event as ReplenishmentEvent);
    const state = fold(replenishment, events);
    if (state.status === 'absent') throw new Error('A stream with events is not absent.');
    return {
      id: stream.slice('replenishment-'.length),
      status: state.status,
      purseId: state.parties.purseId,
      amount: state.transfer.amount,
      asset: state.transfer.asset,
      to: state.transfer.to,
      block: state.block?.hash ?? null,
      creditedTo: state.credit?.to ?? null,
      firstPosition: history[0]?.recorded.position.toString(),
      // What is not public leaves no trace in a row.
      lastPosition: history.findLast(showsSomething)?.recorded.position.toString(),
    };
  });
}

function showsSomething({ event }: Happened): boolean {
  return event.type !== 'ReplenishmentVersionNoted' || event.data.reason !== undefined;
}

async function storedLives() {
  const rows = await dataSource.getRepository(ReplenishmentRow).find();
  return rows
    .map((row) => ({
      id: row.id,
      status: row.status,
      purseId: row.purseId,
      amount: row.amount,
      asset: row.asset,
      to: row.to,
      block: row.blockHash,
      creditedTo: row.creditedTo,
      firstPosition: row.firstPosition,
      lastPosition: row.lastPosition,
    }))
    .sort((a, b) => byName([a.id], [b.id]));
}
