import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TronWeb } from 'tronweb';
import { until } from '../../../../test/dependencies';
import { base58 } from '../tron-blocks';
import type { Entry } from './chain';
import {
  bareText,
  cutShort,
  dropped,
  emptyAnswer,
  errorInside,
  htmlPage,
  refusedWith,
  type Spoil,
  slow,
} from './faults';
import { appendTo, readJournal } from './journal';
import { FIRST } from './scenario';
import { startTronNode, type TronNode, type TronNodeOptions } from './tron-node';

let node: TronNode;

async function start(options: TronNodeOptions = {}): Promise<TronNode> {
  node = await startTronNode({ hasControls: true, ...options });
  return node;
}

afterEach(() => node.close());

async function post(url: string, body?: object | string) {
  const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '');
  const response = await fetch(url, { method: 'POST', body: text });
  const type = response.headers.get('content-type');
  return { status: response.status, type, text: await response.text() };
}

describe('the sockets of the stand-in', () => {
  it('answer to wrong questions as java-tron does', async () => {
    const { fullUrl, solidityUrl } = await start({ disabled: ['gettransactionlistfrompending'] });
    const failures = [
      await post(`${fullUrl}/wallet/getblock`, '{'),
      await post(`${fullUrl}/wallet/getblock`, ''),
      await post(`${fullUrl}/wallet/getblock`, { id_or_num: 1 }),
      await post(`${fullUrl}/wallet/getblockbynum`, { num: '1' }),
      await post(`${fullUrl}/wallet/gettransactioninfobyblocknum`, { num: '1' }),
      await post(`${fullUrl}/wallet/getblock`, { id_or_num: 'ff' }),
    ];
    for (const { status, text } of failures) {
      expect(status).toBe(200);
      expect(JSON.parse(text).Error).toMatch(/^class \S+ : /);
    }
    const pages = [
      await post(`${fullUrl}/walletsolidity/getnowblock`),
      await post(`${solidityUrl}/wallet/getnowblock`),
      await post(`${fullUrl}/wallet/nothing`, {}),
    ];
    for (const { status, type } of pages)
      expect([status, type]).toEqual([405, expect.stringMatching('html')]);
    const closed = await post(`${fullUrl}/wallet/gettransactionlistfrompending`);
    expect([closed.status, JSON.parse(closed.text)]).toEqual([
      404,
      { Error: 'this API is unavailable due to config' },
    ]);
  });

  it('answer about what is not there as java-tron does', async () => {
    const { fullUrl, mine } = await start();
    mine(3);
    const said = async (name: string, body: object) =>
      JSON.parse((await post(`${fullUrl}/wallet/${name}`, body)).text);
    expect(await said('getblockbynum', { num: 9 })).toEqual({});
    expect((await said('getblockbynum', {})).block_header.raw_data.number).toBeUndefined();
    expect(await said('gettransactioninfobyblocknum', { num: 9 })).toEqual([]);
    expect(await said('gettransactioninfobyblocknum', { num: 0 })).toEqual({});
    expect((await said('getblockbylimitnext', { startNum: 1, endNum: 3 })).block).toHaveLength(2);
    expect(await said('getblockbylimitnext', { startNum: 9, endNum: 10 })).toEqual({ block: [] });
    expect(await said('getblockbylimitnext', { startNum: 1, endNum: 102 })).toEqual({});
    expect(await said('getblock', { id_or_num: '2' })).toEqual(
      await said('getblockbynum', { num: 2 }),
    );
    expect(await said('gettransactionlistfrompending', {})).toEqual({});
  });

  it.each<[string, Spoil, (url: string) => Promise<unknown>, unknown]>([
    ['empty', emptyAnswer, async (url) => (await post(url)).text, ''],
    [
      'bare text',
      bareText('lite fullnode'),
      async (url) => (await post(url)).text,
      'lite fullnode',
    ],
    [
      'an error',
      errorInside('class X : y'),
      async (url) => (await post(url)).text,
      '{"Error":"class X : y"}\n',
    ],
    [
      'refused',
      refusedWith(429, { 'retry-after': '2' }),
      async (url) => (await post(url)).status,
      429,
    ],
    ['an HTML page', htmlPage, async (url) => (await post(url)).status, 405],
    ['dropped', dropped, (url) => post(url).catch(() => 'no answer'), 'no answer'],
    ['cut short', cutShort, (url) => post(url).catch(() => 'no answer'), 'no answer'],
  ])('give an answer that is %s, once', async (_, spoil, question, expected) => {
    const { fullUrl, faults } = await start();
    const url = `${fullUrl}/wallet/getnowblock`;
    faults.add({ spoil, times: 1 });
    expect(await question(url)).toEqual(expected);
    expect(JSON.parse((await post(url)).text).blockID).toHaveLength(64);
  });

  it('can be slow, and can be behind', async () => {
    const { fullUrl, faults, lag, mine } = await start();
    mine(5);
    const url = `${fullUrl}/wallet/getnowblock`;
    const remove = faults.add({ spoil: slow(60_000) });
    await expect(fetch(url, { method: 'POST', signal: AbortSignal.timeout(200) })).rejects.toThrow(
      'aborted',
    );
    remove();
    lag.full = 2;
    expect(JSON.parse((await post(url)).text).block_header.raw_data.number).toBe(3);
  });

  it('make blocks on demand and by themselves, and pay', async () => {
    const { fullUrl, chain } = await start({ produceEveryMs: 20 });
    await until(() => chain.head().number >= 2);
    const paid = await post(`${fullUrl}/stand-in/pay`, { to: base58(FIRST), sun: 7 });
    const { number } = JSON.parse((await post(`${fullUrl}/stand-in/mine`, { blocks: 2 })).text);
    expect(number).toBeGreaterThanOrEqual(4);
    expect(chain.find(JSON.parse(paid.text).txid)).toBeDefined();
    const refused = await post(`${fullUrl}/stand-in/pay`, { to: 'T', sun: 7 });
    expect(JSON.parse(refused.text).Error).toMatch('TRON address');
  });

  it('pay once for a reference, also after a restart and after its block was replaced', async () => {
    const kept: Entry[] = [];
    const record = (entry: Entry) => void kept.push(entry);
    const question = { to: base58(FIRST), amount: '7', asset: 'trc10:1000001', reference: 'a-1' };
    const pay = async () =>
      JSON.parse((await post(`${node.fullUrl}/stand-in/pay`, question)).text).txid;
    await start({ record });
    const id = await pay();
    expect(await pay()).toBe(id);
    expect(node.chain.pending()).toHaveLength(1);
    node.mine(2);
    await node.close();
    await start({ record, history: [...kept] });
    expect(await pay()).toBe(id);
    expect(node.chain.pending()).toHaveLength(0);
    const height = node.chain.head().number;
    await post(`${node.fullUrl}/stand-in/replace`, { transaction: id });
    expect(node.chain.find(id)).toBeUndefined();
    expect(node.chain.head().number).toBe(height + 1);
    expect(await pay()).toBe(id);
    expect(node.chain.pending()).toHaveLength(1);
  });
});

