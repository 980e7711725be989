import { randomUUID } from 'node:crypto';
import { type ChainHeadV1, TOPICS, type TransferV1, transferKey } from '@daybook/contracts';
import { streamName } from '@daybook/domain';
import { Logger } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { moveDatabaseClock } from '../../../test/moved-clocks';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { GetReactions, type ReactionsReport } from '../src/reactions/get-reactions';

const CHAIN = 'eip155:31337';
const COIN = `${CHAIN}/slip44:60`;
const DAY_MS = 24 * 60 * 60_000;
const MONTH = { purseUnusedDays: 30, purseIdleDays: 30 };
const realNow = Date.now;

let ledger: TestLedger;
/** How far both clocks are ahead of the real one. */
let aheadMs = 0;

beforeAll(async () => {
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
  const chain = {
    id: CHAIN,
    name: CHAIN,
    rpcUrl: 'http://127.0.0.1:1',
    finality: { kind: 'depth', confirmations: 12 },
    assets: [{ id: COIN, currency: 'LOCAL', decimals: 18, minimum: '1000' }],
    blockTimeMs: null,
    reorgWindow: 16,
  };
  ledger = await createLedgerForTest({ chains: { chains: [chain] } });
  await until(async () => (await changePolicy(MONTH)).status === 200);
  await reportChain();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await ledger.close();
});

/** Lets both clocks, the database's and this process's, be so many days later. */
async function pass(days: number): Promise<void> {
  aheadMs += days * DAY_MS;
  await moveDatabaseClock(ledger.databaseUrl, aheadMs);
}

/** Lets days pass while watchers report. A check before the ledger knows of the report would put an expiry off. */
async function passWatched(days: number, report: Partial<Reported> = {}, ...chains: string[]) {
  for (const chain of [CHAIN, ...chains]) {
    await reportChain({ chain, ...report, at: Date.now() + days * DAY_MS });
  }
  await pass(days);
}

interface Reported extends Pick<ChainHeadV1, 'chain' | 'state' | 'paused'> {
  readonly at: number;
}

/** What the watcher of a chain says every ten seconds. */
async function reportChain({
  state = 'following',
  chain = CHAIN,
  paused = null,
  at = Date.now(),
}: Partial<Reported> = {}): Promise<void> {
  const observedAt = new Date(at).toISOString();
  const heights = { latest: 200, matched: 200, finalized: null };
  await ledger.publishChainHead({ chain, ...heights, state, detail: null, paused, observedAt });
  await until(async () => {
    const { body } = await ledger.request('GET', '/v1/chains');
    return JSON.stringify(body).includes(observedAt);
  });
}

function changePolicy(body: object, key = ledger.operatorKey, accountId = DEFAULT_ACCOUNT_ID) {
  return ledger.request('POST', `/v1/accounts/${accountId}/policy`, {
    body: { reason: 'agreed with the merchant', ...body },
    headers: { authorization: `Bearer ${key}` },
  });
}

interface Minted {
  readonly id: string;
  readonly address: string;
  readonly customerId: string;
}

async function mint(externalId: string): Promise<Minted> {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  const [{ id, address }] = customer.purses;
  return { id, address, customerId: customer.id };
}

let transfers = 0;

function aTransfer({ address }: Minted, parts: Partial<TransferV1> = {}): TransferV1 {
  transfers += 1;
  const txHash = `0x${transfers.toString(16).padStart(64, '0')}`;
  return {
    transferId: `${CHAIN}/${txHash}/log:0`,
    version: 1,
    status: 'final',
    chain: CHAIN,
    asset: COIN,
    amount: '1500000',
    from: '0x00000000000000000000000000000000000000aa',
    to: address.toLowerCase(),
    txHash,
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
    finality: { kind: 'depth', confirmations: 12 },
    ...parts,
  };
}

/** Publishes a transfer and answers with its replenishment once it has that status. */
async function replenish(purse: Minted, transfer: TransferV1, status: string) {
  await ledger.publishTransfers([transfer]);
  const find = async () => {
    const { body } = await ledger.request('GET', `/v1/replenishments?purseId=${purse.id}`);
    return body.data.find(({ txHash }: { txHash: string }) => txHash === transfer.txHash);
  };
  await until(async () => (await find())?.status === status);
  return find();
}

const statusOf = async ({ id }: Minted): Promise<string> =>
  (await ledger.request('GET', `/v1/purses/${id}`)).body.status;
const untilArchived = (purse: Minted): Promise<void> =>
  until(async () => (await statusOf(purse)) === 'ARCHIVED', { description: 'The expiry' });
const report = (): Promise<ReactionsReport> => ledger.app.get(QueryBus).execute(new GetReactions());

const query = <Row>(sql: string): Promise<Row[]> => ledger.app.get(DataSource).query(sql);

