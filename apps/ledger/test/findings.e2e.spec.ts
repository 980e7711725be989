import { parseWatchRequest, TOPICS, type WatchRequestV1 } from '@daybook/contracts';
import { identity, replenishment, streamName } from '@daybook/domain';
import { decideAndAppend } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { createMetrics } from '@daybook/platform';
import { CommandBus } from '@nestjs/cqrs';
import * as a from '../../../libs/domain/testing/a';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID, findingIdOf, replenishmentIdOf } from '../src/edge/identity';
import { type ObservedBalance, RecordDifferences } from '../src/findings';
import { Monitoring } from '../src/operations/monitoring';

const CHAIN = 'eip155:31337';
const COIN = `${CHAIN}/slip44:60`;
const ACT = { reason: 'seen on the explorer', reference: 'case-1742' };

let ledger: TestLedger;
const published: WatchRequestV1[] = [];

beforeAll(async () => {
  const finality = { kind: 'depth', confirmations: 1 };
  const rest = { name: 'Test', rpcUrl: 'http://127.0.0.1:1', finality, blockTimeMs: null };
  const assets = [{ id: COIN, currency: 'TEST', decimals: 18, minimum: '1' }];
  ledger = await createLedgerForTest({
    chains: { chains: [{ id: CHAIN, ...rest, reorgWindow: 8, assets }] },
  });
  await ledger.app.get(DurableLog).subscribe({
    topic: TOPICS.watchRequest,
    group: 'test',
    limit: 100,
    async handle(messages) {
      for (const { value } of messages) published.push(parseWatchRequest(value));
      return [];
    },
  });
});
afterAll(() => ledger.close());

const atHead = async (path: string): Promise<Reply> =>
  ledger.request('GET', `${path}?minPosition=${await ledger.store.head()}`);
const operators = async (path: string): Promise<Reply> => {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  const query = `${path.includes('?') ? '&' : '?'}minPosition=${await ledger.store.head()}`;
  return ledger.request('GET', `/v1/operations/findings${path}${query}`, { headers });
};
const resolve = (id: string, body: object, key?: string): Promise<Reply> => {
  const authorization = `Bearer ${ledger.operatorKey}`;
  const headers = { authorization, ...(key !== undefined && { 'idempotency-key': key }) };
  const path = `/v1/operations/findings/${id}/resolve`;
  return ledger.request('POST', path, { headers, body: { ...ACT, ...body } });
};

async function purseOf(externalId: string) {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  const [purse] = customer.purses;
  return { accountId: DEFAULT_ACCOUNT_ID, customerId: customer.id as string, purse };
}

/** A balance of a new purse, of which nothing is recorded. */
async function observed(externalId: string) {
  const { purse, ...owner } = await purseOf(externalId);
  const address = purse.address.toLowerCase() as string;
  const balance = (number: number, onChain: bigint): ObservedBalance => ({
    ...{ ...owner, purseId: purse.id, chain: CHAIN, address, asset: COIN, onChain, recorded: 0n },
    ...{ block: { number, hash: `0x${number}` }, at: '2026-01-02T03:05:00.000Z' },
  });
  const id = findingIdOf(identity.finding('unexplained', `${address}\n${COIN}`));
  return { purse, balance, id };
}

const record = (...balances: readonly ObservedBalance[]) =>
  ledger.app.get(CommandBus).execute(new RecordDifferences(balances));

it('opens a finding for a difference, updates it in place and closes it when it is gone', async () => {
  const { balance, id, purse } = await observed('explained');
  expect(await record(balance(90, 0n))).toEqual([false]);
  expect(await record(balance(100, 5n))).toEqual([true]);
  expect(await record(balance(100, 5n), balance(95, 9n))).toEqual([false, false]);
  const own = await atHead(`/v1/findings/${id}`);
  expect(own.body).toMatchObject({
    ...{ id, kind: 'unexplained', status: 'open', purseId: purse.id, chain: CHAIN },
    ...{ address: purse.address, difference: { baseUnits: '5', currency: 'TEST' } },
    ...{ fromBlock: 91, toBlock: 100, opening: 1, end: null, reason: null, subject: null },
  });
  expect(await record(balance(101, 3n), balance(102, 3n))).toEqual([true, false]);
  expect((await operators(`/${id}`)).body).toMatchObject({
    ...{ difference: { baseUnits: '3' }, fromBlock: 91, toBlock: 101, status: 'open' },
  });
  // Late: a newer balance without a change of the finding is known too.
  expect(await record(balance(101, 0n))).toEqual([false]);
  expect(await record(balance(103, 0n))).toEqual([true]);
  expect((await operators(`/${id}`)).body).toMatchObject({ status: 'closed', end: 'explained' });
  expect(await record(balance(104, 1n))).toEqual([true]);
  expect((await operators(`/${id}`)).body).toMatchObject({
    ...{ status: 'open', opening: 2, fromBlock: 104, toBlock: 104, end: null },
  });
});

it('does not forget a balance without a difference when an older one comes late', async () => {
  const { balance, id } = await observed('late');
  expect(await record(balance(100, 0n))).toEqual([false]);
  expect(await record(balance(99, 5n))).toEqual([false]);
  expect((await operators(`/${id}`)).status).toBe(404);
});