describe('tronweb, which knows nothing of the stand-in', () => {
  it('pays, calls a token and reads balances', async () => {
    const { fullUrl, solidityUrl, chain, mine } = await start({ witnessCount: 1 });
    mine();
    const tronWeb = new TronWeb({
      ...{ fullHost: fullUrl, fullNode: fullUrl, solidityNode: solidityUrl },
      privateKey: chain.faucet.privateKey,
    });
    const faucet = base58(chain.faucet.address);
    const to = base58(FIRST);
    const payment = await tronWeb.trx.sign(
      await tronWeb.transactionBuilder.sendTrx(to, 1_500_000, faucet),
    );
    expect(await tronWeb.trx.sendRawTransaction(payment)).toMatchObject({ result: true });
    expect(await tronWeb.trx.sendRawTransaction(payment)).toMatchObject({
      code: 'DUP_TRANSACTION_ERROR',
    });
    const { transaction } = await tronWeb.transactionBuilder.triggerSmartContract(
      base58(chain.contract('usdt')),
      'transfer(address,uint256)',
      { feeLimit: 100_000_000, txLocal: true },
      [
        { type: 'address', value: to },
        { type: 'uint256', value: 42 },
      ],
      faucet,
    );
    const call = await tronWeb.trx.sign(transaction);
    expect(await tronWeb.trx.sendRawTransaction(call)).toMatchObject({ result: true });
    mine();
    expect(await tronWeb.trx.getBalance(to)).toBe(1_500_000);
    const info = await tronWeb.trx.getTransactionInfo(call.txID);
    expect(info.receipt.result).toBe('SUCCESS');
    expect(info.log).toHaveLength(1);
  });
});

describe('the journal of the stand-in', () => {
  it('lets the next start continue, also after a write that was cut off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-tron-'));
    const file = join(folder, 'blocks.ndjson');
    const first = await start({ record: appendTo(file) });
    first.pay(FIRST, 5n);
    first.mine(3);
    await first.close();
    appendFileSync(file, '{"kind":"blo');
    const { id } = first.chain.head();
    const second = await start({ history: readJournal(file), record: appendTo(file) });
    expect(second.chain.head().id).toBe(id);
    second.mine();
    expect(readJournal(file)).toHaveLength(4);
    rmSync(folder, { recursive: true });
  });
});