/** Waits until all that the log holds is scheduled, and everything that is due was looked at. */
async function untilLookedAt(): Promise<void> {
  const head = await ledger.store.head();
  const position = `SELECT position FROM ledger.checkpoint WHERE name = 'reaction:expire-purses'`;
  const busy = 'SELECT key FROM ledger.due WHERE lease IS NOT NULL OR due_at <= ledger.clock()';
  await until(async () => {
    const [reached] = await query<{ position: string }>(position);
    return BigInt(reached?.position ?? 0) >= head && (await query(busy)).length === 0;
  });
}

const historyOf = async ({ id }: Minted) =>
  (await ledger.store.readStream(streamName('purse', id))).map(({ type, data }) =>
    type === 'PurseArchived' ? `${type}: ${data.reason}` : type,
  );

describe('the policy of an account', () => {
  it('is changed by an operator, who leaves name and reason, and not by the account', async () => {
    const { body } = await changePolicy({ ...MONTH, purseIdleDays: 90 });
    expect(body).toMatchObject({ id: DEFAULT_ACCOUNT_ID, ...MONTH, purseIdleDays: 90 });
    const history = await ledger.store.readStream(streamName('account', DEFAULT_ACCOUNT_ID));
    expect(history.at(-1)).toMatchObject({
      type: 'AccountPolicyChanged',
      data: {
        purseExpiry: { unusedDays: 30, idleDays: 90 },
        reason: 'agreed with the merchant',
      },
      metadata: { actor: expect.stringMatching(/^operator:/) },
    });
    expect((await changePolicy(MONTH)).body).toMatchObject(MONTH);
    expect((await changePolicy(MONTH, ledger.apiKey)).status).toBe(403);
  });

  it.each([0, 1.5, 3651, '30'])('refuses a period of %p days', async (purseIdleDays) => {
    const { status, body } = await changePolicy({ purseIdleDays });
    expect([status, body.errors[0].pointer]).toEqual([400, '/purseIdleDays']);
  });

  it('is refused for an account that does not exist', async () => {
    const { body } = await changePolicy(MONTH, ledger.operatorKey, randomUUID());
    expect(body.code).toBe('account-not-found');
  });
});

describe('a purse that nobody uses', () => {
  it('is archived after its period, still watched, and restored by the next mint', async () => {
    const purse = await mint('never');
    await passWatched(29);
    await untilLookedAt();
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    await passWatched(2);
    await untilArchived(purse);
    expect(await historyOf(purse)).toEqual(['PurseMinted', 'PurseArchived: never-replenished']);

    const late = await replenish(purse, aTransfer(purse), 'held');
    expect(late).toMatchObject({ creditedTo: 'suspense', reason: 'purse-archived' });

    const again = await ledger.request('POST', `/v1/customers/${purse.customerId}/purses`, {
      body: { family: 'evm' },
    });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id: purse.id, status: 'PENDING_PAYMENT' });
    await passWatched(29);
    await untilLookedAt();
    const path = `/v1/purses/${purse.id}?minPosition=${await ledger.store.head()}`;
    expect((await ledger.request('GET', path)).body.status).toBe('PENDING_PAYMENT');
    await passWatched(2);
    await untilArchived(purse);
    expect(await historyOf(purse)).toEqual([
      'PurseMinted',
      'PurseArchived: never-replenished',
      'PurseRestored',
      'PurseArchived: unused',
    ]);
  });

  it('is renewed by a receipt to customer or account, and not by less than the minimum', async () => {
    const [paid, blocked, dust] = [await mint('paid'), await mint('blocked'), await mint('dust')];
    const { customerId } = blocked;
    const body = { reason: 'chargeback' };
    await ledger.request('POST', `/v1/customers/${customerId}/block`, { body });
    await pass(20);
    await replenish(paid, aTransfer(paid), 'confirmed');
    const toAccount = await replenish(blocked, aTransfer(blocked), 'confirmed');
    expect(toAccount).toMatchObject({ creditedTo: 'account' });
    await replenish(dust, aTransfer(dust, { amount: '1' }), 'held');
    await passWatched(11);
    await untilArchived(dust);
    await untilLookedAt();
    expect([await statusOf(paid), await statusOf(blocked)]).toEqual(
      Array(2).fill('PENDING_PAYMENT'),
    );
    await passWatched(20);
    await untilArchived(paid);
    await untilArchived(blocked);
    expect((await historyOf(paid)).at(-1)).toBe('PurseArchived: unused');
  });
});

