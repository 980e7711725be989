import { AbiCoder } from 'ethers';
import {
  aBlock,
  addressOf,
  erc20Log,
  type LogPlan,
  TRANSFER_TOPIC,
  topicOf,
  wordOf,
} from '../../testing/raw-blocks';
import { isFungible, parseAssetId } from '../family';
import { TRANSFER_BATCH, TRANSFER_SINGLE } from '../token-logs';
import { assetIds } from './asset-ids';
import { type Keccak, loadKeccak } from './keccak';
import { blockTransfers } from './transfers';

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

function transfersOf(logs: readonly LogPlan[], listed: readonly string[] = []) {
  const { block, receipts } = aBlock({ transactions: [{ logs }] }, keccak);
  return blockTransfers({ block, receipts, extra: null }, ids, { listed });
}

function lotLog(event: string, data: string, parties = [carol, alice, bob]): LogPlan {
  return { address: token, topics: [`0x${event}`, ...parties.map(topicOf)], data };
}

function batchLog(kinds: readonly bigint[], amounts: readonly bigint[]): LogPlan {
  const data = AbiCoder.defaultAbiCoder().encode(['uint256[]', 'uint256[]'], [kinds, amounts]);
  return lotLog(TRANSFER_BATCH, data);
}

describe('the logs of ERC-1155', () => {
  it('show one kind as a collectible, which is not fungible', () => {
    const single = lotLog(TRANSFER_SINGLE, `${wordOf(7n)}${wordOf(3n).slice(2)}`);
    const [found, ...others] = transfersOf([erc20Log(token, alice, bob, 1n), single]).slice(1);
    const asset = `eip155:1/erc1155:${token}/7`;
    expect(found).toMatchObject({ ordinal: 'log:1', asset, amount: 3n, from: alice, to: bob });
    expect(others).toEqual([]);
    expect([isFungible(asset), parseAssetId(asset)]).toEqual([false, null]);
  });

  it('show each kind of a batch by its place', () => {
    expect(transfersOf([batchLog([7n, 2n ** 256n - 1n], [3n, 0n])])).toMatchObject([
      { ordinal: 'log:0_0', asset: ids.erc1155(token, 7n), amount: 3n, from: alice, to: bob },
      { ordinal: 'log:0_1', asset: ids.erc1155(token, 2n ** 256n - 1n), amount: 0n },
    ]);
  });

  it('show what an address sends to itself as nothing', () => {
    const data = `${wordOf(7n)}${wordOf(3n).slice(2)}`;
    const [found] = transfersOf([lotLog(TRANSFER_SINGLE, data, [carol, bob, bob])]);
    expect(found).toMatchObject({ amount: 0n, from: bob, to: bob });
  });

  const two = `${wordOf(7n)}${wordOf(3n).slice(2)}`;
  it.each([
    ['no data', lotLog(TRANSFER_SINGLE, '0x')],
    ['three topics', lotLog(TRANSFER_SINGLE, two, [alice, bob])],
    ['five topics', lotLog(TRANSFER_SINGLE, two, [carol, alice, bob, carol])],
    ['lists of different lengths', batchLog([1n, 2n], [3n])],
    ['a batch without lists', lotLog(TRANSFER_BATCH, two)],
    ['an offset beyond every number', lotLog(TRANSFER_BATCH, `0x${'ff'.repeat(128)}`)],
  ])('show no transfer with %s, also of a listed contract', (_, log) => {
    expect(transfersOf([log])).toEqual([]);
    expect(transfersOf([log], [token])).toEqual([]);
  });
});

describe('a Transfer log that cannot be read', () => {
  const [transfer, from, to, amount] = [TRANSFER_TOPIC, topicOf(alice), topicOf(bob), wordOf(9n)];
  const join = (...words: string[]) => `0x${words.map((word) => word.slice(2)).join('')}`;
  const shapes = [
    ['two words', [transfer, from, to], join(amount, amount), [['log:0', bob]]],
    ['no data', [transfer, from, to], '0x', [['log:0', bob]]],
    ['four topics and data', [transfer, from, to, amount], amount, [['log:0', bob]]],
    ['five topics', [transfer, from, to, amount, amount], '0x', [['log:0', bob]]],
    ['a dirty recipient', [transfer, from, `0xff${to.slice(4)}`], amount, [['log:0', bob]]],
    [
      'one indexed address',
      [transfer, from],
      join(to, amount),
      [
        ['log:0_0', alice],
        ['log:0_1', bob],
      ],
    ],
    ['nothing indexed and two words', [transfer], join(to, amount), [['log:0', bob]]],
  ] as const;

  it.each(shapes)('with %s is shown as such if its token is listed', (_, topics, data, found) => {
    const log = { address: token, topics, data };
    const transfers = transfersOf([log], [carol, token]);
    expect(transfers.map(({ ordinal, to: recipient }) => [ordinal, recipient])).toEqual(found);
    for (const each of transfers) {
      const asset = ids.erc20(token);
      expect(each).toMatchObject({ asset, amount: 0n, failed: false, unreadable: true });
    }
    expect(transfersOf([log], [carol])).toEqual([]);
  });

  it('is found by a contract in either case', () => {
    const address = `0x${token.slice(2).toUpperCase()}`;
    const log = { address, topics: [transfer, from, to], data: '0x' };
    expect(transfersOf([log], [token])).toMatchObject([{ unreadable: true }]);
  });

  it('is not one of a listed token that can be read, such as one that indexes nothing', () => {
    const log = { address: token, topics: [transfer], data: join(from, to, amount) };
    const [found] = transfersOf([log], [token]);
    expect(found).toMatchObject({ amount: 9n, to: bob });
    expect(found).not.toHaveProperty('unreadable');
  });

  it('is a collectible if its token has ids as a fourth topic', () => {
    const log = { address: token, topics: [transfer, from, to, amount], data: '0x' };
    expect(transfersOf([log], [token])).toMatchObject([{ asset: ids.erc721(token, 9n) }]);
  });
});
