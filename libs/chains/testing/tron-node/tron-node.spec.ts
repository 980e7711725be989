import { addressOf, base58, type Json } from '../tron-blocks';
import { ask, readBlock, readChain, type StandIn, said } from './ask';
import type { Entry } from './chain';
import { keyOf } from './keys';
import { balanceInput } from './programs';
import { FIRST, playScenario, SECOND } from './scenario';
import { createTronNode } from './tron-node';

/** What an address received less what it sent, by the proven blocks. */
function movedTo(node: StandIn, address: string, asset: string): bigint {
  const [own, id] = [base58(address), `${node.chain.id}/${asset}`];
  return readChain(node)
    .flatMap(({ transfers }) => transfers)
    .filter((transfer) => !transfer.failed && transfer.asset === id)
    .reduce((sum, { from, to, amount }) => {
      if (to === own) return sum + amount;
      return from === own ? sum - amount : sum;
    }, 0n);
}

/** The fees that an address paid, by the infos of its transactions. */
function feesOf(node: StandIn, address: string): bigint {
  let fees = 0n;
  for (let num = 1; num <= node.chain.head().number; num++) {
    const { transactions = [] } = said(node, 'getblockbynum', { num });
    const infos = said(node, 'gettransactioninfobyblocknum', { num });
    transactions.forEach((transaction: Json, i: number) => {
      const { owner_address } = transaction.raw_data.contract[0].parameter.value;
      if (owner_address === address) fees += BigInt(infos[i].fee ?? 0);
    });
  }
  return fees;
}

function balance(node: StandIn, address: string, port: 'full' | 'solidity' = 'full'): bigint {
  return BigInt(said(node, 'getaccount', { address }, port).balance ?? 0);
}

function tokens(node: StandIn, address: string): bigint {
  const contract_address = node.chain.contract('usdt');
  const question = { owner_address: address, contract_address, data: balanceInput(address) };
  const { constant_result } = said(node, 'triggerconstantcontract', question);
  return BigInt(`0x${constant_result[0]}`);
}

describe('the blocks of the stand-in', () => {
  it('are proven: ids, roots, signatures, links', () => {
    const node = createTronNode();
    playScenario(node);
    const blocks = readChain(node);
    expect(blocks.length).toBeGreaterThan(30);
    expect(blocks.slice(1).map(({ parentHash }) => parentHash)).toEqual(
      blocks.slice(0, -1).map(({ hash }) => hash),
    );
  });

  it('move what the balances of the node say, less fees', () => {
    const node = createTronNode();
    playScenario(node);
    const payer = keyOf('test', 'payer');
    node.pay(payer.address, 50_000_000n);
    node.mine();
    node.payToken('usdt', payer.address, 9n);
    node.mine();
    // One succeeds, the other fails: both cost a fee.
    node.payToken('usdt', SECOND, 4n, { from: payer });
    node.payToken('usdt', SECOND, 6n, { from: payer });
    node.mine();
    const usdt = `trc20:${base58(node.chain.contract('usdt'))}`;
    for (const address of [FIRST, SECOND, payer.address]) {
      const moved = movedTo(node, address, 'slip44:195');
      expect(balance(node, address)).toBe(moved - feesOf(node, address));
      expect(tokens(node, address)).toBe(movedTo(node, address, usdt));
    }
    expect(feesOf(node, payer.address)).toBeGreaterThan(0n);
    const { assetV2 } = said(node, 'getaccount', { address: FIRST });
    expect(assetV2).toEqual([
      { key: '1000001', value: 200 },
      { key: '1000002', value: '9007199254740993' },
    ]);
    expect(movedTo(node, FIRST, 'trc10:1000001')).toBe(200n);
    expect(movedTo(node, FIRST, 'trc10:1000002')).toBe(9_007_199_254_740_993n);
  });

  it('pay what was paid, and nothing for what failed or pretends', () => {
    const node = createTronNode();
    const heights = playScenario(node);
    const paid = (height: keyof typeof heights) =>
      readBlock(node, heights[height])
        ?.transfers.filter(({ failed, to }) => !failed && [FIRST, SECOND].map(base58).includes(to))
        .map(({ ordinal, amount }) => `${ordinal} ${amount}`);
    expect(paid('split')).toEqual(['internal:0 2000000', 'internal:1 2000000']);
    expect(paid('manyTokens')).toEqual(['log:0 1000', 'log:1 1000']);
    expect(paid('batch')).toEqual(['log:0 40', 'log:1 41']);
    expect(paid('internalTrc10')).toEqual(['internal:0_1000001 77']);
    expect(paid('spawned')).toEqual(['internal:2 1500000']);
    expect(paid('dirty')).toEqual(['log:0 6']);
    // A contract that nobody lists can show anything.
    expect(paid('pretended')).toEqual(['log:0 5', 'log:1 1']);
    for (const height of ['regretted', 'swallowed', 'toItself', 'failing'] as const) {
      expect(paid(height)).toEqual([]);
    }
  });

  it('are the same for the same seed, and others for another one', () => {
    const nodes = ['one', 'one', 'two'].map((seed) => createTronNode({ seed }));
    for (const node of nodes) playScenario(node);
    const [first, again, other] = nodes.map(({ chain }) => [chain.id, chain.head().id]);
    expect(again).toEqual(first);
    expect(other?.[0]).not.toBe(first?.[0]);
  });
});

