import type { TransferV1 } from '@daybook/contracts';
import { answerOf } from '../apps/daybook/testing/answers';
import { spawnDaybook } from '../apps/daybook/testing/command-line';
import { migrate } from '../apps/ledger/src/migrate';
import {
  adopt,
  ends,
  environment,
  killedBefore,
  logInEventStoreDb,
  logInPostgres,
  REASON,
  run,
} from './adopted-logs';
import { TEST_USERS } from './database-users';
import { copyOf, type TestDatabase, until } from './dependencies';
import type { Reply, TestLedger } from './ledger-harness';
import { moveDatabaseClock } from './moved-clocks';
import { addressesOf, faultsOf, mintAddresses, repeated, startOn } from './restored';

const HOUR_MS = 3_600_000;
const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';

jest.setTimeout(120_000);

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await copyOf('ledger', (url) => migrate(url, TEST_USERS));
  ends.push(database.drop);
  return database;
}

async function start(database: TestDatabase, url?: string): Promise<TestLedger> {
  const ledger = await startOn(database, url);
  ends.push(ledger.close);
  return ledger;
}

async function stop(ledger: TestLedger): Promise<void> {
  // Everything is in the tables.
  await addressesOf(ledger);
  ends.splice(ends.indexOf(ledger.close), 1);
  await ledger.close();
  // The server ends its sessions a moment later.
  const open =
    'SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  await until(async () => (await run(ledger.databaseUrl, open)).length === 0);
}

const get = async (ledger: TestLedger, path: string): Promise<Reply> => ledger.request('GET', path);
const atHead = async (ledger: TestLedger, path: string): Promise<Reply['body']> =>
  (await get(ledger, `${path}?minPosition=${await ledger.store.head()}`)).body;

async function create(ledger: TestLedger, externalId: string): Promise<Reply['body']> {
  const body = { externalId, families: ['evm', 'tron'] };
  return (await ledger.request('POST', '/v1/customers', { body })).body;
}

const operate = (ledger: TestLedger, path: string, body: object): Promise<Reply> => {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  return ledger.request('POST', `/v1/operations/${path}`, { headers, body });
};

let transfers = 0;

function transferTo(to: string): TransferV1 {
  transfers += 1;
  const txHash = `0x${transfers.toString(16).padStart(64, '0')}`;
  return {
    ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', chain: 'eip155:1' },
    ...{ asset: USDT, amount: '1500000', from: '0x00000000000000000000000000000000000000aa' },
    ...{ to: to.toLowerCase(), txHash, finality: { kind: 'depth', confirmations: 12 } },
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
  };
}

/** The replenishment of a transfer, once it is recorded. */
async function report(
  ledger: TestLedger,
  transfer: TransferV1,
  status = 'confirmed',
): Promise<Reply['body']> {
  await ledger.publishTransfers([transfer]);
  const found = async () =>
    (await get(ledger, '/v1/replenishments')).body.data.find(
      ({ txHash }: { txHash: string }) => txHash === transfer.txHash,
    );
  await until(async () => (await found())?.status === status);
  return found();
}

