import fc from 'fast-check';
import {
  aBlock,
  addressOf,
  aTransaction,
  erc20Log,
  TRANSFER_TOPIC,
  type TransactionPlan,
  topicOf,
  wordOf,
} from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { assetIds } from './asset-ids';
import { type Keccak, loadKeccak } from './keccak';
import { blockTransfers, pendingTransfers } from './transfers';

const ids = assetIds('eip155:1', 'eip155:1/slip44:60');
const [token, alice, bob, carol] = ['token', 'alice', 'bob', 'carol'].map(addressOf) as [
  string,
  string,
  string,
  string,
];

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

function transfersOf(...transactions: TransactionPlan[]) {
  const { block, receipts } = aBlock({ transactions }, keccak);
  return blockTransfers({ block, receipts, extra: null }, ids);
}

function call(selector: string, ...words: string[]): string {
  return `0x${selector}${words.map((word) => word.slice(2)).join('')}`;
}

describe('blockTransfers', () => {
  it.each([
    ['a recipient', { to: '0x12' }],
    ['a recipient in hexadecimal digits', { to: `0x${'zz'.repeat(20)}` }],
    ['a sender', { from: 'alice' }],
    ['an amount', { value: `0x${'f'.repeat(65)}` }],
    ['an amount in digits', { value: '12' }],
  ])('refuses a block whose transaction has no address for %s', (_, spoiled) => {
    const answer = aBlock({ transactions: [{ from: alice, to: bob, value: 1n }] }, keccak);
    const transactions = answer.block.transactions.map((it) => ({ ...it, ...spoiled }));
    const changed = { ...answer, block: { ...answer.block, transactions }, extra: null };
    expect(() => blockTransfers(changed, ids)).toThrow(InvalidBlock);
  });

  it('finds nothing in a transaction of a type of its own, or in one that was not executed', () => {
    const answer = aBlock({ transactions: [{ from: alice, to: bob, value: 1n }] }, keccak);
    const transactions = answer.block.transactions.map(({ hash }) => ({ hash }));
    const bare = { ...answer, block: { ...answer.block, transactions }, extra: null };
    expect(blockTransfers(bare, ids)).toEqual([]);
    expect(blockTransfers({ ...answer, receipts: [undefined], extra: null }, ids)).toEqual([]);
  });

  it.each([undefined, null, ''])('finds what a system pays without a sender (%j)', (from) => {
    const answer = aBlock({ transactions: [{ from: alice, to: bob, value: 7n }] }, keccak);
    const paid = (fields: object) => {
      const transactions = answer.block.transactions.map((it) => ({ ...it, from, ...fields }));
      const block = { ...answer.block, transactions };
      return blockTransfers({ ...answer, block, extra: null }, ids);
    };
    const nobody = `0x${'0'.repeat(40)}`;
    for (const [r, s] of [
      [undefined, null],
      ['0x0', '0x'],
      [`0x${'0'.repeat(64)}`, '0x0'],
    ]) {
      expect(paid({ r, s })).toMatchObject([{ from: nobody, to: bob, amount: 7n }]);
    }
    expect(() => paid({ r: '0x5', s: '0x6' })).toThrow(InvalidBlock);
  });

  it.each(['0x69', '0x6a'])('believes no value in a transaction of type %s', (type) => {
    const answer = aBlock({ transactions: [{ from: alice, to: bob, value: 7n }] }, keccak);
    const transactions = answer.block.transactions.map((it) => ({ ...it, type }));
    const own = { ...answer, block: { ...answer.block, transactions }, extra: null };
    expect(blockTransfers(own, ids)).toEqual([]);
  });

  it('moves nothing from an address to itself', () => {
    const found = transfersOf(
      { from: alice, to: alice, value: 7n },
      { logs: [erc20Log(token, bob, bob, 700n)] },
    );
    expect(found.map(({ amount }) => amount)).toEqual([0n, 0n]);
  });

  it('reads a token that indexes nothing', () => {
    const data = `0x${[topicOf(alice), topicOf(bob), wordOf(9n)].map((it) => it.slice(2)).join('')}`;
    expect(
      transfersOf({ logs: [{ address: token, topics: [TRANSFER_TOPIC], data }] }),
    ).toMatchObject([{ from: alice, to: bob, amount: 9n, asset: `eip155:1/erc20:${token}` }]);
  });

  it('reads digits in either case', () => {
    const { address, topics, data } = erc20Log(token, alice, bob, 171n);
    const upper = (text: string) => `0x${text.slice(2).toUpperCase()}`;
    const log = { address: upper(address), topics: topics.map(upper), data: upper(data) };
    expect(transfersOf({ logs: [log] })).toEqual(
      transfersOf({ logs: [{ address, topics, data }] }),
    );
  });

  it('finds the value of a transaction', () => {
    const [found, ...rest] = transfersOf({
      from: alice,
      to: bob.toUpperCase().replace('0X', '0x'),
      value: 7n,
    });
    expect(found).toMatchObject({
      ordinal: 'value:0',
      asset: 'eip155:1/slip44:60',
      amount: 7n,
      from: alice,
      to: bob,
      failed: false,
    });
    expect(rest).toEqual([]);
  });

  it('finds no value in a creation or a call without one', () => {
    expect(transfersOf({ to: null }, { to: bob })).toEqual([]);
  });

  it('finds the value of a creation, which goes to the new contract whatever the receipt says', () => {
    // The first contract of the first account of the mnemonic "test" eleven times, then "junk".
    const from = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
    const created = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
    const creation = { from, to: null, nonce: 0, value: 7n };
    const { block, receipts } = aBlock(
      { transactions: [creation, { ...creation, nonce: 1, failed: true }] },
      keccak,
    );
    const lying = receipts.map((receipt) => ({ ...receipt, contractAddress: bob }));
    expect(blockTransfers({ block, receipts: lying, extra: null }, ids)).toMatchObject([
      { ordinal: 'value:0', from, to: created, amount: 7n, failed: false },
      { ordinal: 'value:0', from, amount: 7n, failed: true },
    ]);
  });

  it('finds every transfer of one transaction, each by its place among the logs of that transaction', () => {
    const other = { address: token, topics: [topicOf(alice)], data: '0x' };
    const found = transfersOf(
      { logs: [erc20Log(token, alice, carol, 1n)] },
      { logs: [other, erc20Log(token, alice, bob, 2n), erc20Log(token, alice, bob, 2n)] },
    );
    expect(found.map(({ ordinal, amount }) => [ordinal, amount])).toEqual([
      ['log:0', 1n],
      ['log:1', 2n],
      ['log:2', 2n],
    ]);
    expect(found[1]?.asset).toBe(`eip155:1/erc20:${token}`);
  });

  it('keeps amounts of 256 bits and of zero as they are', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (amount) => {
        expect(transfersOf({ logs: [erc20Log(token, alice, bob, amount)] })[0]?.amount).toBe(
          amount,
        );
      }),
    );
    expect(transfersOf({ logs: [erc20Log(token, alice, bob, 0n)] })).toHaveLength(1);
  });

  it('reports a token that is one of a kind as such', () => {
    const topics = [TRANSFER_TOPIC, topicOf(alice), topicOf(bob), wordOf(42n)];
    expect(transfersOf({ logs: [{ address: token, topics, data: '0x' }] })).toMatchObject([
      { asset: `eip155:1/erc721:${token}/42`, amount: 1n, to: bob },
    ]);
  });

  const topics = [TRANSFER_TOPIC, topicOf(alice), topicOf(bob)];
  it.each([
    ['no data', { topics, data: '0x' }],
    ['more data than an amount', { topics, data: `${wordOf(1n)}00` }],
    ['two topics', { topics: topics.slice(0, 2), data: wordOf(1n) }],
    ['four topics and an amount', { topics: [...topics, wordOf(1n)], data: wordOf(1n) }],
    ['no topic', { topics: [], data: wordOf(1n) }],
    [
      'a recipient that is no address',
      { topics: [...topics.slice(0, 2), wordOf(2n ** 200n)], data: wordOf(1n) },
    ],
    ['another event', { topics: [wordOf(1n), ...topics.slice(1)], data: wordOf(1n) }],
  ])('ignores a log with %s', (_, log) => {
    expect(transfersOf({ logs: [{ address: token, ...log }] })).toEqual([]);
  });

  it('shows what a failed transaction would have moved as failed', () => {
    const input = call('a9059cbb', topicOf(bob), wordOf(9n));
    const found = transfersOf(
      { to: bob, value: 7n, failed: true },
      { from: alice, to: token, input, failed: true },
    );
    expect(found).toMatchObject([
      { ordinal: 'value:0', to: bob, amount: 7n, failed: true },
      { ordinal: 'log:0', asset: ids.erc20(token), from: alice, to: bob, amount: 9n, failed: true },
    ]);
  });
});

