import fc from 'fast-check';
import { BY_TWO, loadProving, keccak as proving, unprovable } from '../../testing/proving';
import {
  aBlock,
  addressOf,
  aTransaction,
  erc20Log,
  type LogPlan,
  TRANSFER_TOPIC,
  type TransactionPlan,
  topicOf,
  wordOf,
} from '../../testing/raw-blocks';
import type { CoinLog } from '../chains-and-assets';
import { assetIds } from './asset-ids';
import { toBlock } from './raw';
import { readBlock } from './read-block';
import { pendingTransfers } from './transfers';

const ids = assetIds('eip155:1', 'eip155:1/slip44:60');
const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map(addressOf) as [
  string,
  string,
  string,
  string,
];
const SYSTEM = `0x${'f'.repeat(39)}e`;
const ETHER: CoinLog = { address: SYSTEM, fromHeight: 100 };
const ERA: CoinLog = { address: `0x${'0'.repeat(36)}800a`, fromHeight: 0 };
const BOOTLOADER = `0x${'0'.repeat(36)}8001`;
const CELO: CoinLog = {
  ...{ address: '0x471ece3750da237f93b8e339c536989b8978a438', fromHeight: 0 },
  coversValues: false,
};

beforeAll(loadProving);

function read(log: CoinLog, plan: TransactionPlan, number = 100) {
  // Nobody has signed these transactions, so no header proves who sent them.
  const { block, receipts } = unprovable(aBlock({ number, transactions: [plan] }, proving));
  const coin = { traces: 'none', hasWithdrawals: false, log } as const;
  return readBlock(toBlock(block), receipts, { ids, proof: BY_TWO, coin }, proving);
}

/** What is read of the coin, as `ordinal from>to amount`. */
function movesOf(log: CoinLog, plan: TransactionPlan, number?: number): readonly string[] {
  const names = new Map([alice, bob, carol, dave].map((it, i) => [it, 'abcd'[i] as string]));
  return read(log, plan, number).transfers.map(({ ordinal, asset, amount, from, to, ...state }) => {
    expect(asset).toBe(ids.native);
    const parties = `${names.get(from) ?? '?'}>${names.get(to) ?? '?'}`;
    const fault = state.failed ? ' failed' : '';
    return `${ordinal} ${parties} ${amount}${fault}${state.unreadable ? ' unreadable' : ''}`;
  });
}

const moved = (from: string, to: string, amount: bigint, log = ETHER): LogPlan =>
  erc20Log(log.address, from, to, amount);

