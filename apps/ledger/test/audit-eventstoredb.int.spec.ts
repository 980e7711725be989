import { compare, rebuild, replay, rollBack } from '@daybook/audit';
import { STREAM_KINDS } from '@daybook/domain';
import { type EventStore, openEventStoreDb, type RecordedEvent } from '@daybook/event-store';
import {
  type StandIn,
  startEventStoreDbStandIn,
} from '../../../libs/event-store/testing/eventstoredb-stand-in';
import { AUDITED, READ_MODELS } from '../src/operations/read-models';
import { startProjector } from '../src/projections/projector';
import { type AuditLedger, freshAuditLedger, tellHistory } from './audit-history';

/** Positions there are places in the server's files: they grow, and leave room between them. */
let standIn: StandIn;
let ledger: AuditLedger;
let store: EventStore & { close(): Promise<void> };
let log: readonly RecordedEvent[];

beforeAll(async () => {
  standIn = await startEventStoreDbStandIn();
  store = await openEventStoreDb({ url: standIn.url, kinds: STREAM_KINDS });
  ledger = await freshAuditLedger();
  await tellHistory(store, 41, 200);
  const projector = startProjector(store, ledger.dataSource, READ_MODELS);
  expect(await projector.waitFor(await store.head(), 30_000)).toBe(true);
  await projector.stop();
  log = (await store.readAll({ after: 0n, limit: 10_000 })).events;
});

afterAll(async () => {
  await store.close();
  await ledger.close();
  await standIn.stop();
});

describe('a log in EventStoreDB', () => {
  it('is replayed to its end, to a position between two events, and to a time', async () => {
    const databaseUrl = ledger.ownerUrl;
    const whole = await replay({ ...AUDITED, store, databaseUrl, pageEvents: 30 });
    expect(whole).toMatchObject({ events: log.length, violations: [], exitCode: 0 });
    expect(await replay({ ...AUDITED, store, databaseUrl: null })).toMatchObject({
      ...{ events: log.length, figures: whole.figures, trialBalance: whole.trialBalance },
    });
    const tenth = log[9] as RecordedEvent;
    const between = await replay({
      ...AUDITED,
      store,
      databaseUrl,
      to: { position: tenth.position + 1n },
    });
    expect([between.events, between.time]).toEqual([10, tenth.recordedAt]);
    const last = log.findLast(({ recordedAt }) => recordedAt <= tenth.recordedAt);
    const byTime = await replay({ ...AUDITED, store, databaseUrl, to: { time: tenth.recordedAt } });
    expect(byTime.position).toBe(last?.position);
    const first = log[0] as RecordedEvent;
    await expect(
      replay({ ...AUDITED, store, databaseUrl, to: { position: first.position - 1n } }),
    ).rejects.toMatchObject({ code: 'as-of-too-early' });
  });

  it('is compared with the read models, which are rebuilt from it and rolled back', async () => {
    const asked = { ...AUDITED, store, liveUrl: ledger.url, databaseUrl: ledger.ownerUrl };
    expect(await compare(asked)).toMatchObject({ differences: [], exitCode: 0 });
    await ledger.sql(`UPDATE ledger.replenishment SET amount = amount + 1
                       WHERE id = (SELECT id FROM ledger.replenishment LIMIT 1)`);
    const found = await compare(asked);
    expect(found.differences).toMatchObject([{ table: 'replenishment', column: 'amount' }]);
    const owner = { ...AUDITED, store, ownerUrl: ledger.ownerUrl, actor: 'test' };
    const { certificate } = await rebuild({
      ...owner,
      readModel: 'all',
      acceptDifferences: true,
    });
    expect(certificate).toMatchObject({ outcome: 'swapped', differences: 1 });
    expect((await compare(asked)).exitCode).toBe(0);
    expect(await rollBack(owner)).toMatchObject({ outcome: 'rolled-back', differences: 1 });
    expect((await compare(asked)).exitCode).toBe(1);
  });
});
