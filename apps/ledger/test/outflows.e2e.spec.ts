import { type json, NO_TRANSACTION, type OutflowV1, type TransferV1 } from '@daybook/contracts';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { readWalletsFile, refusePurses } from '../src/account-wallets.env';
import { BooksModule } from '../src/books';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const ETH = 'eip155:1/slip44:60';
const FAKE = 'eip155:1/erc20:0x00000000000000000000000000000000000000fa';
const PAYER = '0x00000000000000000000000000000000000000aa';
const WALLET = '0x00000000000000000000000000000000000000e1';
const GAS = '0x00000000000000000000000000000000000000a5';
const STRANGER = '0x00000000000000000000000000000000000000bb';
const OTHER_ACCOUNT = '7a0c61a9-5d3e-5a0b-8f7c-1b2a3c4d5e6f';
/** More than the minimum of both assets. */
const UNIT = 1_000_000_000_000_000_000n;

let ledger: TestLedger;
beforeAll(async () => {
  const wallets = {
    accounts: { [DEFAULT_ACCOUNT_ID]: { wallets: [WALLET], gas: [GAS] } },
  };
  ledger = await createLedgerForTest({ wallets });
});
afterAll(() => ledger.close());

const get = async (path: string) => (await ledger.request('GET', path)).body;
const atHead = async (path: string) =>
  get(`${path}${path.includes('?') ? '&' : '?'}minPosition=${await ledger.store.head()}`);

/** An operator's correction. */
async function correct(path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  const answer = await ledger.request('POST', `/v1/operations/${path}`, { headers, body });
  expect(answer).toMatchObject({ status: 200 });
}

let customers = 0;

async function mint(): Promise<{ readonly id: string; readonly address: string }> {
  customers += 1;
  const body = { externalId: `customer-${customers}`, families: ['evm'] };
  const created = await ledger.request('POST', '/v1/customers', { body });
  const { id, address } = created.body.purses[0];
  return { id, address: address.toLowerCase() };
}

let transactions = 0;

/** A transaction of its own. */
function tx(): string {
  transactions += 1;
  return `0x${transactions.toString(16).padStart(64, '0')}`;
}

const blockAt = (number: number) => ({
  ...{ number, hash: `0x${number.toString(16).padStart(64, 'b')}` },
  time: '2026-01-02T03:04:05.000Z',
});
const final = { version: 1, status: 'final', chain: 'eip155:1' } as const;
const depth = { kind: 'depth', confirmations: 12 } as const;

function transfer(to: string, units: bigint, block: number, parts: Partial<TransferV1> = {}) {
  const { txHash = tx(), asset = USDT } = parts;
  return {
    ...{ transferId: `eip155:1/${txHash}/log:0`, ...final, asset, amount: `${units * UNIT}` },
    ...{ from: PAYER, to, txHash, block: blockAt(block), finality: depth, ...parts },
  } satisfies TransferV1;
}

function outflow(
  from: string,
  to: string | null,
  units: bigint,
  block: number,
  parts: Partial<OutflowV1> = {},
) {
  const { txHash = tx(), asset = USDT } = parts;
  const ordinal = to === null ? 'fee:0' : 'log:0';
  return {
    ...{ outflowId: `eip155:1/${txHash}/${ordinal}`, ...final, asset, amount: `${units * UNIT}` },
    ...{ from, to, txHash, block: blockAt(block), finality: depth, ...parts },
  } satisfies OutflowV1;
}

const outflowsOf = async (purseId: string, filter = ''): Promise<json.Outflow[]> =>
  (await atHead(`/v1/purses/${purseId}/outflows?limit=100${filter}`)).data;
const replenishmentsOf = async (purseId: string): Promise<json.Replenishment[]> =>
  (await atHead(`/v1/replenishments?purseId=${purseId}&limit=100`)).data;

