import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '@daybook/audit';
import type { TransferV1 } from '@daybook/contracts';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { PostgresWatcherStore } from '../apps/chain-watcher/src/store/postgres-watcher-store';
import { AUDITED } from '../apps/ledger/src/operations/read-models';
import { until } from './dependencies';
import { createLedgerForTest, type TestLedger } from './ledger-harness';

interface Repeat {
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  readonly status: number;
  readonly answer: object;
}

interface Recorded {
  readonly keys: { readonly [name in 'bootstrap' | 'reads' | 'writes' | 'revoked']: string };
  readonly chains: object;
  readonly answers: { readonly [path: string]: object };
  readonly repeats: readonly Repeat[];
  /** The first of each type. */
  readonly events: readonly { readonly id: string; readonly type: string }[];
}

interface OldReplenishment {
  readonly block: { readonly number: number } | null;
}

const CHAIN = 'eip155:31337';
const TOKEN = `${CHAIN}/erc20:0x8cdaf0cd259887258bc13a92c0a6da92698644c0`;

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', name), 'utf8');
/** What the older version answered, on the database of `old-data-folder.sql`. */
const recorded: Recorded = JSON.parse(fixture('old-data-folder.json'));

let ledger: TestLedger;

/** The answer of the older version, with what replenishments have since. Its chain had come to block 30. */
function withNewFields(answer: object): object {
  const { data, ...rest } = answer as { readonly data: readonly OldReplenishment[] };
  const renewed = data.map(({ block, ...old }) => {
    const shown = block && { policy: 'depth:3', current: 30 - block.number + 1, required: 3 };
    return { ...old, block, confirmations: shown, netted: null, unbacked: null, sum: null };
  });
  return { ...rest, data: renewed };
}

/** What the older version did not know of a customer. */
const NO_PROFILE_YET = {
  email: null,
  firstName: null,
  lastName: null,
  phone: null,
  metadata: null,
};

function withProfiles(answer: object): object {
  const { data, ...rest } = answer as { readonly data: readonly object[] };
  return { ...rest, data: data.map((customer) => ({ ...customer, ...NO_PROFILE_YET })) };
}

/** Fills a database as the older version left it. */
async function restore(url: string): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: url }));
  await client.connect();
  await client.query(fixture('old-data-folder.sql'));
  await client.end();
}

beforeAll(async () => {
  ledger = await createLedgerForTest({
    restore,
    apiKey: recorded.keys.bootstrap,
    chains: recorded.chains,
  });
});
afterAll(() => ledger.close());

function transferTo(to: string): TransferV1 {
  const txHash = `0x${'c0'.repeat(32)}`;
  const block = { number: 31, hash: `0x${'b1'.repeat(32)}`, time: '2026-11-28T16:00:00Z' };
  return {
    ...{ transferId: `${CHAIN}/${txHash}/log:0`, version: 1, status: 'final', chain: CHAIN },
    ...{ asset: TOKEN, amount: '2000000', from: `0x${'aa'.repeat(20)}`, to, txHash, block },
    finality: { kind: 'depth', confirmations: 3 },
  };
}

const get = (path: string) => ledger.request('GET', path);

describe('a database of an older version', () => {
  it.each(Object.entries(recorded.answers))(
    'answers GET %s as it did, besides new fields',
    async (path, answer) => {
      const { body } = await get(path);
      if (path.startsWith('/v1/replenishments')) expect(body).toEqual(withNewFields(answer));
      else expect(body).toEqual(path.startsWith('/v1/customers?') ? withProfiles(answer) : answer);
    },
  );

  it('lists its events with every field that they had', async () => {
    const { body } = await get('/v1/events?limit=200');
    for (const event of recorded.events) {
      expect(body.data.find(({ id }: { id: string }) => id === event.id)).toMatchObject(event);
    }
  });

  it.each(recorded.repeats)(
    'answers $method $path with the Idempotency-Key $key as the first time',
    async ({ method, path, key, body, status, answer }) => {
      const head = await ledger.store.head();
      const reply = await ledger.request(method, path, {
        body,
        headers: { 'idempotency-key': key },
      });
      expect([reply.status, reply.headers.get('idempotency-replayed')]).toEqual([status, 'true']);
      const isCustomer = 'externalId' in answer;
      expect(reply.body).toEqual(isCustomer ? { ...answer, ...NO_PROFILE_YET } : answer);
      expect(await ledger.store.head()).toBe(head);
    },
  );

  it.each([
    ['may read', 'reads', 200, 403],
    ['may write', 'writes', 200, 200],
    ['was revoked', 'revoked', 401, 401],
  ] as const)('knows the key that %s', async (_, name, read, write) => {
    const headers = { authorization: `Bearer ${recorded.keys[name]}` };
    const body = { externalId: 'alice' };
    expect((await ledger.request('GET', '/v1/customers', { headers })).status).toBe(read);
    expect((await ledger.request('POST', '/v1/customers', { headers, body })).status).toBe(write);
  });

  it('has the rows that its log leads to', async () => {
    const { store, databaseUrl: liveUrl } = ledger;
    const report = await compare({ ...AUDITED, store, liveUrl });
    expect(report.differences).toEqual([]);
    expect(report.violations).toEqual([]);
  });

  it('credits a transfer that comes after the upgrade', async () => {
    const { body: purses } = await get('/v1/purses?limit=200');
    const purse = purses.data.find((it: { status: string }) => it.status === 'PENDING_PAYMENT');
    const received = async () => {
      const { body } = await get(`/v1/purses/${purse.id}/throughput`);
      const figures = body.data.find((it: { asset: string }) => it.asset === TOKEN);
      return BigInt(figures?.received.baseUnits ?? 0);
    };
    const before = await received();
    await ledger.publishTransfers([transferTo(purse.address.toLowerCase())]);
    await until(async () => (await received()) === before + 2_000_000n);
  });
});

describe('the watcher of an older version', () => {
  it('continues its chain, and every rescan that was open', async () => {
    await migrateWatcher(ledger.databaseUrl, 'postgres');
    const store = new PostgresWatcherStore({ url: ledger.databaseUrl });
    const record = await store.load(CHAIN);
    await store.close();
    expect(record).toMatchObject({ startNumber: 0, taken: 48n, acknowledged: 48n });
    expect(record.ring.at(-1)).toMatchObject({ number: 30 });
    expect(record.seen.map(({ transfer }) => transfer.status)).toEqual(['seen']);
    const open = record.rescans.map(({ origin, state, from, to, next }) =>
      [origin, state, from, to, next].join(' '),
    );
    // A rescan's table, an operator's request and a time in the chain's row were three places.
    expect(open.toSorted()).toEqual([
      'late-address running 5 9 9',
      'late-address waiting   ',
      'operator running 2 12 6',
      'operator waiting 0 20 ',
    ]);
  });
});
