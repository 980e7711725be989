import type { TransferV1 } from '@daybook/contracts';
import { streamName } from '@daybook/domain';
import { DEFAULT_PREFIX } from '@daybook/event-store';
import { EventStoreDBClient } from '@eventstore/db-client';
import {
  type StandIn,
  startEventStoreDbStandIn,
} from '../../../libs/event-store/testing/eventstoredb-stand-in';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';

let server: StandIn;
let administrator: EventStoreDBClient;
let ledger: TestLedger;

beforeAll(async () => {
  server = await startEventStoreDbStandIn();
  administrator = EventStoreDBClient.connectionString(server.url);
  ledger = await createLedgerForTest({ env: { eventstoredbUrl: server.url } });
});
afterAll(async () => {
  await ledger.close();
  await administrator.dispose();
  await server.stop();
});

const atHead = async (path: string): Promise<Reply['body']> => {
  const joined = path.includes('?') ? '&' : '?';
  return (await ledger.request('GET', `${path}${joined}minPosition=${await ledger.store.head()}`))
    .body;
};

const create = (externalId: string): Promise<Reply> =>
  ledger.request('POST', '/v1/customers', { body: { externalId, families: ['evm'] } });

describe('a ledger whose node is a follower that is behind', () => {
  it('creates customers and their purses, and reads what it decides on from the leader', async () => {
    server.lag(true);
    for (let i = 0; i < 5; i++) {
      // The next read that requires the leader is sent there.
      server.fail('read-not-leader');
      const { status, body } = await create(`behind-${i}`);
      expect([status, body.purses?.length]).toEqual([201, 1]);
      const repeated = await create(`behind-${i}`);
      expect([repeated.status, repeated.body.id]).toEqual([200, body.id]);
      expect(repeated.body.purses).toEqual(body.purses);
      const block = await ledger.request('POST', `/v1/customers/${body.id}/block`, {
        body: { reason: 'chargeback' },
      });
      expect(block.status).toBe(200);
    }
    server.lag(false);
  });

  it('reads nothing back that the same request has written', async () => {
    const read = ledger.store.readStreams.bind(ledger.store);
    const asked: string[] = [];
    ledger.store.readStreams = (streams) => {
      asked.push(...streams.map(({ stream }) => stream));
      return read(streams);
    };
    const { status, body } = await create('not-read-back');
    ledger.store.readStreams = read;
    expect(status).toBe(201);
    expect(asked).not.toContain(streamName('customer', body.id));
  });
});

const deleted = async (stream: string) => administrator.deleteStream(DEFAULT_PREFIX + stream);

describe('a ledger with a deleted stream', () => {
  it('creates no customer a second time, and its read models go on', async () => {
    const { body: customer } = await create('deleted');
    await atHead(`/v1/customers/${customer.id}`);
    await deleted(streamName('customer', customer.id));
    const refused = await create('deleted');
    expect([refused.status, refused.body.code]).toEqual([409, 'stream-incomplete']);
    const block = await ledger.request('POST', `/v1/customers/${customer.id}/block`, {
      body: { reason: 'chargeback' },
    });
    expect([block.status, block.body.code]).toEqual([409, 'stream-incomplete']);
    const { status, body: other } = await create('afterwards');
    expect(status).toBe(201);
    expect((await atHead(`/v1/customers/${other.id}`)).externalId).toBe('afterwards');
    expect((await atHead(`/v1/customers/${customer.id}`)).externalId).toBe('deleted');
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    const { body: report } = await ledger.request('GET', '/v1/operations/status', { headers });
    expect(report.problems.join('\n')).toContain(
      `The stream ${streamName('customer', customer.id)} is incomplete: it was deleted`,
    );
  });

  it('credits a deleted replenishment no second time, and others once', async () => {
    const { body } = await create('credited');
    const purse = body.purses[0];
    const transfer = (n: number, version = 1): TransferV1 => {
      const txHash = `0x${n.toString(16).padStart(64, '0')}`;
      return {
        ...{ transferId: `eip155:1/${txHash}/log:0`, version, status: 'final', chain: 'eip155:1' },
        ...{ asset: USDT, amount: '70000000', to: purse.address.toLowerCase(), txHash },
        from: '0x00000000000000000000000000000000000000aa',
        finality: { kind: 'depth', confirmations: 12 },
        block: { number: 7, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
      };
    };
    const custody = async () =>
      (await atHead(`/v1/purses/${purse.id}/balances`)).data[0]?.custody.baseUnits;
    await ledger.publishTransfers([transfer(1)]);
    await until(async () => (await custody()) === '70000000');
    const [replenishment] = (await atHead(`/v1/replenishments?purseId=${purse.id}`)).data;
    await deleted(streamName('replenishment', replenishment.id));

    // The same report, as after a rescan, and a later one.
    await ledger.publishTransfers([transfer(1), transfer(1, 2)]);
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    await until(async () => {
      const { body: parked } = await ledger.request('GET', '/v1/operations/parked-keys', {
        headers,
      });
      return parked.data.length === 1;
    });
    expect(await custody()).toBe('70000000');
    const { body: another } = await create('credited-too');
    const [elsewhere] = another.purses;
    await ledger.publishTransfers([{ ...transfer(2), to: elsewhere.address.toLowerCase() }]);
    await until(
      async () =>
        (await atHead(`/v1/purses/${elsewhere.id}/balances`)).data[0]?.custody.baseUnits ===
        '70000000',
    );
    expect(await custody()).toBe('70000000');
  });
});
