import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransferV1 } from '@daybook/contracts';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { answerOf } from '../apps/daybook/testing/answers';
import { daybook, spawnDaybook } from '../apps/daybook/testing/command-line';
import { startEventStoreDbStandIn } from '../libs/event-store/testing/eventstoredb-stand-in';
import { refusalOf } from './app-process';
import { freshDatabase, type TestDatabase, until } from './dependencies';
import type { Reply, TestLedger } from './ledger-harness';
import { moveDatabaseClock } from './moved-clocks';
import { addressesOf, faultsOf, mintAddresses, repeated, startOn } from './restored';

const HOUR_MS = 3_600_000;
const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';

jest.setTimeout(120_000);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await freshDatabase();
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
}

/** An event log of which a backup can be made, and put in its place. */
interface LogUnderTest {
  readonly url: string | undefined;
  backUp(): Promise<void>;
  putBack(): Promise<void>;
}

async function logInEventStoreDb(): Promise<LogUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-adopt-'));
  const file = (name: string) => join(folder, `${name}.log`);
  let server = await startEventStoreDbStandIn({ file: file('original') });
  ends.push(() => rm(folder, { recursive: true }));
  ends.push(() => server.stop());
  return {
    url: server.url,
    backUp: () => copyFile(file('original'), file('backup')),
    async putBack() {
      const { port } = server;
      await server.stop();
      server = await startEventStoreDbStandIn({ port, file: file('backup') });
    },
  };
}

async function logInPostgres({ url }: TestDatabase): Promise<LogUnderTest> {
  const run = async (sql: string) => {
    const client = surviveErrors(new Client({ connectionString: url }));
    await client.connect();
    return client.query(sql).finally(() => client.end());
  };
  let end = '0';
  return {
    url: undefined,
    async backUp() {
      const { rows } = await run('SELECT max(position)::text AS position FROM event_store.event');
      end = rows[0].position;
    },
    // The older backup of the log's schema alone has what there was then.
    putBack: async () =>
      void (await run(`
        ALTER TABLE event_store.event DISABLE TRIGGER ALL;
        DELETE FROM event_store.event WHERE position > ${end};
        ALTER TABLE event_store.event ENABLE ALWAYS TRIGGER append_only`)),
  };
}

const environment = ({ url }: TestDatabase, log: LogUnderTest) => ({
  ...{ DAYBOOK_DATABASE_URL: url, DAYBOOK_MIGRATION_URL: url },
  DAYBOOK_EVENTSTOREDB_URL: log.url ?? '',
});

async function adopt(database: TestDatabase, log: LogUnderTest, ...options: string[]) {
  const args = ['log', 'adopt', '--json', ...options];
  const { exitCode, stdout, stderr } = await daybook(args, environment(database, log));
  return { exitCode, report: stdout === '' ? null : answerOf('log-adoption', stdout), stderr };
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

describe.each([
  ['PostgreSQL', logInPostgres],
  ["EventStoreDB's protocol", logInEventStoreDb],
])('a log in %s that is put back to an older one', (_, openLog) => {
  it('is adopted with what the tables know, in a new epoch that readers of the old one are told of', async () => {
    const database = await emptyDatabase();
    const log = await openLog(database);
    const first = await start(database, log.url);
    const [alice, bob] = [await create(first, 'alice'), await create(first, 'bob')];
    await stop(first);
    await log.backUp();

    const second = await start(database, log.url);
    const carol = await create(second, 'carol');
    const archived = alice.purses[0].id;
    const because = { body: { reason: 'a test' } };
    await second.request('POST', `/v1/purses/${archived}/archive`, because);
    await second.request('POST', `/v1/customers/${bob.id}/block`, because);
    const key = await second.issueKey({ scopes: ['read'] });
    const transfer = transferTo(carol.purses[0].address);
    const lost = await report(second, transfer);
    const given = await addressesOf(second);
    const known = await atHead(second, `/v1/customers/${carol.id}`);
    const { nextCursor } = (await get(second, '/v1/customers?limit=1')).body;
    const feed = (await get(second, '/v1/events?limit=1')).body;
    await stop(second);
    await log.putBack();

    expect(await refusalOf('ledger', environment(database, log))).toContain(
      'npx daybook log adopt',
    );
    const planned = await adopt(database, log);
    expect(planned).toMatchObject({
      exitCode: 1,
      report: {
        ...{ applied: false, epoch: 2, unowned: 0, lost: { replenishment: 1 } },
        returned: { account: 1, branch: 1, customer: 2, purse: 3 },
        rescans: [{ chain: 'eip155:1', from: '100', to: '100' }],
      },
    });
    const { returned, lost: ofNoUse, rescans, through } = planned.report;
    const done = await adopt(database, log, '--apply', '--reason', 'the backup of last night');
    expect(done).toMatchObject({
      exitCode: 0,
      report: { applied: true, epoch: 2, through, returned, rescans, lost: ofNoUse },
    });
    expect(await adopt(database, log)).toMatchObject({ exitCode: 0, report: { refused: null } });

    const third = await start(database, log.url);
    expect(await atHead(third, `/v1/customers/${carol.id}`)).toEqual(known);
    expect(new Set(await addressesOf(third))).toEqual(new Set(given));
    expect((await get(third, `/v1/purses/${archived}`)).body.status).toBe('ARCHIVED');
    expect((await get(third, `/v1/customers/${bob.id}`)).body.status).toBe('BLOCKED');
    const headers = { authorization: `Bearer ${key}` };
    expect((await third.request('GET', '/v1/customers', { headers })).status).toBe(200);
    // A repeated creation finds what there was, and new addresses are new.
    expect((await create(third, 'carol')).purses).toMatchObject(
      carol.purses.map(({ id, address }: Reply['body']) => ({ id, address })),
    );
    given.push(...(await mintAddresses(third)));
    expect(repeated(given)).toEqual([]);
    expect(await faultsOf(third)).toEqual([]);

    for (const path of [
      `/v1/customers?limit=1&cursor=${nextCursor}`,
      `/v1/events?after=${feed.nextCursor}&log=${feed.log}`,
    ]) {
      const refused = await get(third, path);
      expect([refused.status, refused.body.code]).toEqual([410, 'epoch-ended']);
      expect(refused.body.detail).toContain(`beyond position ${through} is void`);
    }
    const since = (await get(third, `/v1/events?after=${through}&limit=100`)).body;
    expect(since.log).toBe(feed.log.replace(/1$/, '2'));
    const begun = { epoch: 2, validThrough: through, begunAt: expect.any(String) };
    const recorded = { subject: `replenishment/${lost.id}`, epoch: 2 };
    expect(since.data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'LogEpochBegun', data: begun }),
        expect.objectContaining({
          type: 'LossRecorded',
          data: expect.objectContaining(recorded),
        }),
      ]),
    );
    // Reported again, it is there again.
    expect((await report(third, transfer)).id).toBe(lost.id);
    expect(await faultsOf(third)).toEqual([]);
  });
});