describe('the log of each movement of the coin', () => {
  const pays = { from: alice, to: bob, value: 7n };

  it.each<[string, TransactionPlan, readonly string[]]>([
    ['a value', { ...pays, logs: [moved(alice, bob, 7n)] }, ['value:0 a>b 7']],
    [
      'a value and inner calls',
      { ...pays, logs: [moved(alice, bob, 7n), moved(bob, carol, 3n), moved(bob, carol, 3n)] },
      ['value:0 a>b 7', 'log:1 b>c 3', 'log:2 b>c 3'],
    ],
    [
      'inner calls that equal the value',
      { ...pays, logs: [moved(alice, bob, 7n), moved(alice, bob, 7n), moved(carol, bob, 7n)] },
      ['value:0 a>b 7', 'log:1 a>b 7', 'log:2 c>b 7'],
    ],
    ['inner calls alone', { from: alice, to: bob, logs: [moved(bob, carol, 3n)] }, ['log:0 b>c 3']],
    ['an address to itself', { from: alice, to: alice, value: 7n }, ['value:0 a>a 0']],
    [
      'an address to itself, with a log',
      { from: alice, to: alice, value: 7n, logs: [moved(alice, alice, 7n)] },
      ['value:0 a>a 0'],
    ],
    [
      'an address to itself that others pay as much meanwhile',
      { from: alice, to: alice, value: 7n, logs: [moved(bob, alice, 7n)] },
      ['value:0 a>a 0', 'log:0 b>a 7'],
    ],
    ['a failed transaction', { ...pays, failed: true }, ['value:0 a>b 7 failed']],
    ['a creation', { ...pays, to: null, logs: [moved(alice, carol, 7n)] }, ['log:0 a>c 7']],
    ['a value without a log, as below its height', pays, ['value:0 a>b 7']],
    [
      'another value than the transaction says',
      { ...pays, logs: [moved(alice, bob, 1n)] },
      ['value:0 a>b 7', 'log:0 a>b 1'],
    ],
    [
      'a value that another account pays',
      { ...pays, logs: [moved(carol, bob, 7n)] },
      ['value:0 c>b 7'],
    ],
    [
      'a log that cannot be read',
      {
        ...pays,
        logs: [
          { address: SYSTEM, topics: [TRANSFER_TOPIC, topicOf(alice), topicOf(bob)], data: '0x' },
        ],
      },
      ['value:0 a>b 7', 'log:0 a>b 0 unreadable'],
    ],
    [
      'a log like that of a collectible',
      {
        logs: [
          {
            ...{ address: SYSTEM, data: '0x' },
            topics: [TRANSFER_TOPIC, topicOf(alice), topicOf(bob), wordOf(7n)],
          },
        ],
      },
      ['log:0 a>b 0 unreadable'],
    ],
  ])('shows %s', (_, plan, expected) => {
    expect(movesOf(ETHER, plan)).toEqual(expected);
  });

  it('shows tokens as tokens, by their place after it', () => {
    const token = addressOf('token');
    const logs = [moved(alice, token, 7n), erc20Log(token, alice, bob, 7n)];
    expect(read(ETHER, { from: alice, to: token, value: 7n, logs }).transfers).toMatchObject([
      { ordinal: 'value:0', asset: ids.native, to: token },
      { ordinal: 'log:1', asset: ids.erc20(token), to: bob, amount: 7n },
    ]);
  });

  it('is no movement of the coin below its height, where the value alone counts', () => {
    const plan = { ...pays, logs: [moved(alice, bob, 7n), moved(bob, carol, 3n)] };
    const coins = read(ETHER, plan, 99).transfers.filter(({ asset }) => asset === ids.native);
    expect(coins).toMatchObject([{ ordinal: 'value:0', amount: 7n, failed: false }]);
    expect(movesOf(ETHER, pays, 99)).toEqual(['value:0 a>b 7']);
    expect(movesOf(ETHER, plan, 100)).toHaveLength(2);
  });

  it('is read in a receipt of no transaction', () => {
    const answer = aBlock({ number: 100 }, proving);
    const logs = [{ ...moved(SYSTEM, bob, 7n), blockHash: answer.block.hash, logIndex: '0x0' }];
    const receipt = {
      ...{ transactionHash: answer.block.hash, blockHash: answer.block.hash, status: '0x1' },
      ...{ cumulativeGasUsed: '0x0', logs },
    };
    const coin = { traces: 'none', hasWithdrawals: false, log: ETHER } as const;
    const rules = { ids, proof: BY_TWO, coin };
    const { transfers } = readBlock(toBlock(answer.block), [receipt], rules, proving);
    expect(transfers).toMatchObject([{ ordinal: 'log:0', asset: ids.native, to: bob }]);
  });
});