describe('nothing expires', () => {
  it('while a deposit is under way: detected on day 29 and final on day 31, it is credited', async () => {
    const purse = await mint('under-way');
    const transfer = aTransfer(purse);
    await pass(29);
    await replenish(purse, { ...transfer, status: 'detected', finality: null }, 'detected');
    await passWatched(2);
    await until(async () => JSON.stringify(await report()).includes('replenishment of the purse'));
    await untilLookedAt();
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    const final = await replenish(purse, { ...transfer, version: 2 }, 'confirmed');
    expect(final).toMatchObject({ creditedTo: 'customer' });
    await passWatched(31);
    await untilArchived(purse);
    expect(await historyOf(purse)).toEqual(['PurseMinted', 'PurseArchived: unused']);
  });

  it('while a chain of the family is behind, or silent', async () => {
    const purse = await mint('silent');
    const notes = async () => JSON.stringify(await report());
    await pass(31);
    await until(async () => (await notes()).includes(`Chain ${CHAIN} is silent.`));
    await untilLookedAt();
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    await passWatched(1 / 12, { state: 'catching-up' });
    await passWatched(1 / 12, { state: 'catching-up' });
    await until(async () => (await notes()).includes(`Chain ${CHAIN} is behind.`));
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    await passWatched(1 / 12);
    await untilArchived(purse);
  });

  it('while a chain of the family is paused, however long, and then it is credited as it should', async () => {
    const purse = await mint('paused');
    const paused = {
      by: 'operator:1',
      since: new Date(Date.now()).toISOString(),
      reason: 'a move',
    };
    for (let month = 1; month <= 3; month++) {
      await passWatched(31, { state: 'stalled', paused });
      await until(async () => JSON.stringify(await report()).includes(`Chain ${CHAIN} is paused.`));
      await untilLookedAt();
      expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    }
    // It was paid during the pause, and the watcher finds that when it catches up.
    await reportChain({ state: 'catching-up' });
    const found = await replenish(purse, aTransfer(purse), 'confirmed');
    expect(found).toMatchObject({ creditedTo: 'customer' });
    await reportChain();
    await passWatched(29);
    await untilLookedAt();
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    await passWatched(2);
    await untilArchived(purse);
    expect(await historyOf(purse)).toEqual(['PurseMinted', 'PurseArchived: unused']);
  });

  it('while a transfer to the purse is parked, which keeps no other purse', async () => {
    const [purse, other] = [await mint('parked'), await mint('not-parked')];
    const key = transferKey({ chain: CHAIN, to: purse.address.toLowerCase() });
    const broken = { id: 'broken', key, value: '{}', headers: {} };
    await ledger.watcherLog.publish(TOPICS.transfer, [broken]);
    await passWatched(31);
    await until(async () => JSON.stringify(await report()).includes('to the purse is parked.'));
    await untilArchived(other);
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
  });

  it('while the clocks of the database and the process differ, and says so', async () => {
    // A reading from while `pass` had moved one of them stands for half a minute.
    const agree = async () => (await report()).clocksAgree;
    await until(agree, { description: 'Equal clocks', timeoutMs: 45_000 });
    const purse = await mint('clocks');
    const logged = jest.spyOn(Logger.prototype, 'error');
    await moveDatabaseClock(ledger.databaseUrl, aheadMs + 31 * DAY_MS);
    await until(() => JSON.stringify(logged.mock.calls).includes('clocks differ'));
    const { clocksAgree, clockDifferenceMs, reactions } = await report();
    expect(clocksAgree).toBe(false);
    expect(Math.round(clockDifferenceMs / DAY_MS)).toBe(31);
    const expiry = reactions.find(({ name }) => name === 'expire-purses');
    expect(expiry?.overdue).toBeGreaterThan(0);
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    await passWatched(31);
    await untilArchived(purse);
  });

  it('once the policy of the account is never, and again once it is not', async () => {
    const purse = await mint('policy');
    await changePolicy({});
    await passWatched(31);
    await untilLookedAt();
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    expect(await query('SELECT key FROM ledger.due')).toEqual([]);
    // Purses that were minted meanwhile, and before, are found when it changes back.
    const meanwhile = await mint('meanwhile');
    await changePolicy({ purseUnusedDays: 10 });
    await untilArchived(purse);
    await untilLookedAt();
    expect(await statusOf(meanwhile)).toBe('PENDING_PAYMENT');
    await passWatched(11);
    await untilArchived(meanwhile);
  });

  it('while a chain is silent that is not configured here, but that a watcher has reported', async () => {
    const ethereum = 'eip155:1';
    await reportChain({ chain: ethereum });
    const purse = await mint('elsewhere');
    await passWatched(31);
    await until(async () => JSON.stringify(await report()).includes(`${ethereum} is silent.`));
    expect(await statusOf(purse)).toBe('PENDING_PAYMENT');
    await passWatched(1 / 12, {}, ethereum);
    await untilArchived(purse);
  });
});