it('books a difference once, for the amount that the operator has seen', async () => {
  const { balance, id, purse } = await observed('credited');
  await record(balance(100, 5n));
  expect((await resolve(id, { resolution: 'credit' })).body.code).toBe('validation-failed');
  const credit = { resolution: 'credit', creditTo: 'customer', difference: '4' };
  expect(await resolve(id, credit)).toMatchObject({
    ...{ status: 409, body: { code: 'finding-changed' } },
  });
  const seen = { ...credit, difference: '5' };
  const credited = await resolve(id, seen, 'credit-1');
  expect(credited).toMatchObject({
    status: 200,
    body: { status: 'closed', end: 'credited', creditedTo: 'customer', ...ACT },
  });
  expect((await resolve(id, seen, 'credit-1')).body).toEqual(credited.body);
  expect((await resolve(id, seen)).body).toEqual(credited.body);
  const balances = await atHead(`/v1/purses/${purse.id}/balances`);
  expect(balances.body.data).toMatchObject([
    { custody: { baseUnits: '5' }, claim: { baseUnits: '5' } },
  ]);
  expect(await record(balance(101, 5n))).toEqual([false]);
  expect((await resolve(id, { resolution: 'note', reference: 'case-2' })).body.code).toBe(
    'finding-closed',
  );
  const { body } = await atHead('/v1/purses');
  expect(body.data.length).toBeGreaterThan(0);
});

it('asks the watcher for the blocks of a finding, and stays open', async () => {
  const { balance, id } = await observed('rescanned');
  await record(balance(90, 0n), balance(100, -0n), balance(110, 5n));
  await ledger.publishChainHead({
    ...{ chain: CHAIN, latest: 200, matched: 200, finalized: null, state: 'following' },
    ...{ detail: null, observedAt: new Date().toISOString() },
  });
  const asked = await resolve(id, { resolution: 'rescan' });
  expect(asked.body).toMatchObject({ status: 'open', ...ACT });
  const { watchRequestId } = asked.body;
  await until(() => published.some(({ requestId }) => requestId === watchRequestId));
  expect(published.find(({ requestId }) => requestId === watchRequestId)).toMatchObject({
    ...{ chain: CHAIN, kind: 'rescan', from: 101, to: 110 },
  });
  // The same act once more asks nobody.
  expect((await resolve(id, { resolution: 'rescan' })).body.watchRequestId).toBe(watchRequestId);
  const another = { resolution: 'rescan', reference: 'case-2', fromBlock: '900' };
  expect((await resolve(id, another)).body.code).toBe('watch-request-invalid');
});

it('opens a finding for an unreadable transfer, and closes it when the transfer can be read', async () => {
  const { accountId, customerId, purse } = await purseOf('unreadable');
  const parties = { accountId, customerId, purseId: purse.id as string };
  const to = purse.address.toLowerCase() as string;
  const transferId = `${CHAIN}/0x${'ab'.repeat(32)}/log:0`;
  const replenishmentId = replenishmentIdOf(transferId);
  const write = (version: number, content: object, registered: boolean) => {
    const asset = registered ? a.asset({ id: COIN, chain: CHAIN }) : null;
    const command = a.recordTransfer(
      { version, chain: CHAIN, asset: COIN, to },
      { parties, asset },
    );
    if (command.type !== 'RecordTransfer') throw new Error('It is a report.');
    const report = { ...command.report, content: { ...command.report.content, ...content } };
    return decideAndAppend(ledger.store, {
      ...{ stream: streamName('replenishment', replenishmentId), decider: replenishment },
      ...{ command: { ...command, report }, commandId: `v${version}` },
      metadata: { accountId, actor: 'watcher' },
    });
  };
  await write(1, { amount: '0', unreadable: true }, false);
  const id = findingIdOf(identity.finding('unreadable', replenishmentId));
  await until(async () => (await operators(`/${id}`)).status === 200);
  expect((await operators(`/${id}`)).body).toMatchObject({
    ...{
      kind: 'unreadable',
      status: 'open',
      subject: replenishmentId,
      difference: { amount: '0' },
    },
  });
  const credit = { resolution: 'credit', creditTo: 'customer', difference: '0' };
  expect((await resolve(id, credit)).body.code).toBe('finding-not-creditable');
  await write(2, {}, true);
  await until(async () => (await operators(`/${id}`)).body.status === 'closed');
});

it('shows an account its own findings only, and operators those of all', async () => {
  const { balance, id } = await observed('seen');
  await record(balance(100, 7n));
  const otherKey = await ledger.issueKey({
    ...{ scopes: ['read'], accountId: '00000000-0000-5000-8000-00000000aaaa' },
  });
  const headers = { authorization: `Bearer ${otherKey}` };
  const position = await ledger.store.head();
  const foreign = (path: string) =>
    ledger.request('GET', `${path}?minPosition=${position}`, { headers });
  expect((await foreign(`/v1/findings/${id}`)).body.code).toBe('finding-not-found');
  expect((await foreign('/v1/findings')).body.data).toEqual([]);
  const ids = (reply: Reply) => reply.body.data.map((found: { id: string }) => found.id);
  expect(ids(await atHead('/v1/findings'))).toContain(id);
  expect(ids(await operators('?status=open&kind=unexplained'))).toContain(id);
  expect(ids(await operators('?status=closed'))).not.toContain(id);
  expect((await ledger.request('GET', `/v1/operations/findings/${id}`)).body.code).toBe(
    'forbidden',
  );
});

it('is in the metrics and in the detail of a probe', async () => {
  const { balance } = await observed('measured');
  await record(balance(100, 7n));
  await ledger.request('GET', `/v1/purses?minPosition=${await ledger.store.head()}`);
  const metrics = createMetrics('ledger');
  const monitoring = new Monitoring(metrics, () => ledger.app);
  monitoring.start();
  const detail = () => monitoring.checks.optional?.findings?.();
  await until(async () => /open findings: \d+ unexplained; npx/.test(String(await detail())));
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/daybook_open_findings\{kind="unexplained",app="ledger"\} [1-9]/);
  expect(text).toMatch(/daybook_open_findings\{kind="unreadable",app="ledger"\} 0/);
  expect(text).toMatch(/daybook_open_finding_oldest_age_seconds\{kind="unexplained"/);
});