describe('a log that is put back to an older one', () => {
  it('is adopted with what the tables know, in a new epoch that readers of the old one are told of, wherever it was killed', async () => {
    const database = await emptyDatabase();
    const log = await logInPostgres(database);
    const before = await start(database);
    const [alice, bob] = [await create(before, 'alice'), await create(before, 'bob')];
    await log.backUp();

    const carol = await create(before, 'carol');
    const archived = alice.purses[0].id;
    const because = { body: { reason: 'a test' } };
    await before.request('POST', `/v1/purses/${archived}/archive`, because);
    await before.request('POST', `/v1/customers/${bob.id}/block`, because);
    const key = await before.issueKey({ scopes: ['read'] });
    const transfer = transferTo(carol.purses[0].address);
    const lost = await report(before, transfer);
    const given = await addressesOf(before);
    const known = await atHead(before, `/v1/customers/${carol.id}`);
    const { nextCursor } = (await get(before, '/v1/customers?limit=1')).body;
    const feed = (await get(before, '/v1/events?limit=1')).body;
    await stop(before);
    await log.putBack();

    const planned = await adopt(database, log);
    expect(planned).toMatchObject({
      exitCode: 1,
      report: {
        ...{ applied: false, epoch: 2, unowned: 0, lost: { replenishment: 1 } },
        returned: { account: 1, customer: 2, purse: 3 },
        rescans: [{ chain: 'eip155:1', from: '100', to: '100' }],
      },
    });
    const { rescans, through } = planned.report;
    const appended = 'INSERT ON event_store.event';
    for (const row of [
      { change: appended, when: "NEW.type = 'PurseMinted'" },
      { change: appended, when: "NEW.type = 'LogEpochBegun'" },
      { change: 'UPDATE ON ledger.checkpoint', when: 'NEW.log_epoch = 2' },
    ]) {
      await killedBefore(row, database, log);
    }
    const args = ['log', 'adopt', '--json', '--apply', '--reason', REASON];
    const done = await spawnDaybook(args, environment(database, log)).ended;
    expect(done.exitCode).toBe(0);
    expect(answerOf('log-adoption', done.stdout)).toMatchObject({
      ...{ applied: true, epoch: 2, through, returned: {}, lost: { replenishment: 1 }, rescans },
    });
    expect(await adopt(database, log)).toMatchObject({ exitCode: 0, report: { refused: null } });

    const ledger = await start(database);
    expect(await atHead(ledger, `/v1/customers/${carol.id}`)).toEqual(known);
    expect(new Set(await addressesOf(ledger))).toEqual(new Set(given));
    expect((await get(ledger, `/v1/purses/${archived}`)).body.status).toBe('ARCHIVED');
    expect((await get(ledger, `/v1/customers/${bob.id}`)).body.status).toBe('BLOCKED');
    const headers = { authorization: `Bearer ${key}` };
    expect((await ledger.request('GET', '/v1/customers', { headers })).status).toBe(200);
    // A repeated creation finds what there was, and new addresses are new.
    expect((await create(ledger, 'carol')).purses).toMatchObject(
      carol.purses.map(({ id, address }: Reply['body']) => ({ id, address })),
    );
    given.push(...(await mintAddresses(ledger)));
    expect(repeated(given)).toEqual([]);

    for (const path of [
      `/v1/customers?limit=1&cursor=${nextCursor}`,
      `/v1/events?after=${feed.nextCursor}&log=${feed.log}`,
    ]) {
      const refused = await get(ledger, path);
      expect([refused.status, refused.body.code]).toEqual([410, 'epoch-ended']);
      expect(refused.body.detail).toContain(`beyond position ${through} is void`);
    }
    const asBefore = { headers: { 'daybook-log': feed.log } };
    const waiting = await ledger.request('GET', `/v1/customers?minPosition=${through}`, asBefore);
    expect([waiting.status, waiting.body.code]).toEqual([410, 'epoch-ended']);
    const since = (await get(ledger, `/v1/events?after=${through}&limit=100`)).body;
    expect(since.log).toBe(feed.log.replace(/1$/, '2'));
    const begun = { epoch: 2, validThrough: through, begunAt: expect.any(String) };
    const recorded = { subject: `replenishment/${lost.id}`, epoch: 2 };
    const of = (wanted: string) =>
      since.data.filter(({ type }: { type: string }) => type === wanted);
    expect(of('LogEpochBegun')).toMatchObject([{ data: begun }]);
    expect(of('LossRecorded')).toMatchObject([{ data: recorded }]);
    // Reported again, it is there again.
    expect((await report(ledger, transfer)).id).toBe(lost.id);
    expect(await faultsOf(ledger)).toEqual([]);
  });
});