/** The figures of a purse and asset in units. */
async function figuresOf(purseId: string, asset = USDT) {
  const balances: json.Balance[] = (await atHead(`/v1/purses/${purseId}/balances`)).data;
  const of = balances.find((balance) => balance.asset === asset);
  const units = (money?: json.Money) => BigInt(money?.baseUnits ?? 0) / UNIT;
  return {
    custody: units(of?.custody),
    claim: units(of?.claim),
    accountClaim: units(of?.accountClaim),
    suspense: units(of?.suspense),
  };
}

const isBooked = (purseId: string, count: number) =>
  until(async () => (await outflowsOf(purseId, '&status=booked')).length === count, {
    description: `${count} booked outflows`,
  });
const areCredited = (purseId: string, count: number) =>
  until(
    async () =>
      (await replenishmentsOf(purseId)).filter(({ status }) => status === 'confirmed').length ===
      count,
    { description: `${count} confirmed replenishments` },
  );

/** The amounts in units of the replenishments that are completed, from the oldest to the newest. */
async function completedOf(purseId: string): Promise<readonly bigint[]> {
  const completed = (await replenishmentsOf(purseId)).filter(
    (r) => r.translationToAccountCompleted,
  );
  return completed.map(({ money }) => BigInt(money.baseUnits) / UNIT).reverse();
}

const areCompleted = (purseId: string, ...amounts: readonly bigint[]) =>
  until(async () => `${await completedOf(purseId)}` === `${amounts}`, {
    description: `Completed: ${amounts}`,
  });