describe('pendingTransfers', () => {
  /** The input is not hashed, because a node may show anything as pending. */
  function pending({ input, ...plan }: TransactionPlan) {
    return pendingTransfers({ ...aTransaction(plan, keccak), input }, ids);
  }

  it('reads a direct transfer and predicts its identity', () => {
    const input = call('a9059cbb', topicOf(bob), wordOf(9n));
    expect(pending({ from: alice, to: token, input })).toMatchObject([
      { ordinal: 'log:0', from: alice, to: bob, amount: 9n, failed: false },
    ]);
  });

  it('reads a transferFrom', () => {
    const input = call('23b872dd', topicOf(alice), topicOf(bob), wordOf(9n));
    expect(pending({ from: carol, to: token, input })).toMatchObject([{ from: alice, to: bob }]);
  });

  it.each([
    ['a cut call', call('a9059cbb', topicOf(bob), wordOf(9n)).slice(0, -2)],
    ['a recipient that is no address', call('a9059cbb', wordOf(2n ** 200n), wordOf(9n))],
    [
      'a recipient in no digits',
      call('a9059cbb', `0x${'0'.repeat(24)}${'zz'.repeat(20)}`, wordOf(9n)),
    ],
    ['an amount in no digits', call('a9059cbb', topicOf(bob), `0x${'z'.repeat(64)}`)],
    ['another call', call('095ea7b3', topicOf(bob), wordOf(9n))],
    ['no call', '0x'],
  ])('finds nothing in %s', (_, input) => {
    expect(pending({ to: token, input })).toEqual([]);
  });
});