describe('an empty log in the place of one that is lost', () => {
  it('is adopted when it is named, with all that the tables know, keys included', async () => {
    const database = await emptyDatabase();
    const lost = await logInEventStoreDb();
    const before = await start(database, lost.url);
    const given = await mintAddresses(before, 2);
    const key = await before.issueKey({ scopes: ['read'] });
    await stop(before);

    const log = await logInEventStoreDb();
    expect((await adopt(database, log)).report).toMatchObject({ identity: null, through: '0' });
    const unnamed = await adopt(database, log, '--apply');
    expect([unnamed.exitCode, unnamed.stderr]).toEqual([2, expect.stringContaining('--log none')]);
    const done = await adopt(database, log, '--apply', '--log', 'none');
    expect(done.report).toMatchObject({
      returned: { operator: 1, account: 1, branch: 1, customer: 2, purse: 4 },
    });
    const ledger = await start(database, log.url);
    expect(new Set(await addressesOf(ledger))).toEqual(new Set(given));
    const headers = { authorization: `Bearer ${key}` };
    expect((await ledger.request('GET', '/v1/customers', { headers })).status).toBe(200);
    given.push(...(await mintAddresses(ledger)));
    expect(repeated(given)).toEqual([]);
    expect(await faultsOf(ledger)).toEqual([]);
  });
});

describe('an adoption', () => {
  it('that is killed on the way is done by the next one', async () => {
    const database = await emptyDatabase();
    const log = await logInPostgres(database);
    const ended = async () => {
      const client = surviveErrors(new Client({ connectionString: database.url }));
      await client.connect();
      const { rows } = await client.query('SELECT max(position)::int AS n FROM event_store.event');
      await client.end();
      return rows[0].n;
    };
    await stop(await start(database));
    await log.backUp();
    const end = await ended();
    const before = await start(database);
    const given = await mintAddresses(before, 200);
    await stop(before);
    await log.putBack();
    const args = ['log', 'adopt', '--apply'];
    for (let beyond = 0; beyond < 600; beyond += 250) {
      const running = spawnDaybook(args, environment(database, log));
      await until(async () => (await ended()) > end + beyond);
      running.kill('SIGKILL');
      await running.ended;
    }
    expect((await daybook(args, environment(database, log))).exitCode).toBe(0);
    const ledger = await start(database);
    expect((await get(ledger, '/v1/events')).body.log).toMatch(/\.2$/);
    for (const address of given.slice(0, 3).concat(given.slice(-3))) {
      const { data } = (await get(ledger, `/v1/purses?address=${address}`)).body;
      expect(data).toMatchObject([{ status: 'PENDING_PAYMENT' }]);
    }
    expect(await faultsOf(ledger)).toEqual([]);
  });

  it('begins an epoch where log and tables were restored together', async () => {
    const database = await emptyDatabase();
    const log = await logInPostgres(database);
    const before = await start(database);
    const given = await mintAddresses(before, 1);
    const { log: name, nextCursor } = (await get(before, '/v1/events?limit=1')).body;
    await stop(before);
    const begun = await adopt(database, log, '--new-epoch', '--apply');
    expect(begun).toMatchObject({ exitCode: 0, report: { refused: null, epoch: 2, returned: {} } });
    const ledger = await start(database);
    const { body } = await get(ledger, `/v1/events?after=${nextCursor}&log=${name}`);
    expect(body.code).toBe('epoch-ended');
    expect(new Set(await addressesOf(ledger))).toEqual(new Set(given));
    expect(await faultsOf(ledger)).toEqual([]);
  });
});

describe('an address that the log lost, whose purse got another one since', () => {
  it('stays watched, and what arrives there is held until the operator confirms the owner', async () => {
    const [database, elsewhere] = [await emptyDatabase(), await emptyDatabase()];
    const log = await logInEventStoreDb();
    await stop(await start(database, log.url));
    await log.backUp();
    const before = await start(database, log.url);
    const lost = (await create(before, 'dave')).purses[0];
    await stop(before);
    await log.putBack();
    // The backup goes on with an empty database, an hour later.
    await stop(await start(elsewhere, log.url));
    await moveDatabaseClock(elsewhere.url, HOUR_MS);
    const meanwhile = await start(elsewhere, log.url);
    const again = (await create(meanwhile, 'dave')).purses[0];
    expect([again.id, again.address === lost.address]).toEqual([lost.id, false]);
    await stop(meanwhile);

    const done = await adopt(database, log, '--apply');
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