describe('a sweep', () => {
  it('moves custody to the wallet and completes the oldest replenishments, parts counted', async () => {
    const purse = await mint();
    await ledger.publishTransfers([
      transfer(purse.address, 5n, 100),
      transfer(purse.address, 3n, 101),
    ]);
    await areCredited(purse.id, 2);
    const first = outflow(purse.address, WALLET, 6n, 102);
    await ledger.publishOutflows([first]);
    await areCompleted(purse.id, 5n);
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 2n, claim: 8n });
    const last = outflow(purse.address, WALLET, 2n, 103);
    await ledger.publishOutflows([last, first]);
    await areCompleted(purse.id, 5n, 3n);
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 0n, claim: 8n });
    const throughput = await atHead(`/v1/purses/${purse.id}/throughput`);
    expect(throughput.data[0].received.baseUnits).toBe(`${8n * UNIT}`);

    const [newest] = await outflowsOf(purse.id);
    expect(newest).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...{ customerId: expect.any(String), purseId: purse.id, use: 'sweep', status: 'booked' },
      money: expect.objectContaining({ currency: 'USDT_ETH', baseUnits: `${2n * UNIT}` }),
      ...{ netted: null, chain: 'eip155:1', txHash: last.txHash, ordinal: 'log:0' },
      from: expect.stringMatching(new RegExp(purse.address, 'i')),
      to: WALLET,
      ...{ block: last.block, reason: null, finality: 'depth:12' },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
      position: expect.stringMatching(/^\d+$/),
    });

    // The chain takes the last sweep back.
    await ledger.publishOutflows([{ ...last, version: 2, status: 'reverted', finality: null }]);
    await areCompleted(purse.id, 5n);
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 2n, claim: 8n });
  });

  it('is told with the completed replenishment in the feed', async () => {
    const purse = await mint();
    const before = await ledger.store.head();
    const swept = outflow(purse.address, WALLET, 5n, 102);
    await ledger.publishTransfers([transfer(purse.address, 5n, 100)]);
    await ledger.publishOutflows([swept]);
    await areCompleted(purse.id, 5n);
    const { data } = await get(`/v1/events?after=${before}&limit=100`);
    const { outflowId, txHash } = swept;
    const about = (type: string) => data.filter((event: json.Event) => event.type === type);
    expect(about('SweepCompleted')).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ purseId: purse.id, outflowId, amount: swept.amount }),
      }),
    ]);
    expect(about('ReplenishmentSwept')).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ purseId: purse.id, sweep: { outflowId, txHash } }),
      }),
    ]);
  });

  it('that only the trace of one node shows is recorded when it is proven, never before', async () => {
    const [purse, other] = [await mint(), await mint()];
    const sweep = { ...outflow(purse.address, WALLET, 5n, 102, { asset: ETH }), version: 3 };
    const detected = { ...sweep, status: 'detected', finality: null } as const;
    const waiting = { waiting: 'awaiting-second-provider', unprovenTrace: true } as const;
    await ledger.publishOutflows([
      { ...detected, version: 1, ...waiting },
      outflow(other.address, WALLET, 1n, 102),
    ]);
    await isBooked(other.id, 1);
    expect(await outflowsOf(purse.id)).toEqual([]);
    await ledger.publishOutflows([{ ...detected, version: 2 }, sweep]);
    await isBooked(purse.id, 1);
  });

  it('may be reported before what it swept, which is completed all the same', async () => {
    const purse = await mint();
    await ledger.publishOutflows([outflow(purse.address, WALLET, 5n, 105)]);
    await isBooked(purse.id, 1);
    expect(await figuresOf(purse.id)).toMatchObject({ custody: -5n, claim: 0n });
    await ledger.publishTransfers([
      transfer(purse.address, 5n, 104),
      transfer(purse.address, 5n, 106),
    ]);
    await areCompleted(purse.id, 5n);
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 5n, claim: 10n });
  });

  it('of a coin completes a replenishment together with its fee', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 5n, 100, { asset: ETH })]);
    const txHash = tx();
    await ledger.publishOutflows([outflow(purse.address, WALLET, 4n, 101, { txHash, asset: ETH })]);
    await isBooked(purse.id, 1);
    await areCredited(purse.id, 1);
    expect(await completedOf(purse.id)).toEqual([]);
    await ledger.publishOutflows([outflow(purse.address, null, 1n, 101, { txHash, asset: ETH })]);
    await areCompleted(purse.id, 5n);
    expect(await figuresOf(purse.id, ETH)).toMatchObject({ custody: 0n, claim: 5n });
  });

  it('completes a replenishment together with the fee of one that failed, unless a top-up paid that', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 5n, 100, { asset: ETH })]);
    const txHash = tx();
    await ledger.publishOutflows([
      outflow(purse.address, null, 1n, 101, { asset: ETH }),
      outflow(purse.address, WALLET, 3n, 103, { txHash, asset: ETH }),
      outflow(purse.address, null, 1n, 103, { txHash, asset: ETH }),
    ]);
    await areCompleted(purse.id, 5n);
    expect(await figuresOf(purse.id, ETH)).toMatchObject({ custody: 0n, claim: 5n });
    await ledger.publishTransfers([transfer(purse.address, 1n, 102, { asset: ETH, from: GAS })]);
    await areCompleted(purse.id);
    expect(await figuresOf(purse.id, ETH)).toMatchObject({ custody: 1n, claim: 5n });
  });
});

