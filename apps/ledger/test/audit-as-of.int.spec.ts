import {
  addFigures,
  type Figures,
  fold,
  NO_FIGURES,
  type PurseEvent,
  purse,
  streamName,
  upcast,
} from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { movesOf } from '../../../libs/domain/testing/figures-model';
import {
  type AssetFigures,
  GetFigures,
  GetFiguresHandler,
  type Owner,
} from '../src/books/get-figures';
import { Moments } from '../src/edge/as-of';
import type { AccountCaller } from '../src/edge/caller';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { Positions } from '../src/edge/positions';
import { PositionReached } from '../src/projections/position-reached';
import { GetPurse, GetPurseHandler } from '../src/purses/get-purses';
import { PURSE_STATUS } from '../src/purses/purse-resource';
import { type AuditLedger, customerAt, numbersFrom, purseIdAt, tellHistory } from './audit-history';
import { toldAuditLedger } from './audit-told';

let ledger: AuditLedger;
let log: readonly RecordedEvent[];
let figures: GetFiguresHandler;
let purses: GetPurseHandler;
let moments: Moments;
const caller: AccountCaller = {
  ...({ kind: 'account', accountId: DEFAULT_ACCOUNT_ID, keyId: 'key' } as const),
  ...{ isClosed: false, allowedAddresses: null, words: [], person: null, quotas: null },
  scopes: new Set(),
};

beforeAll(async () => {
  ledger = await toldAuditLedger(150);
  log = (await ledger.store.readAll({ after: 0n, limit: 10_000 })).events;
  figures = new GetFiguresHandler(ledger.dataSource);
  purses = new GetPurseHandler(ledger.dataSource, ledger.store);
  const reached = new PositionReached(ledger.dataSource, ledger.store);
  moments = new Moments(ledger.dataSource, ledger.store, new Positions(reached, ledger.store));
});

afterAll(() => ledger.close());

const OWNERS: readonly Owner[] = Array.from({ length: 6 }, (_, n) => [
  { kind: 'customer', id: customerAt(n) } as const,
  { kind: 'purse', id: purseIdAt(n) } as const,
]).flat();

/** The figures after each event by folding the log, one event after the other. */
function modelOf(owner: Owner): ReadonlyMap<bigint, readonly AssetFigures[]> {
  const byAsset = new Map<string, Figures>();
  const models = new Map<bigint, readonly AssetFigures[]>();
  let model: readonly AssetFigures[] = [];
  for (const recorded of log) {
    for (const { parties, asset, delta } of movesOf(upcast(recorded))) {
      if (owner.id !== (owner.kind === 'purse' ? parties.purseId : parties.customerId)) continue;
      byAsset.set(asset, addFigures(byAsset.get(asset) ?? NO_FIGURES, delta));
      model = [...byAsset]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, held]) => ({ asset: name, figures: held }));
    }
    models.set(recorded.position, model);
  }
  return models;
}

/** Where the owner's stream begins; null for somebody who never was. */
function firstOf({ kind, id }: Owner): bigint | null {
  return log.find(({ stream }) => stream === streamName(kind, id))?.position ?? null;
}

describe('figures as of a position', () => {
  it('are those of the log up to it, at every position, for every customer and purse', async () => {
    for (const owner of OWNERS) {
      const first = firstOf(owner);
      if (first === null) continue;
      const model = modelOf(owner);
      // Purses of a customer are found by the purse; both must have been there.
      for (const { position } of log) {
        const asked = figures.execute(
          new GetFigures(DEFAULT_ACCOUNT_ID, { owner, asOf: position }),
        );
        if (position < first) {
          await expect(asked).rejects.toMatchObject({ code: 'as-of-too-early' });
        } else if (owner.kind === 'purse' || firstOf(purseOf(owner)) !== null) {
          expect(await asked).toEqual(model.get(position));
        }
      }
    }
  });

  it('at the head are those of now', async () => {
    const head = await ledger.store.head();
    for (const owner of OWNERS) {
      const now = await figures.execute(new GetFigures(DEFAULT_ACCOUNT_ID, { owner, asOf: null }));
      if (now === null) continue;
      expect(
        await figures.execute(new GetFigures(DEFAULT_ACCOUNT_ID, { owner, asOf: head })),
      ).toEqual(now);
    }
  });

  it('of another account are not found', async () => {
    const [owner] = OWNERS as [Owner];
    const foreign = '00000000-0000-4000-8000-000000000009';
    expect(await figures.execute(new GetFigures(foreign, { owner, asOf: 100n }))).toBeNull();
  });
});

