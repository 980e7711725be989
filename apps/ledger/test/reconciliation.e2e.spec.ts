import { randomUUID } from 'node:crypto';
import {
  type json,
  type OutflowV1,
  parseWatchReport,
  TOPICS,
  type TransferV1,
  type WatchReportV1,
} from '@daybook/contracts';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';

const CHAIN = 'eip155:1';
const ETH = `${CHAIN}/slip44:60`;
const USDT = `${CHAIN}/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7`;
const PAYER = '0x00000000000000000000000000000000000000aa';
const ETHER = 10n ** 18n;
const depth = { kind: 'depth', confirmations: 12 } as const;

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest({});
});
afterAll(() => ledger.close());

type Shown = Pick<json.Replenishment, 'id' | 'status' | 'txHash'>;

let made = 0;

async function mint() {
  made += 1;
  const body = { externalId: `customer-${made}`, families: ['evm'] };
  const created = await ledger.request('POST', '/v1/customers', { body });
  const { id, address } = created.body.purses[0];
  return { id: id as string, address: address.toLowerCase() as string };
}

function movement(block: number) {
  made += 1;
  const txHash = `0x${made.toString(16).padStart(64, '0')}`;
  const shown = { number: block, hash: `0x${block.toString(16).padStart(64, 'b')}` };
  return {
    ...({ version: 1, status: 'final', chain: CHAIN, asset: ETH, txHash } as const),
    ...{ finality: depth, block: { ...shown, time: '2026-01-02T03:04:05.000Z' } },
  };
}

function transfer(to: string, amount: bigint, block: number): TransferV1 {
  const moved = movement(block);
  const transferId = `${CHAIN}/${moved.txHash}/value:0`;
  return { transferId, ...moved, amount: `${amount}`, from: PAYER, to };
}

function fee(from: string, amount: bigint, block: number): OutflowV1 {
  const moved = movement(block);
  const outflowId = `${CHAIN}/${moved.txHash}/fee:0`;
  return { outflowId, ...moved, amount: `${amount}`, from, to: null };
}

/** What a watcher reports of an address after a block. */
async function report(address: string, block: number, balance: bigint, moved: bigint, asset = ETH) {
  made += 1;
  const observedAt = new Date(Date.parse('2026-01-02T04:00:00Z') + made * 1_000).toISOString();
  const value: WatchReportV1 = {
    ...{ requestId: randomUUID(), chain: CHAIN, state: 'done', from: block, to: block },
    ...{ blocksLeft: 0, found: 0, versions: 0, reason: null, observedAt },
    balances: {
      block: { number: block, hash: `0x${block.toString(16).padStart(64, 'b')}` },
      entries: [{ address, asset, balance: `${balance}`, moved: `${moved}` }],
    },
  };
  const text = JSON.stringify(value);
  parseWatchReport(text);
  const message = { id: value.requestId, key: CHAIN, value: text, headers: {} };
  await ledger.watcherLog.publish(TOPICS.watchReport, [message]);
}

async function findingsOf(address: string): Promise<readonly json.Finding[]> {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  const query = `?kind=unexplained&limit=100&minPosition=${await ledger.store.head()}`;
  const { body } = await ledger.request('GET', `/v1/operations/findings${query}`, { headers });
  return body.data.filter((each: json.Finding) => each.address.toLowerCase() === address);
}

const shows = (address: string, ...shown: readonly string[]) =>
  until(
    async () => {
      const found = await findingsOf(address);
      return `${found.map((it) => `${it.status} ${it.difference.baseUnits}`)}` === `${shown}`;
    },
    { description: `findings of ${address}: ${shown}` },
  );