describe('a void of what was swept', () => {
  it('leaves the sweep to later deposits, and what is credited again is completed in its new block', async () => {
    const purse = await mint();
    const old = transfer(purse.address, 5n, 100);
    await ledger.publishTransfers([old, transfer(purse.address, 5n, 101)]);
    await areCredited(purse.id, 2);
    await ledger.publishOutflows([outflow(purse.address, WALLET, 5n, 102)]);
    const shown = async () => {
      const all = await replenishmentsOf(purse.id);
      return all.map((r) => [r.txHash, r.translationToAccountCompleted]);
    };
    const [newer] = (await replenishmentsOf(purse.id)).map(({ txHash }) => txHash);
    const isCompleted = (hash: string | null | undefined) =>
      until(
        async () => {
          const completed = (await shown()).filter(([, isSwept]) => isSwept);
          return completed.length === 1 && completed[0]?.[0] === hash;
        },
        { description: `Only ${hash} is completed` },
      );
    await isCompleted(old.txHash);
    const { id } = (await replenishmentsOf(purse.id)).find((r) => r.txHash === old.txHash) ?? {};
    await correct(`replenishments/${id}/void`, { reason: 'it lied', reference: 'case-1' });
    await isCompleted(newer);
    const before = await ledger.store.head();
    // The chain shows it in a later block, which is still older than the sweep.
    await ledger.publishTransfers([
      { ...old, version: 2, status: 'reverted', finality: null },
      { ...old, version: 3, block: { ...blockAt(101), hash: blockAt(201).hash } },
    ]);
    const noted = async () => {
      const { data } = await get(`/v1/events?after=${before}&limit=100`);
      return data.some((event: json.Event) => JSON.stringify(event).includes(blockAt(201).hash));
    };
    await until(noted, { description: 'The report of the other block' });
    await correct(`replenishments/${id}/credit`, { reason: 'it did not', reference: 'case-2' });
    expect(await atHead(`/v1/replenishments/${id}`)).toMatchObject({
      ...{ status: 'confirmed', block: { number: 101, hash: blockAt(201).hash } },
    });
    await ledger.publishOutflows([outflow(purse.address, WALLET, 5n, 103)]);
    await until(async () => (await shown()).every(([, isSwept]) => isSwept), {
      description: 'Both are completed',
    });
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 0n, claim: 10n });
  });
});

describe('coins of the account itself', () => {
  it('are no deposit: a top-up is booked to the account, and spent on fees', async () => {
    const purse = await mint();
    await ledger.publishTransfers([
      transfer(purse.address, 3n, 100, { asset: ETH, from: GAS }),
      transfer(purse.address, 2n, 100, { from: GAS }),
    ]);
    await ledger.publishOutflows([outflow(purse.address, null, 1n, 101, { asset: ETH })]);
    await isBooked(purse.id, 1);
    await areCredited(purse.id, 1);
    const shown = await replenishmentsOf(purse.id);
    expect(shown.find(({ money }) => money.asset === ETH)).toMatchObject({
      ...{ status: 'rejected', reason: 'top-up', creditedTo: 'account', finality: 'depth:12' },
    });
    expect(await figuresOf(purse.id, ETH)).toEqual({
      ...{ custody: 2n, claim: 0n, accountClaim: 3n, suspense: 0n },
    });
    // Tokens from a gas address are a deposit.
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 2n, claim: 2n });
  });

  it('move between two purses once, whichever report comes first, and move back', async () => {
    const [from, to] = [await mint(), await mint()];
    await ledger.publishTransfers([transfer(from.address, 9n, 100)]);
    const txHash = tx();
    const into = transfer(to.address, 4n, 101, { txHash, from: from.address });
    const out = outflow(from.address, to.address, 4n, 101, { txHash });
    await ledger.publishTransfers([into, into]);
    await until(async () => (await figuresOf(to.id)).custody === 4n);
    await ledger.publishOutflows([out, out]);
    await until(async () => (await figuresOf(from.id)).custody === 5n);
    expect(await outflowsOf(from.id)).toMatchObject([{ use: 'internal', status: 'booked' }]);
    expect(await replenishmentsOf(to.id)).toMatchObject([
      { status: 'rejected', reason: 'internal', creditedTo: null },
    ]);
    expect(await figuresOf(to.id)).toMatchObject({ custody: 4n, claim: 0n, suspense: 0n });
    const reverted = { version: 2, status: 'reverted', finality: null } as const;
    await ledger.publishOutflows([{ ...out, ...reverted }]);
    await ledger.publishTransfers([{ ...into, ...reverted }]);
    await until(async () => (await figuresOf(to.id)).custody === 0n);
    await until(async () => (await figuresOf(from.id)).custody === 9n);
  });
});