function purseOf(owner: Owner): Owner {
  const n = OWNERS.indexOf(owner);
  return OWNERS[n + 1] as Owner;
}

describe('a purse as of a position', () => {
  it('has the status that its events up to it lead to', async () => {
    for (const owner of OWNERS.filter(({ kind }) => kind === 'purse')) {
      const first = firstOf(owner);
      if (first === null) continue;
      const own = log.filter(({ stream }) => stream === streamName('purse', owner.id));
      for (const { position } of log.filter(({ position }) => position >= first)) {
        const until = own.filter((recorded) => recorded.position <= position);
        const state = fold(purse, until.map(upcast) as PurseEvent[]);
        const found = await purses.execute(
          new GetPurse(DEFAULT_ACCOUNT_ID, { id: owner.id, asOf: position }),
        );
        expect(found?.status).toBe(
          state.status === 'absent' ? undefined : PURSE_STATUS[state.status],
        );
      }
      const early = purses.execute(
        new GetPurse(DEFAULT_ACCOUNT_ID, { id: owner.id, asOf: first - 1n }),
      );
      await expect(early).rejects.toMatchObject({ code: 'as-of-too-early' });
    }
  });
});

describe('a time', () => {
  it('stands for the last position that was recorded by then', async () => {
    const number = numbersFrom(4);
    for (let round = 0; round < 50; round++) {
      const { recordedAt } = log[number(log.length)] as RecordedEvent;
      const last = log.findLast(
        (recorded) => recorded.recordedAt.slice(0, -1) <= recordedAt.slice(0, -1),
      );
      expect(await moments.positionOf(caller, { asOf: recordedAt })).toBe(last?.position);
    }
  });

  it('just before an event stands for the event before it', async () => {
    const [, second] = log as [RecordedEvent, RecordedEvent];
    const [row] = await ledger.sql<{ time: string }>(
      `SELECT to_char(($1::timestamptz - interval '1 microsecond') AT TIME ZONE 'UTC',
                      'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time`,
      [second.recordedAt],
    );
    const time = row?.time ?? '';
    expect(await moments.positionOf(caller, { asOf: time })).toBe(1n);
  });

  it('before the first event is position 0', async () => {
    expect(await moments.positionOf(caller, { asOf: '2001-01-01T00:00:00Z' })).toBe(0n);
  });

  it('of the future is refused, and so is a position beyond the log', async () => {
    const future = new Date(Date.now() + 60_000).toISOString();
    for (const asOf of [future, '1000000']) {
      await expect(moments.positionOf(caller, { asOf })).rejects.toMatchObject({
        code: 'as-of-in-future',
      });
    }
  });

  it('waits until the read models hold what was recorded by then', async () => {
    await tellHistory(ledger.store, 12, 20);
    const head = await ledger.store.head();
    // To the microsecond: the clock of this process, in milliseconds, may still be before the event.
    const { events } = await ledger.store.readAll({ after: head - 1n, limit: 1 });
    const time = events[0]?.recordedAt as string;
    const asked = moments.positionOf(caller, { asOf: time });
    await ledger.project();
    expect(await asked).toBe(head);
  });

  it('is waited for by a bounded number of reads of each key', async () => {
    await tellHistory(ledger.store, 13, 20);
    const asOf = String(await ledger.store.head());
    const reads = Array.from({ length: 300 }, () => moments.positionOf(caller, { asOf }));
    const refused = expect(Promise.all(reads)).rejects.toMatchObject({ code: 'too-many-waiting' });
    const other = moments.positionOf({ ...caller, keyId: 'other' }, { asOf });
    await refused;
    await ledger.project();
    expect(await other).toBe(BigInt(asOf));
    const ends = await Promise.allSettled(reads);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(256);
  });
});