describe('the solid block', () => {
  it('trails the head by 18 blocks with 27 witnesses, by three with five, by none with one', () => {
    for (const [witnessCount, trail] of [
      [27, 18],
      [5, 3],
      [1, 0],
    ] as const) {
      const node = createTronNode({ witnessCount });
      node.mine(60);
      expect(node.chain.head().number - node.chain.solid().number).toBe(trail);
    }
  });

  it('is what the solidity port shows, without what is younger or only pending', () => {
    const node = createTronNode();
    node.mine(30);
    node.pay(FIRST, 5n);
    expect(balance(node, FIRST)).toBe(5n);
    const number = node.mine().number;
    expect(balance(node, FIRST, 'solidity')).toBe(0n);
    expect(said(node, 'getblockbynum', { num: number }, 'solidity')).toEqual({});
    node.mine(18);
    expect(balance(node, FIRST, 'solidity')).toBe(5n);
    expect(said(node, 'getnowblock', {}, 'solidity').block_header.raw_data.number).toBe(number);
    node.lag.solidity = 2;
    expect(balance(node, FIRST, 'solidity')).toBe(0n);
    expect(said(node, 'getnodeinfo').solidityBlock).toMatch(`Num:${number},ID:`);
  });
});

describe('a fork of the stand-in', () => {
  it('leaves any block above the solid one, and no other', () => {
    for (let depth = 1; depth <= 18; depth++) {
      const node = createTronNode();
      const { id: left } = node.mine(40);
      node.chain.rewind(depth);
      expect(node.chain.head().number).toBe(40 - depth);
      node.mine(depth + 1);
      expect(node.chain.at(40)?.id).not.toBe(left);
      const [ancestor, first] = [40 - depth, 41 - depth].map((at) => readBlock(node, at));
      expect(first?.parentHash).toBe(ancestor?.hash);
    }
    const node = createTronNode();
    node.mine(40);
    expect(() => node.chain.rewind(19)).toThrow(RangeError);
  });

  it('has the transactions again that still can be in a block, and gives back the others', () => {
    const node = createTronNode();
    node.mine(25);
    const kept = node.pay(FIRST, 3n);
    node.pay(SECOND, 4n, { expiresAfterMs: 4_000 });
    node.mine(2);
    node.chain.rewind(2);
    // The fork's first block is too late for the second payment.
    expect(said(node, 'gettransactionlistfrompending')).toEqual({ txId: [kept] });
    expect(said(node, 'gettransactioninfobyid', { value: kept })).toEqual({});
    node.mine();
    expect(said(node, 'gettransactioninfobyid', { value: kept }).blockNumber).toBe(26);
    expect(balance(node, FIRST)).toBe(3n);
    expect(balance(node, SECOND)).toBe(0n);
    node.chain.rewind(1, { isForgotten: true });
    node.mine(3);
    expect(said(node, 'gettransactionbyid', { value: kept })).toEqual({});
    expect(said(node, 'getaccount', { address: FIRST })).toEqual({});
  });

  it('still answers with the block that it left, by its id', () => {
    const node = createTronNode();
    const { id } = node.mine(5);
    node.chain.rewind(1);
    node.mine(1);
    expect(said(node, 'getblock', { id_or_num: id, detail: true }).blockID).toBe(id);
    expect(said(node, 'getblock', { id_or_num: '5', detail: true }).blockID).not.toBe(id);
  });
});

describe('a restart of the stand-in', () => {
  it('forgets what was not solid, and lowers the solid height, as observed', () => {
    const node = createTronNode();
    const { id } = node.mine(336);
    expect(node.chain.solid().number).toBe(318);
    node.chain.restart();
    expect([node.chain.head().number, node.chain.solid().number]).toEqual([317, 299]);
    node.mine(20);
    expect(node.chain.at(336)?.id).not.toBe(id);
    expect(said(node, 'getblock', { id_or_num: id })).toEqual({});
  });

  it('continues with what was recorded', () => {
    const history: Entry[] = [];
    const node = createTronNode({ record: (entry) => history.push(entry) });
    playScenario(node);
    node.chain.rewind(4);
    node.mine(6);
    node.chain.restart();
    node.mine(3);
    const again = createTronNode({ history });
    expect(again.mine(1).id).toBe(node.mine(1).id);
    expect(ask(again, 'getaccount', { address: FIRST })).toBe(
      ask(node, 'getaccount', { address: FIRST }),
    );
  });
});

describe('the pending transactions of the stand-in', () => {
  it('leak through the full port, without infos', () => {
    const node = createTronNode();
    const value = node.pay(FIRST, 5n);
    const { ret, txID } = said(node, 'gettransactionbyid', { value });
    expect([ret, txID]).toEqual([[{ contractRet: 'SUCCESS' }], value]);
    expect(said(node, 'gettransactioninfobyid', { value })).toEqual({});
    expect(said(node, 'gettransactionfrompending', { value }).txID).toBe(value);
    expect(said(node, 'gettransactionbyid', { value }, 'solidity')).toEqual({});
  });

  it('are refused for the reasons of java-tron, once each', () => {
    const node = createTronNode();
    const broke = keyOf('test', 'broke');
    node.pay(broke.address, 5_000_000n);
    node.mine();
    const { length } = node.chain.pending();
    expect(() => node.pay(SECOND, 6_000_000n, { from: broke })).toThrow(
      'balance is not sufficient',
    );
    expect(() => node.pay(FIRST, 1n, { expiresAfterMs: 0 })).toThrow('expired');
    expect(() => node.pay(node.chain.contract('splitter'), 1n)).toThrow('smartContract');
    expect(() => node.pay(FIRST, 1n, { from: keyOf('test', 'nobody') })).toThrow('no OwnerAccount');
    expect(node.chain.pending()).toHaveLength(length);
    const forged = { ...node.chain.faucet, sign: keyOf('test', 'thief').sign };
    expect(() => node.pay(addressOf('thief'), 1n, { from: forged })).toThrow('signature');
  });
});