describe('a balance on chain', () => {
  it('that is what the books say opens nothing, and one that is not opens a finding until it is', async () => {
    const [quiet, noisy] = [await mint(), await mint()];
    await ledger.publishTransfers([transfer(quiet.address, 3n * ETHER, 100)]);
    await ledger.publishOutflows([fee(quiet.address, 5n, 101)]);
    await report(quiet.address, 102, 3n * ETHER - 5n, 3n * ETHER - 5n);
    await ledger.publishTransfers([transfer(noisy.address, 2n * ETHER, 100)]);
    await report(noisy.address, 102, 2n * ETHER + 9n, 2n * ETHER);
    await shows(noisy.address, 'open 9');
    expect(await findingsOf(quiet.address)).toEqual([]);
    // A rescan finds what was missed.
    await ledger.publishTransfers([transfer(noisy.address, 9n, 99)]);
    await report(noisy.address, 103, 2n * ETHER + 9n, 2n * ETHER + 9n);
    await shows(noisy.address, 'closed 0');
  });

  it('is not credited by hand beside a movement that was found since', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, ETHER, 100)]);
    await report(purse.address, 110, 3n * ETHER, ETHER);
    await shows(purse.address, `open ${2n * ETHER}`);
    const [{ id } = { id: '' }] = await findingsOf(purse.address);
    const credit = () =>
      ledger.request('POST', `/v1/operations/findings/${id}/resolve`, {
        headers: { authorization: `Bearer ${ledger.operatorKey}` },
        body: {
          ...{ resolution: 'credit', creditTo: 'customer', difference: `${2n * ETHER}` },
          ...{ reason: 'a test', reference: 'case-9' },
        },
      });
    // A rescan finds it. The balance is not compared again yet.
    await ledger.publishTransfers([transfer(purse.address, 2n * ETHER, 105)]);
    const isCredited = async () => {
      const query = `?purseId=${purse.id}&status=confirmed&minPosition=0`;
      return (await ledger.request('GET', `/v1/replenishments${query}`)).body.data.length === 2;
    };
    await until(isCredited, { description: 'Two credits' });
    expect(await credit()).toMatchObject({ status: 409, body: { code: 'finding-changed' } });
    await shows(purse.address, `open ${2n * ETHER}`);
    // Another surplus of the same amount is one.
    await report(purse.address, 111, 5n * ETHER, 3n * ETHER);
    await until(async () => (await credit()).status === 200, { description: 'The credit' });
    await shows(purse.address, `closed ${2n * ETHER}`);
  });

  it('waits for what the watcher saw moving, whatever arrives first', async () => {
    const [late, next] = [await mint(), await mint()];
    await report(late.address, 110, ETHER, ETHER);
    await report(next.address, 110, 7n, 0n);
    await shows(next.address, 'open 7');
    expect(await findingsOf(late.address)).toEqual([]);
    await ledger.publishTransfers([transfer(late.address, ETHER, 109)]);
    await report(late.address, 111, ETHER + 1n, ETHER);
    await shows(late.address, 'open 1');
  });

  it('is compared at once where a deposit was voided, which the watcher still counts', async () => {
    const purse = await mint();
    const kept = transfer(purse.address, 5n * ETHER, 130);
    await ledger.publishTransfers([kept, transfer(purse.address, 7n * ETHER, 131)]);
    const query = `?purseId=${purse.id}&minPosition=`;
    await until(async () => {
      const { body } = await ledger.request('GET', `/v1/replenishments${query}0`);
      return (
        body.data.length === 2 && body.data.every(({ status }: Shown) => status === 'confirmed')
      );
    });
    const { body } = await ledger.request('GET', `/v1/replenishments${query}0`);
    const { id } = body.data.find(({ txHash }: Shown) => txHash === kept.txHash);
    await ledger.request('POST', `/v1/operations/replenishments/${id}/void`, {
      headers: { authorization: `Bearer ${ledger.operatorKey}` },
      body: { reason: 'the token lied', reference: 'case-1' },
    });
    await report(purse.address, 140, 12n * ETHER, 12n * ETHER);
    await shows(purse.address, `open ${5n * ETHER}`);
    await report(purse.address, 141, 10n * ETHER, 12n * ETHER);
    await shows(purse.address, `open ${3n * ETHER}`);
    await report(purse.address, 142, 7n * ETHER, 12n * ETHER);
    await shows(purse.address, 'closed 0');
  });

  it('shows what another purse sent by a call, until that is proven', async () => {
    const [payer, purse] = [await mint(), await mint()];
    const paid = transfer(purse.address, 4n * ETHER, 150);
    const transferId = paid.transferId.replace('value:0', 'call:0');
    const call = { ...paid, transferId, from: payer.address };
    const waits = { waiting: 'awaiting-second-provider', unprovenTrace: true } as const;
    await ledger.publishTransfers([{ ...call, ...waits, status: 'detected', finality: null }]);
    await report(purse.address, 160, 4n * ETHER, 0n);
    await shows(purse.address, `open ${4n * ETHER}`);
    await ledger.publishTransfers([{ ...call, version: 2 }]);
    await report(purse.address, 161, 4n * ETHER, 4n * ETHER);
    await shows(purse.address, 'closed 0');
  });

  it('explains what waits in no claim: dust, and what a later block moved', async () => {
    const purse = await mint();
    await ledger.publishTransfers([
      transfer(purse.address, 1n, 120),
      transfer(purse.address, ETHER, 125),
    ]);
    await report(purse.address, 121, 1n, 1n);
    const other = await mint();
    await report(other.address, 121, 2n, 0n);
    await shows(other.address, 'open 2');
    expect(await findingsOf(purse.address)).toEqual([]);
  });

  it('of a token that is credited by balance is a finding where no log shows why, and moves no claim', async () => {
    const UNIT = 1_000_000n;
    const [grown, shrunk, unread] = [await mint(), await mint(), await mint()];
    const token = (to: string, more: Partial<TransferV1> = {}): TransferV1 => {
      const cut = { netted: `${UNIT}`, unbacked: `${UNIT}` };
      return { ...transfer(to, 5n * UNIT, 130), asset: USDT, ...cut, ...more };
    };
    const { netted: _, unbacked: __, ...whole } = token(unread.address);
    await ledger.publishTransfers([
      ...[token(grown.address), token(shrunk.address)],
      {
        ...{ ...whole, status: 'detected', finality: null, unreadBalance: true },
        waiting: 'awaiting-second-provider',
      },
    ]);
    const backed = 4n * UNIT;
    await report(grown.address, 131, backed + 7n, backed, USDT);
    await report(shrunk.address, 131, backed - 3n, backed, USDT);
    // What waits for its balance is not counted, neither by the watcher nor here.
    await report(unread.address, 131, backed, 0n, USDT);
    await shows(grown.address, 'open 7');
    await shows(shrunk.address, 'open -3');
    await shows(unread.address, `open ${backed}`);
    for (const { id } of [grown, shrunk]) {
      const path = `/v1/purses/${id}/balances?minPosition=${await ledger.store.head()}`;
      const { body } = await ledger.request('GET', path);
      expect(body.data).toMatchObject([
        { custody: { baseUnits: `${backed}` }, claim: { baseUnits: `${backed}` } },
      ]);
    }
    // Its balance is read, and explains the difference.
    const read = { ...token(unread.address), txHash: whole.txHash, transferId: whole.transferId };
    await ledger.publishTransfers([{ ...read, version: 2 }]);
    await report(unread.address, 132, backed, backed, USDT);
    await shows(unread.address, 'closed 0');
  });
});