describe('an outflow', () => {
  it('that nobody planned stands in suspense, and completes nothing', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 5n, 100)]);
    await ledger.publishOutflows([outflow(purse.address, STRANGER, 5n, 101)]);
    await isBooked(purse.id, 1);
    await areCredited(purse.id, 1);
    expect(await outflowsOf(purse.id, '&use=unplanned')).toHaveLength(1);
    expect(await figuresOf(purse.id)).toEqual({
      ...{ custody: 0n, claim: 5n, accountClaim: 0n, suspense: -5n },
    });
    expect(await completedOf(purse.id)).toEqual([]);
  });

  it('that nobody planned opens a finding, which the chain closes', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 5n, 100)]);
    const left = outflow(purse.address, STRANGER, 2n, 101);
    await ledger.publishOutflows([left]);
    const findings = async () =>
      (await atHead('/v1/findings?limit=100')).data.filter(
        (found: json.Finding) => found.purseId === purse.id,
      );
    await until(async () => (await findings()).length === 1, { description: 'The finding' });
    const [found] = await findings();
    expect(found).toMatchObject({
      ...{ kind: 'unplanned-outflow', status: 'open', subject: left.outflowId },
      ...{ difference: { baseUnits: `${-2n * UNIT}` }, fromBlock: 101, toBlock: 101 },
    });
    const charge = { resolution: 'credit', creditTo: 'customer', difference: `${-2n * UNIT}` };
    const act = { reason: 'the customer moved it', reference: 'case-3' };
    await correct(`findings/${found.id}/resolve`, { ...charge, ...act });
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 3n, claim: 3n, suspense: 0n });
    await ledger.publishOutflows([{ ...left, version: 2, status: 'reverted', finality: null }]);
    await until(async () => (await findings())[0].end === 'explained', {
      description: 'The end of the finding',
    });
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 5n, claim: 5n, suspense: 0n });
  });

  it('of an unknown token, of a failed transaction, or all of which came back is shown with its reason', async () => {
    const purse = await mint();
    await ledger.publishOutflows([
      outflow(purse.address, STRANGER, 5n, 101, { asset: FAKE }),
      outflow(purse.address, STRANGER, 1n, 103, { netted: `${UNIT}` }),
      outflow(purse.address, STRANGER, 1n, 104, { status: 'failed', finality: null }),
    ]);
    await until(async () => (await outflowsOf(purse.id)).length === 3);
    const shown = await outflowsOf(purse.id, '&status=rejected');
    expect(new Set(shown.map(({ reason }) => reason))).toEqual(
      new Set(['netted', 'transaction-failed', 'unknown-token']),
    );
    expect((await atHead(`/v1/purses/${purse.id}/balances`)).data).toEqual([]);
  });

  it('is shown to the account of its purse alone', async () => {
    const purse = await mint();
    await ledger.publishOutflows([outflow(purse.address, STRANGER, 1n, 101)]);
    await isBooked(purse.id, 1);
    const key = await ledger.issueKey({ scopes: ['read'], accountId: OTHER_ACCOUNT });
    const headers = { authorization: `Bearer ${key}` };
    const path = `/v1/purses/${purse.id}/outflows`;
    expect(await ledger.request('GET', path, { headers })).toMatchObject({ status: 404 });
  });
});

