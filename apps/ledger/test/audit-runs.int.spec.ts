import { discardRun, rebuild, replay } from '@daybook/audit';
import { until } from '../../../test/dependencies';
import { ListAuditRunsHandler } from '../src/operations/audit-runs';
import { AUDITED } from '../src/operations/read-models';
import type { AuditLedger } from './audit-history';
import { toldAuditLedger } from './audit-told';

let ledger: AuditLedger;
let head: string;

beforeAll(async () => {
  ledger = await toldAuditLedger(150);
  head = String(await ledger.store.head());
});
afterAll(() => ledger.close());

/** As the role of the service, which owns no table. */
const runs = () => new ListAuditRunsHandler(ledger.dataSource).execute();
const auditing = () => ({ ...AUDITED, store: ledger.store, databaseUrl: ledger.ownerUrl });
const rebuilding = () => ({
  ...{ ...AUDITED, store: ledger.store, ownerUrl: ledger.ownerUrl },
  ...{ actor: 'auditor', readModel: 'all' },
});

it('are none at first', async () => {
  expect(await runs()).toEqual([]);
});

it('show a replay while it runs, after it was interrupted, and when its tables were kept', async () => {
  const stopping = new AbortController();
  const pace = { pageEvents: 20, eventsPerSecond: 400, signal: stopping.signal };
  const running = replay({ ...auditing(), ...pace, id: 'slow' });
  const ended = expect(running).rejects.toMatchObject({ name: 'AbortError' });
  await until(async () => Number((await runs())[0]?.position) > 0, { timeoutMs: 10_000 });
  expect(await runs()).toMatchObject([
    { kind: 'replay', id: 'slow', state: 'running', stateHash: null, startedAt: null },
  ]);
  stopping.abort();
  await ended;
  await until(async () => (await runs())[0]?.state === 'interrupted', { timeoutMs: 10_000 });
  const [interrupted] = await runs();
  expect(Number(interrupted?.position)).toBeLessThan(Number(head));
  await replay({ ...auditing(), id: 'slow', resume: true, keep: true });
  expect(await runs()).toMatchObject([{ id: 'slow', state: 'kept', position: head }]);
  await ledger.sql('REVOKE USAGE ON SCHEMA replay_slow FROM daybook_audit_test');
  expect(await runs()).toMatchObject([{ id: 'slow', state: 'kept', position: null }]);
  await discardRun(ledger.ownerUrl, 'slow');
  expect(await runs()).toEqual([]);
});

it('show a rebuild before it has an id, and its certificate for ever after', async () => {
  const stopping = new AbortController();
  const onProgress = ({ done }: { readonly done: number }) => done >= 40 && stopping.abort();
  const pace = { pageEvents: 20, eventsPerSecond: 400, signal: stopping.signal, onProgress };
  await expect(rebuild({ ...rebuilding(), ...pace })).rejects.toMatchObject({ name: 'AbortError' });
  await until(async () => (await runs())[0]?.state === 'interrupted', { timeoutMs: 10_000 });
  expect(await runs()).toMatchObject([{ kind: 'rebuild', id: null, differences: null }]);

  const { certificate } = await rebuild({ ...rebuilding(), resume: true });
  const { id, stateHash, readModels, startedAt, finishedAt } = certificate;
  const kept = {
    ...{ kind: 'rebuild', id, state: 'swapped', readModels, stateHash, actor: 'auditor' },
    ...{ position: head, servedFrom: head, differences: '0' },
    ...{ startedAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() },
  };
  expect(await runs()).toEqual([kept]);

  await ledger.sql(
    "UPDATE ledger.customer SET description = 'wrong' WHERE id = (SELECT min(id::text)::uuid FROM ledger.customer)",
  );
  await rebuild(rebuilding());
  expect(await runs()).toMatchObject([
    { state: 'differs', differences: '1', servedFrom: null },
    { id, state: 'swapped' },
  ]);
});
