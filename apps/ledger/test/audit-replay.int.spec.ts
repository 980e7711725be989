import {
  discardRun,
  type ReplayOptions,
  type ReplayReport,
  replay,
  runsLeft,
} from '@daybook/audit';
import { type Figures, postings, upcast } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { figuresModel, trialBalance } from '../../../libs/domain/testing/figures-model';
import { AUDITED, READ_MODELS } from '../src/operations/read-models';
import {
  type AuditLedger,
  freshAuditLedger,
  numbersFrom,
  purseIdAt,
  tellHistory,
} from './audit-history';
import { toldAuditLedger } from './audit-told';

let ledger: AuditLedger;
let log: readonly RecordedEvent[];

beforeAll(async () => {
  ledger = await toldAuditLedger(300);
  log = (await ledger.store.readAll({ after: 0n, limit: 10_000 })).events;
});

afterAll(() => ledger.close());

const replayNow = (options: Partial<ReplayOptions> = {}): Promise<ReplayReport> =>
  replay({ ...AUDITED, store: ledger.store, databaseUrl: ledger.ownerUrl, ...options });

describe('a replay', () => {
  it('to any position has the trial balance and figures of the events up to it', async () => {
    const number = numbersFrom(5);
    const positions = [1, log.length, ...Array.from({ length: 3 }, () => 1 + number(log.length))];
    for (const position of positions.map(BigInt)) {
      const until = log.filter((recorded) => recorded.position <= position);
      const report = await replayNow({ to: { position }, pageEvents: 50 });
      expect(report).toMatchObject({
        position,
        events: until.length,
        time: until.at(-1)?.recordedAt,
        violations: [],
        exitCode: 0,
      });
      const ofPurses = [...figuresModel(until.map(upcast))].filter(([key]) => isOfPurse(key));
      expect(figuresIn(report)).toEqual(new Map(ofPurses));
      expect(balancesIn(report)).toEqual(balancesOf(until));
    }
  });

  it('to a time ends before the first event that was recorded later', async () => {
    for (const place of [0, 250]) {
      const { recordedAt: time } = log[place] as RecordedEvent;
      const last = log.findLast((e) => e.recordedAt.slice(0, -1) <= time.slice(0, -1));
      const { position, stateHash } = await replayNow({ to: { time } });
      expect(position).toBe(last?.position);
      const byPosition = await replayNow({ to: { position } });
      expect(stateHash).toBe(byPosition.stateHash);
    }
  });

  it('to a time is right to the last digit', async () => {
    // Events of one command have one time.
    const isLater = (event: RecordedEvent, i: number) =>
      i > 0 && event.recordedAt !== log[i - 1]?.recordedAt;
    const place = log.findIndex(isLater);
    const first = log[place] as RecordedEvent;
    const last = log.findLast(({ recordedAt }) => recordedAt === first.recordedAt);
    const [at] = await ledger.sql<{ before: string; elsewhere: string }>(
      `SELECT to_char(t - interval '1 microsecond', f) || 'Z' AS before,
              to_char(t + interval '5:30', f) || '+05:30' AS elsewhere
         FROM (SELECT $1::timestamptz AT TIME ZONE 'UTC' AS t, 'YYYY-MM-DD"T"HH24:MI:SS.US' AS f) AS x`,
      [first.recordedAt],
    );
    const positionAt = async (time = '') => (await replayNow({ to: { time } })).position;
    expect(await positionAt(at?.before)).toBe(log[place - 1]?.position);
    expect(await positionAt(at?.elsewhere)).toBe(last?.position);
    expect(await positionAt(first.recordedAt)).toBe(last?.position);
  });

  it('to a moment before the log is refused, and so is any moment of an empty one', async () => {
    for (const to of [{ position: 0n }, { time: '2001-01-01T00:00:00Z' }]) {
      await expect(replayNow({ to })).rejects.toMatchObject({ code: 'as-of-too-early' });
    }
    const empty = await freshAuditLedger();
    const { store, ownerUrl: databaseUrl } = empty;
    const now = { time: new Date().toISOString() };
    await expect(replay({ ...AUDITED, store, databaseUrl, to: now })).rejects.toThrow(
      /log is empty/,
    );
    expect(await replay({ ...AUDITED, store, databaseUrl })).toMatchObject({
      events: 0,
      exitCode: 0,
    });
    await empty.close();
  });

  it('to the future is refused', async () => {
    const time = new Date(Date.now() + 60_000).toISOString();
    for (const to of [{ position: 1_000_000n }, { time }]) {
      await expect(replayNow({ to })).rejects.toMatchObject({ code: 'as-of-in-future' });
    }
  });

  it('in memory only needs no database and finds the same', async () => {
    const { figures, trialBalance: balance } = await replayNow();
    const inMemory = await replayNow({ databaseUrl: null });
    expect(inMemory).toMatchObject({ figures, trialBalance: balance, stateHash: null, tables: [] });
  });

  it('that was interrupted resumes under its id, and leaves no tables', async () => {
    const stopping = new AbortController();
    const pages: number[] = [];
    const first = replayNow({
      id: 'resumed',
      pageEvents: 20,
      eventsPerSecond: 400,
      signal: stopping.signal,
      onProgress: ({ done }) => {
        pages.push(done);
        if (done >= 100) stopping.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    const [kept] = await ledger.sql<{ position: string }>(
      'SELECT position FROM replay_resumed.checkpoint',
    );
    expect(Number(kept?.position)).toBeGreaterThan(0);
    expect(Number(kept?.position)).toBeLessThan(log.length);
    expect(await runsLeft(ledger.ownerUrl, READ_MODELS)).toEqual([
      {
        ...{ id: 'resumed', isKept: false, isResumable: true },
        position: BigInt(kept?.position ?? 0),
      },
    ]);
    const resumed = await replayNow({ id: 'resumed', resume: true });
    expect(resumed.stateHash).toBe((await replayNow()).stateHash);
    expect(resumed.violations).toEqual([]);
    expect(await ledger.sql(`SELECT 1 FROM pg_namespace WHERE nspname LIKE 'replay%'`)).toEqual([]);
  });

  it('resumes only an existing run, and its tables can be removed', async () => {
    for (const ask of [
      () => replayNow({ id: 'never', resume: true }),
      () => discardRun(ledger.ownerUrl, 'never'),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'nothing-to-resume' });
    }
    await replayNow({ id: 'done', keep: true });
    expect(await runsLeft(ledger.ownerUrl, READ_MODELS)).toMatchObject([
      { id: 'done', isKept: true },
    ]);
    await discardRun(ledger.ownerUrl, 'done');
    // A schema that only has such a name is somebody else's.
    await ledger.sql('CREATE SCHEMA replay_mine; CREATE TABLE replay_mine.precious ()');
    expect(await runsLeft(ledger.ownerUrl, READ_MODELS)).toEqual([]);
    await expect(discardRun(ledger.ownerUrl, 'mine')).rejects.toThrow(/No run has left/);
    await ledger.sql('DROP SCHEMA replay_mine CASCADE');
  });

  it.each([
    ['another table', 'ALTER TABLE replay_older.customer RENAME TO client'],
    ['another column', 'ALTER TABLE replay_older.customer RENAME COLUMN status TO state'],
    ['a table more', 'CREATE TABLE replay_older.more (id uuid)'],
  ])('of another version, with %s, names --discard when it is to be resumed', async (_, change) => {
    await replayNow({ id: 'older', keep: true });
    await ledger.sql(change);
    expect(await runsLeft(ledger.ownerUrl, READ_MODELS)).toMatchObject([
      { id: 'older', isResumable: false },
    ]);
    const resumed = replayNow({ id: 'older', resume: true });
    await expect(resumed).rejects.toMatchObject({ name: 'AuditRefused', code: 'schema-taken' });
    await expect(resumed).rejects.toThrow(/Another version .* --discard older\./);
    await discardRun(ledger.ownerUrl, 'older');
    expect(await runsLeft(ledger.ownerUrl, READ_MODELS)).toEqual([]);
  });

  it('can be kept, with the indexes of the live tables, and is alone in its schema', async () => {
    const { schema } = await replayNow({ id: 'kept', keep: true });
    expect(schema).toBe('replay_kept');
    const indexes = (of: string) =>
      ledger.sql(
        'SELECT tablename, indexname FROM pg_indexes WHERE schemaname = $1 AND tablename = ANY($2) ORDER BY 2',
        [of, READ_MODELS.flatMap(({ tables }) => [...tables])],
      );
    expect(await indexes('replay_kept')).toEqual(await indexes('ledger'));
    const both = await Promise.allSettled([
      replayNow({ id: 'kept', keep: true }),
      replayNow({ id: 'kept', keep: true }),
    ]);
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toMatchObject([{ code: 'run-elsewhere' }]);
    await ledger.sql('DROP SCHEMA replay_kept CASCADE');
  });

  it('reports its progress to the end', async () => {
    const fractions: (number | null)[] = [];
    await replayNow({
      pageEvents: 10,
      onProgress: ({ step, fraction }) => step === 'folding' && fractions.push(fraction),
    });
    expect(fractions.at(-1)).toBe(1);
  });

  it('stops at an event that this version does not know', async () => {
    const other = await freshAuditLedger();
    await tellHistory(other.store, 32, 10);
    await other.sql(`
      INSERT INTO event_store.event (position, revision, recorded_at, event_id, stream_id, type, data, metadata)
      SELECT max(position) + 1, 0, now(), gen_random_uuid(), 'purse-x', 'PurseExploded', '{}', '{"schemaVersion":1}'
        FROM event_store.event`);
    const broken = replay({ ...AUDITED, store: other.store, databaseUrl: other.ownerUrl });
    await expect(broken).rejects.toMatchObject({ name: 'UnknownEvent' });
    await other.close();
  });
});

/** What customers and accounts have beside their purses is in the sums of the report alone. */
function isOfPurse(key: string): boolean {
  return Array.from({ length: 6 }, (_, n) => purseIdAt(n)).some((id) => key.startsWith(id));
}

function figuresIn({ purses }: ReplayReport): ReadonlyMap<string, Figures> {
  return new Map(purses.map(({ purseId, asset, figures }) => [`${purseId} ${asset}`, figures]));
}

/** Debits minus credits by kind and asset. */
function balancesOf(events: readonly RecordedEvent[]): Readonly<Record<string, bigint>> {
  const trial = trialBalance(events.flatMap((event) => postings(upcast(event))));
  return Object.fromEntries(
    [...trial].flatMap(([asset, books]) =>
      [...books].map(([kind, { balances }]) => {
        return [`${kind} ${asset}`, [...balances.values()].reduce((sum, one) => sum + one, 0n)];
      }),
    ),
  );
}

function balancesIn({ trialBalance: lines }: ReplayReport): Readonly<Record<string, bigint>> {
  return Object.fromEntries(
    lines.map(({ kind, asset, debits, credits }) => [`${kind} ${asset}`, debits - credits]),
  );
}