describe('a transfer', () => {
  it('is credited without what left again in its transaction, and shows both', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 5n, 100, { netted: `${2n * UNIT}` })]);
    await areCredited(purse.id, 1);
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 3n, claim: 3n });
    expect(await replenishmentsOf(purse.id)).toMatchObject([
      { money: { baseUnits: `${5n * UNIT}` }, netted: { baseUnits: `${2n * UNIT}` } },
    ]);
  });

  it('is credited with what the balance of the purse backs, and rejected if that is nothing', async () => {
    const purse = await mint();
    const unbacked = (amount: bigint) => ({
      netted: `${amount * UNIT}`,
      unbacked: `${amount * UNIT}`,
    });
    const unread = { waiting: 'awaiting-second-provider', unreadBalance: true } as const;
    const waits = { ...unread, status: 'detected', finality: null } as const;
    const waiting = transfer(purse.address, 5n, 102, waits);
    await ledger.publishTransfers([
      transfer(purse.address, 5n, 100, unbacked(2n)),
      transfer(purse.address, 5n, 101, unbacked(5n)),
      waiting,
    ]);
    await areCredited(purse.id, 1);
    await until(async () => (await replenishmentsOf(purse.id)).length === 3);
    const shown = await replenishmentsOf(purse.id);
    expect(
      new Set(shown.map(({ status, reason }: json.Replenishment) => `${status} ${reason}`)),
    ).toEqual(new Set(['confirmed null', 'detected unread-balance', 'rejected unbacked']));
    expect(shown.find(({ status }: json.Replenishment) => status === 'confirmed')).toMatchObject({
      ...{ money: { baseUnits: `${5n * UNIT}` }, netted: { baseUnits: `${2n * UNIT}` } },
      unbacked: { baseUnits: `${2n * UNIT}` },
    });
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 3n, claim: 3n });
    const { waiting: _, unreadBalance: __, ...read } = waiting;
    const final = { status: 'final', finality: { kind: 'depth', confirmations: 12 } } as const;
    await ledger.publishTransfers([
      { ...read, version: 2, ...unbacked(1n) },
      { ...read, version: 3, ...unbacked(1n), ...final },
    ]);
    await areCredited(purse.id, 2);
    expect(await figuresOf(purse.id)).toMatchObject({ custody: 7n, claim: 7n });
  });

  it('that no transaction moved has no hash', async () => {
    const purse = await mint();
    const transferId = `eip155:1/${NO_TRANSACTION}/withdrawal:7`;
    const withdrawal = { transferId, txHash: NO_TRANSACTION, asset: ETH };
    await ledger.publishTransfers([transfer(purse.address, 5n, 100, withdrawal)]);
    await areCredited(purse.id, 1);
    expect(await replenishmentsOf(purse.id)).toMatchObject([
      { txHash: null, ordinal: 'withdrawal:7' },
    ]);
  });

  it('that cannot be read is never credited, whatever its amount says', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 5n, 100, { unreadable: true })]);
    await until(async () => (await replenishmentsOf(purse.id)).length === 1);
    expect(await replenishmentsOf(purse.id)).toMatchObject([
      { status: 'rejected', reason: 'unreadable' },
    ]);
  });
});

it('refuses a wallets file with the address of a purse, and names both', async () => {
  const purse = await mint();
  await atHead(`/v1/purses/${purse.id}`);
  const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
  await client.connect();
  const file = (address: string) =>
    readWalletsFile(JSON.stringify({ accounts: { [OTHER_ACCOUNT]: { gas: [GAS, address] } } }));
  try {
    await refusePurses(client, file(WALLET));
    await expect(refusePurses(client, file(purse.address))).rejects.toThrow(
      `gas[1]: ${purse.address} is the address of purse ${purse.id}.`,
    );
  } finally {
    await client.end();
  }
});