describe('another log in the place of one that is lost', () => {
  it('is adopted when it is named, with all that the tables know, keys included', async () => {
    const [database, elsewhere] = [await emptyDatabase(), await emptyDatabase()];
    const lost = await logInEventStoreDb();
    const before = await start(database, lost.url);
    const given = await mintAddresses(before, 2);
    const key = await before.issueKey({ scopes: ['read'] });
    const { log: name, nextCursor } = (await get(before, '/v1/events?limit=1')).body;
    await stop(before);
    // An epoch may begin where log and tables agree, as after a restore of both.
    expect(await adopt(database, lost, { apply: true, newEpoch: true })).toMatchObject({
      ...{ exitCode: 0, report: { refused: null, epoch: 2, returned: {}, lost: {} } },
    });

    // The address of a fresh server.
    const empty = await logInEventStoreDb();
    expect((await adopt(database, empty)).report).toMatchObject({ identity: null, through: '0' });
    expect(await adopt(database, empty, { apply: true })).toMatchObject({
      ...{ exitCode: 2, message: expect.stringContaining('--log none') },
    });
    const done = await adopt(database, empty, { apply: true, log: 'none' });
    const returned = { operator: 1, account: 1, branch: 1, customer: 2, purse: 4 };
    expect(done.report).toMatchObject({ epoch: 3, returned });
    const ledger = await start(database, empty.url);
    const refused = (await get(ledger, `/v1/events?after=${nextCursor}&log=${name}`)).body;
    expect(refused).toMatchObject({
      ...{ code: 'epoch-ended', detail: expect.stringContaining('which it never was') },
    });
    expect(new Set(await addressesOf(ledger))).toEqual(new Set(given));
    const headers = { authorization: `Bearer ${key}` };
    expect((await ledger.request('GET', '/v1/customers', { headers })).status).toBe(200);
    given.push(...(await mintAddresses(ledger)));
    expect(repeated(given)).toEqual([]);
    expect(await faultsOf(ledger)).toEqual([]);
    await stop(ledger);

    // The log of another installation, which goes on with what both know.
    await moveDatabaseClock(elsewhere.url, HOUR_MS);
    const others = await logInEventStoreDb();
    const other = await start(elsewhere, others.url);
    const theirs = await mintAddresses(other, 1);
    const { log: id } = (await get(other, '/v1/events?limit=1')).body;
    await stop(other);
    const [identity] = id.split('.');
    for (const named of [undefined, 'none']) {
      expect(await adopt(database, others, { apply: true, log: named })).toMatchObject({
        ...{ exitCode: 2, message: expect.stringContaining(`--log ${identity}`) },
      });
    }
    // Its epoch is above those of the tables: watchers know addresses by positions of all epochs.
    expect(await adopt(database, others, { apply: true, log: identity })).toMatchObject({
      ...{ exitCode: 0, report: { identity: { epoch: 1 }, epoch: 4, through: '0', unowned: 0 } },
    });
    const both = await start(database, others.url);
    given.push(...theirs);
    expect(new Set(await addressesOf(both))).toEqual(new Set(given));
    given.push(...(await mintAddresses(both, 1)));
    expect(repeated(given)).toEqual([]);
    expect((await both.request('GET', '/v1/customers', { headers })).status).toBe(200);
    expect(await faultsOf(both)).toEqual([]);
  });
});

describe('an address that the log lost, whose purse got another one since', () => {
  it('stays watched, and what arrives there is held until the operator confirms the owner', async () => {
    const [database, elsewhere] = [await emptyDatabase(), await emptyDatabase()];
    const log = await logInEventStoreDb();
    const before = await start(database, log.url);
    await log.backUp();
    const lost = (await create(before, 'dave')).purses[0];
    await stop(before);
    await log.putBack();
    // The backup goes on with an empty database, an hour later.
    await moveDatabaseClock(elsewhere.url, HOUR_MS);
    const meanwhile = await start(elsewhere, log.url);
    const again = (await create(meanwhile, 'dave')).purses[0];
    expect([again.id, again.address === lost.address]).toEqual([lost.id, false]);
    await stop(meanwhile);

    const done = await adopt(database, log, { apply: true });
    expect(done).toMatchObject({ exitCode: 0, report: { applied: true, unowned: 2 } });
    const ledger = await start(database, log.url);
    expect(await atHead(ledger, `/v1/purses/${lost.id}`)).toMatchObject({ address: again.address });
    const found = (await get(ledger, `/v1/purses?address=${lost.address}`)).body.data;
    expect(found).toMatchObject([{ status: 'NO_OWNER', customerId: again.customerId }]);
    const [{ id }] = found;
    const held = await report(ledger, transferTo(lost.address), 'held');
    expect(held).toMatchObject({ purseId: id, creditedTo: 'suspense', reason: 'no-owner' });
    const refused = await ledger.request('POST', `/v1/purses/${id}/restore`, {
      body: { reason: 'a test' },
    });
    expect([refused.status, refused.body.code]).toEqual([409, 'purse-unowned']);

    const act = { reason: 'the customer showed the page', reference: 'case-20' };
    for (const __ of ['first', 'repeat']) {
      const confirmed = await operate(ledger, `purses/${id}/owner`, act);
      expect([confirmed.status, confirmed.body.status]).toEqual([200, 'PENDING_PAYMENT']);
    }
    const next = await operate(ledger, `purses/${id}/owner`, { ...act, reference: 'case-21' });
    expect([next.status, next.body.code]).toEqual([409, 'purse-has-owner']);
    await atHead(ledger, `/v1/purses/${id}`);
    const credited = await report(ledger, transferTo(lost.address));
    expect(credited).toMatchObject({ purseId: id, creditedTo: 'customer' });
    const released = await operate(ledger, `replenishments/${held.id}/credit`, act);
    expect(released.body).toMatchObject({ creditedTo: 'customer' });
    expect(await faultsOf(ledger)).toEqual([]);
  });
});