describe('the log of zkSync Era', () => {
  const charged = (payer: string, fee: bigint, refund: bigint, logs: readonly LogPlan[] = []) => [
    moved(payer, BOOTLOADER, fee, ERA),
    ...logs,
    moved(BOOTLOADER, payer, refund, ERA),
  ];
  const pays = { from: alice, to: bob, value: 7n };
  const gas = { gasUsed: '0x64', effectiveGasPrice: '0x1' };

  it('shows fees as what the transaction cost, not as movements', () => {
    const logs = charged(alice, 30n, 10n, [moved(alice, bob, 7n, ERA)]);
    expect(movesOf(ERA, { ...pays, logs })).toEqual(['value:0 a>b 7']);
    const { transactions } = read(ERA, { ...pays, logs, receiptFields: gas });
    expect(transactions).toMatchObject([{ sender: alice, fee: 20n }]);
  });

  it('shows the fee of a failed transaction, which moves nothing else', () => {
    const plan = { ...pays, failed: true, logs: charged(alice, 30n, 10n), receiptFields: gas };
    expect(movesOf(ERA, plan)).toEqual(['value:0 a>b 7 failed']);
    expect(read(ERA, plan).transactions).toMatchObject([{ fee: 20n }]);
  });

  it('charges nobody what a paymaster pays', () => {
    const plan = { ...pays, logs: charged(carol, 30n, 10n, [moved(alice, bob, 7n, ERA)]) };
    expect(read(ERA, { ...plan, receiptFields: gas }).transactions).toMatchObject([{ fee: 0n }]);
    expect(movesOf(ERA, plan)).toEqual(['value:0 a>b 7']);
  });

  it('believes no value of an account that does not pay it', () => {
    expect(movesOf(ERA, { ...pays, logs: charged(alice, 30n, 10n) })).toEqual([
      'value:0 a>b 7 failed',
    ]);
  });

  it('believes it where nothing is logged though the transaction paid, as before a fork or after one', () => {
    expect(movesOf(ERA, { ...pays, receiptFields: gas })).toEqual(['value:0 a>b 7']);
    expect(movesOf(ERA, pays)).toEqual(['value:0 a>b 7 failed']);
  });

  it('moves exactly what the logs say, whatever else the transaction says', () => {
    const party = fc.constantFrom(alice, bob, carol);
    const amount = fc.bigInt({ min: 1n, max: 3n });
    const logs = fc.array(
      fc.record({ from: party, to: party, amount }).filter(({ from, to }) => from !== to),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(party, party, amount, logs, (from, to, value, list) => {
        fc.pre(from !== to);
        const inner = list.map((it) => moved(it.from, it.to, it.amount, ERA));
        const plan = { from, to, value, logs: charged(from, 5n, 2n, inner) };
        const { transfers } = read(ERA, plan);
        const shown = transfers.filter(({ failed }) => !failed);
        const keyOf = (it: { from: string; to: string; amount: bigint }) =>
          `${it.from} ${it.to} ${it.amount}`;
        expect(shown.map(keyOf).sort()).toEqual(list.map(keyOf).sort());
        expect(new Set(transfers.map(({ ordinal }) => ordinal)).size).toBe(transfers.length);
        expect(transfers[0]).toMatchObject({ ordinal: 'value:0', to, amount: value });
      }),
    );
  });

  it('does not change what others charge', () => {
    const { transactions } = read(ETHER, { ...pays, receiptFields: gas });
    expect(transactions).toMatchObject([{ fee: 100n }]);
  });
});

describe('the log of Celo, which shows only what is moved as a token', () => {
  const pays = { from: alice, to: bob, value: 7n };

  it('adds to the value of the transaction, also where both are equal', () => {
    const logs = [moved(alice, bob, 7n, CELO), moved(carol, dave, 3n, CELO)];
    expect(movesOf(CELO, { ...pays, logs })).toEqual([
      'value:0 a>b 7',
      'log:0 a>b 7',
      'log:1 c>d 3',
    ]);
  });

  it('is not needed by a value', () => {
    expect(movesOf(CELO, pays)).toEqual(['value:0 a>b 7']);
  });

  it('shows a call of its contract as the coin, pending and failed', () => {
    const input = `0xa9059cbb${topicOf(bob).slice(2)}${wordOf(7n).slice(2)}`;
    const plan = { from: alice, to: CELO.address, input };
    const expected = { ordinal: 'log:0', asset: ids.native, from: alice, to: bob, amount: 7n };
    expect(pendingTransfers(aTransaction(plan, proving), ids, { coinLog: CELO })).toMatchObject([
      expected,
    ]);
    expect(read(CELO, { ...plan, failed: true }).transfers).toMatchObject([
      { ...expected, failed: true },
    ]);
  });
});