describe('all transactions', () => {
  const pagesOf = async (query: string): Promise<json.TransactionEntry[]> => {
    const found: json.TransactionEntry[] = [];
    let next: string | null = null;
    do {
      const cursor: string = next === null ? '' : `&cursor=${next}`;
      const page = await atHead(`/v1/transactions?limit=10${query}${cursor}`);
      found.push(...page.data);
      next = page.nextCursor;
    } while (next !== null);
    return found;
  };
  const exported = (accept: string, query = '') =>
    ledger.request('GET', `/v1/transactions/export${query}`, { headers: { accept } });
  const linesOf = (body: string) => body.split(/\r?\n/).filter((line) => line !== '');

  it('are what the lists of replenishments and outflows have, each once', async () => {
    const all = await pagesOf('');
    const purses: json.Purse[] = (await atHead('/v1/purses?limit=100')).data;
    const expected: string[] = [];
    for (const { id } of purses) {
      for (const outflow of await outflowsOf(id)) expected.push(outflow.id);
      for (const replenishment of await replenishmentsOf(id)) expected.push(replenishment.id);
    }
    expect(all.map(({ id }) => id).sort(byText)).toEqual(expected.sort(byText));
    const positions = all.map(({ createdAt }) => createdAt);
    expect(positions).toEqual([...positions].sort(byText).reverse());
    const [sweep] = await pagesOf('&type=sweep&status=booked');
    expect(sweep).toMatchObject({ type: 'sweep', to: expect.any(String), netted: null });
    const [first] = purses;
    const ofCustomer = await pagesOf(`&customerId=${first?.customerId}`);
    expect(ofCustomer).toEqual(all.filter(({ customerId }) => customerId === first?.customerId));
    expect(await pagesOf('&asset=ETH')).toEqual(all.filter(({ money }) => money.asset === ETH));
    expect(await pagesOf('&from=2999-01-01T00:00:00Z')).toEqual([]);
  });

  it('are exported as the list has them, as lines of JSON or CSV, with their position', async () => {
    const all = (await pagesOf('')).reverse();
    const head = String(await ledger.store.head());
    const lines = await exported('application/x-ndjson');
    expect(lines.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(lines.headers.get('daybook-position')).toBe(head);
    expect(linesOf(lines.body).map((line) => JSON.parse(line))).toEqual(all);

    const table = await exported('text/csv', '?type=replenishment');
    const rows = linesOf(table.body).map((line) => line.split(','));
    const columns = rows[0] ?? [];
    const cell = (row: readonly string[], name: string) => row[columns.indexOf(name)];
    const wanted = all.filter(({ type }) => type === 'replenishment');
    expect(rows.slice(1).map((row) => [cell(row, 'id'), cell(row, 'money.baseUnits')])).toEqual(
      wanted.map(({ id, money }) => [id, money.baseUnits]),
    );
    const none = await exported('text/csv', '?status=seen&type=sweep');
    expect(linesOf(none.body)).toHaveLength(1);
    const headed = await ledger.request('HEAD', '/v1/transactions/export');
    expect([headed.status, headed.body]).toEqual([200, '']);
  });

  it('are not exported for a request that is refused', async () => {
    const refused = await exported('text/csv', '?asset=NOPE');
    expect([refused.status, refused.body.code]).toEqual([422, 'asset-unknown']);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const wrong = await exported('text/csv', '?type=gift');
    expect([wrong.status, wrong.body.code]).toEqual([400, 'validation-failed']);
    const scopes = ['balances:read'];
    const headers = { authorization: `Bearer ${await ledger.issueKey({ scopes })}` };
    const forbidden = await ledger.request('GET', '/v1/transactions/export', { headers });
    expect([forbidden.status, forbidden.body.code]).toEqual([403, 'forbidden']);
  });

  it('of another account are its own alone', async () => {
    const key = await ledger.issueKey({ accountId: OTHER_ACCOUNT, scopes: ['read'] });
    const headers = { authorization: `Bearer ${key}` };
    const [{ customerId }] = (await pagesOf('&type=sweep')) as [json.TransactionEntry];
    for (const query of ['', `?customerId=${customerId}`, '?type=sweep']) {
      const list = await ledger.request('GET', `/v1/transactions${query}`, { headers });
      expect(list.body).toEqual({ data: [], nextCursor: null });
      const whole = await ledger.request('GET', `/v1/transactions/export${query}`, { headers });
      expect([whole.status, whole.body]).toEqual([200, '']);
    }
  });
});

describe('the account itself', () => {
  it('has in its books what all its customers, purses and wallets have', async () => {
    const { data: customers } = await atHead('/v1/customers?limit=100');
    const sums = { claim: 0n, accountClaim: 0n, suspense: 0n, custody: 0n, received: 0n };
    for (const { id } of customers) {
      const { data } = await atHead(`/v1/customers/${id}/balances`);
      const { data: moved } = await atHead(`/v1/customers/${id}/throughput?asset=USDT_ETH`);
      for (const balance of data.filter(({ asset }: json.Balance) => asset === USDT)) {
        for (const name of ['claim', 'accountClaim', 'suspense', 'custody'] as const) {
          sums[name] += BigInt(balance[name].baseUnits);
        }
      }
      sums.received += BigInt(moved[0]?.received.baseUnits ?? 0);
    }
    const { data, totals } = await atHead('/v1/account/balances');
    const of: json.AccountBalance = data.find(({ asset }: json.AccountBalance) => asset === USDT);
    const units = (money: json.Money) => BigInt(money.baseUnits);
    expect(units(of.customers)).toBe(sums.claim);
    expect(units(of.claim)).toBe(sums.accountClaim);
    expect(units(of.suspense)).toBe(sums.suspense);
    expect(units(of.onPurses)).toBe(sums.custody);
    expect(units(of.custody)).toBe(sums.custody + units(of.inWallets));
    expect(units(of.inWallets)).toBeGreaterThan(0n);
    const reasons = of.suspenseByReason.reduce((sum, { money }) => sum + units(money), 0n);
    expect(reasons).toBe(sums.suspense);
    const owed = [of.claim, of.pending, of.customers, of.customersPending, of.suspense, of.fees];
    const others = [of.adjustments, of.inTransit];
    const all = [...owed, ...others].reduce((sum, money) => sum + units(money), 0n);
    expect(units(of.custody)).toBe(all - units(of.networkFees));
    const usdt = totals.find(({ unit }: json.AccountUnitBalance) => unit === 'USDT');
    expect(usdt.customers).toMatchObject({ unit: 'USDT', baseUnits: String(sums.claim) });

    const throughput = await atHead('/v1/account/throughput?asset=USDT_ETH&by=day');
    expect(BigInt(throughput.data[0].received.baseUnits)).toBe(sums.received);
    const byDay = throughput.periods.flatMap(
      ({ throughputs }: json.ThroughputPeriod) => throughputs,
    ) as json.Throughput[];
    expect(byDay.reduce((sum, { received }) => sum + units(received), 0n)).toBe(sums.received);
    expect(throughput.periods).toHaveLength(30);
  });

  it('had nothing before its first event, and has the same again at a position', async () => {
    expect(await get('/v1/account/balances?asOf=1')).toEqual({
      ...{ data: [], nextCursor: null, asOf: '1', totals: [] },
    });
    const head = String(await ledger.store.head());
    const now = await atHead('/v1/account/balances');
    expect(await get(`/v1/account/balances?asOf=${head}`)).toEqual({ ...now, asOf: head });
  });

  it('refuses periods that nobody can count', async () => {
    for (const [query, code] of [
      ['timeZone=Mars/Olympus', 'time-zone-unknown'],
      ['by=hour&from=2020-01-01T00:00:00Z', 'too-many-periods'],
      ['asset=NOPE', 'asset-unknown'],
    ]) {
      const reply = await ledger.request('GET', `/v1/account/throughput?${query}`);
      expect([reply.status, reply.body.code]).toEqual([422, code]);
    }
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

it('leaves books that break no invariant, as the checker sees them', async () => {
  const { checker } = ledger.app.get(BooksModule);
  const before = checker?.sweeps() ?? 0;
  const swept = async () => (checker?.sweeps() ?? 0) > before + 1;
  await until(swept, { description: 'A full sweep of the checker' });
  expect(checker?.violated()).toEqual([]);
  expect([...(checker?.found() ?? [])]).toEqual([]);
});
