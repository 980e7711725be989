import fc from 'fast-check';
import {
  base58,
  call,
  contract,
  create,
  message,
  trc10,
  trx,
  wordOf,
} from '../../testing/tron-blocks';
import {
  Alice,
  afterCall,
  alice,
  Bob,
  blockOf,
  bob,
  Carol,
  CHAIN,
  COIN,
  carol,
  internal,
  log,
  TRANSFER,
  token,
  transfersOf,
  trc20,
  wordOfAmount,
} from '../../testing/tron-transfers';
import { isFungible, parseAssetId } from '../family';
import { InvalidBlock } from '../invalid-block';
import { TRANSFER_BATCH as BATCH, TRANSFER_SINGLE as SINGLE } from '../token-logs';

describe('what a contract moves by itself', () => {
  it('is the amount of a transfer', () => {
    expect(transfersOf({ contracts: [trx(alice, bob, 7n)] })).toMatchObject([
      { ordinal: 'value:0', asset: COIN, amount: 7n, from: Alice, to: Bob, failed: false },
    ]);
  });

  it('is that of every contract of a transaction', () => {
    const contracts = [trx(alice, bob, 7n), trc10(alice, bob, '1000001', 8n), trx(bob, carol, 9n)];
    expect(transfersOf({ contracts })).toMatchObject([
      { ordinal: 'value:0', amount: 7n, to: Bob },
      { ordinal: 'trc10:1', asset: `${CHAIN}/trc10:1000001`, amount: 8n, from: Alice, to: Bob },
      { ordinal: 'value:2', amount: 9n, from: Bob, to: Carol },
    ]);
  });

  it('is the value and the token of a call', () => {
    const contracts = [call(alice, bob, 7n, 'ff', [8n, 1_000_001n])];
    expect(transfersOf({ contracts })).toMatchObject([
      { ordinal: 'value:0', asset: COIN, amount: 7n, to: Bob },
      { ordinal: 'trc10:0', asset: `${CHAIN}/trc10:1000001`, amount: 8n, to: Bob },
    ]);
  });

  it('is the value and the token that a new contract starts with', () => {
    const [value, held] = transfersOf({ contracts: [create(alice, 7n, [8n, 1_000_001n])] });
    expect(value).toMatchObject({ ordinal: 'value:0', amount: 7n, from: Alice });
    expect(held).toMatchObject({ ordinal: 'trc10:0', amount: 8n, to: value?.to });
  });

  it('keeps every amount that TRON can have', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), (amount) => {
        expect(transfersOf({ contracts: [trx(alice, bob, amount)] })[0]?.amount).toBe(amount);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['a call without value', call(alice, bob)],
    ['an amount of zero', trx(alice, bob, 0n)],
    ['a negative amount', trx(alice, bob, -1n)],
    ['a vote', contract(4, 'VoteWitnessContract', message([1, alice], [3, bob]))],
    ['a type of contract that is not known', contract(99, 'NewContract', message([1, alice]))],
  ])('is nothing for %s', (_, each) => {
    expect(transfersOf({ contracts: [each] })).toEqual([]);
  });

  it('is shown as failed when the transaction failed', () => {
    const data = `a9059cbb${wordOf(bob)}${wordOfAmount(9n)}`;
    const info = {
      result: 'FAILED',
      log: [log()],
      internal_transactions: [internal()],
    };
    const plan = { contracts: [call(alice, token, 7n, data)], outcome: 'REVERT', info };
    expect(transfersOf(plan)).toMatchObject([
      { ordinal: 'value:0', amount: 7n, failed: true },
      { ordinal: 'log:0', asset: trc20, amount: 9n, from: Alice, to: Bob, failed: true },
    ]);
  });

  it('shows a failed transfer on behalf of another', () => {
    const data = `23b872dd${wordOf(carol, `${'0'.repeat(22)}41`)}${wordOf(bob)}${wordOfAmount(9n)}`;
    const plan = { contracts: [call(alice, token, 0n, data)], outcome: 'REVERT' };
    expect(transfersOf(plan)).toMatchObject([
      { ordinal: 'log:0', amount: 9n, from: Carol, to: Bob, failed: true },
    ]);
  });
});

describe('a transaction', () => {
  it.each([
    ['a transfer', trx(alice, bob, 1n)],
    ['a token transfer', trc10(alice, bob, '1000001', 1n)],
    ['a vote', contract(4, 'VoteWitnessContract', message([1, alice]))],
    ['a change of name', contract(10, 'AccountUpdateContract', message([1, '6162'], [2, alice]))],
  ])('has the owner of %s as its sender', (_, each) => {
    expect(blockOf({ contracts: [each] }).transactions).toMatchObject([
      { sender: Alice, nonce: null },
    ]);
  });

  it('has no sender if its contract names nobody', () => {
    const shielded = contract(51, 'ShieldedTransferContract', message([2, 5n]));
    expect(blockOf({ contracts: [shielded] }).transactions).toMatchObject([{ sender: '' }]);
  });

  it.each([
    ['no owner', contract(1, 'TransferContract', message([2, bob], [3, 1n]))],
    ['an owner that is text', contract(1, 'TransferContract', message([1, '6162'], [2, bob]))],
    ['no recipient', contract(1, 'TransferContract', message([1, alice], [3, 1n]))],
    ['the content of another', contract(1, 'TransferAssetContract', message([1, alice], [2, bob]))],
    ['content that is cut', contract(1, 'TransferContract', message([1, alice]).slice(0, -1))],
  ])('is refused if its contract has %s', (_, each) => {
    expect(() => blockOf({ contracts: [each] })).toThrow(InvalidBlock);
  });
});

describe('the logs of a transaction', () => {
  it('show TRC-20 transfers, each by its place among all logs', () => {
    const other = { address: token.slice(2), topics: ['aa'.repeat(32)] };
    const found = afterCall({ log: [other, log(), log({ data: wordOfAmount(6n) })] });
    expect(found).toMatchObject([
      { ordinal: 'log:1', asset: trc20, amount: 5n, from: Alice, to: Bob, failed: false },
      { ordinal: 'log:2', amount: 6n },
    ]);
  });

  it.each([[0n], [2n ** 256n - 1n]])('keep an amount of %p', (amount) => {
    expect(afterCall({ log: [log({ data: wordOfAmount(amount) })] })).toMatchObject([{ amount }]);
  });

  it('name an address by the last 20 bytes of a topic', () => {
    const topics = [TRANSFER, wordOf(alice, 'ff'.repeat(12)), wordOf(bob, `${'0'.repeat(22)}41`)];
    expect(afterCall({ log: [log({ topics })] })).toMatchObject([{ from: Alice, to: Bob }]);
  });

  const topics = [TRANSFER, wordOf(alice), wordOf(bob)];
  const word = wordOfAmount(1n);

  it('show a token that indexes nothing', () => {
    const data = wordOf(alice) + wordOf(bob) + wordOfAmount(5n);
    expect(afterCall({ log: [log({ topics: [TRANSFER], data })] })).toMatchObject([
      { ordinal: 'log:0', asset: trc20, amount: 5n, from: Alice, to: Bob },
    ]);
  });

  it('show a collectible, which is not fungible', () => {
    const collectible = log({ topics: [...topics, wordOfAmount(77n)], data: undefined });
    const [found] = afterCall({ log: [collectible] });
    const asset = `${CHAIN}/trc721:${base58(token)}/77`;
    expect(found).toMatchObject({ ordinal: 'log:0', asset, amount: 1n, from: Alice, to: Bob });
    expect([isFungible(asset), parseAssetId(asset)]).toEqual([false, null]);
  });

  it.each([
    ['no data', { data: undefined }],
    ['more data than an amount', { data: wordOfAmount(1n) + wordOfAmount(2n) }],
    ['no topics', { topics: undefined }],
    ['one topic', { topics: topics.slice(0, 1) }],
    ['two topics', { topics: topics.slice(0, 2) }],
    ['four topics', { topics: [...topics, wordOfAmount(1n)] }],
    ['two topics and two words', { topics: topics.slice(0, 2), data: word + word }],
    ['no data and two words', { topics: [TRANSFER], data: word + word }],
    ['a word in three topics that is cut', { data: word.slice(2) }],
    ['a topic that is too short', { topics: [TRANSFER, wordOf(alice), bob] }],
    ['another event', { topics: ['aa'.repeat(32), ...topics.slice(1)] }],
  ])('show no transfer with %s', (_, fields) => {
    expect(afterCall({ log: [log(fields)] })).toEqual([]);
  });

  it('show an ERC-1155 as a collectible, one of a kind or many', () => {
    const parties = [carol, alice, bob].map((address) => wordOf(address));
    const words = [64n, 160n, 2n, 7n, 8n, 2n, 3n, 0n].map(wordOfAmount);
    const found = afterCall({
      log: [
        log({ topics: [SINGLE, ...parties], data: wordOfAmount(7n) + wordOfAmount(3n) }),
        log({ topics: [BATCH, ...parties], data: words.join('') }),
      ],
    });
    const asset = `${CHAIN}/trc1155:${base58(token)}`;
    expect(found).toMatchObject([
      { ordinal: 'log:0', asset: `${asset}/7`, amount: 3n, from: Alice, to: Bob },
      { ordinal: 'log:1_0', asset: `${asset}/7`, amount: 3n },
      { ordinal: 'log:1_1', asset: `${asset}/8`, amount: 0n },
    ]);
    expect([isFungible(`${asset}/7`), parseAssetId(`${asset}/7`)]).toEqual([false, null]);
  });

  it.each([
    ['no data', [carol, alice, bob], ''],
    ['three topics', [alice, bob], wordOfAmount(64n) + wordOfAmount(96n)],
    ['three words', [carol, alice, bob], word + word + word],
  ])('show no ERC-1155 with %s', (_, parties, data) => {
    for (const event of [SINGLE, BATCH]) {
      const bad = log({ topics: [event, ...parties.map((address) => wordOf(address))], data });
      expect(afterCall({ log: [bad] })).toEqual([]);
    }
  });

  it.each([
    ['two words', { data: word + word }, [['log:0', Bob]]],
    ['no data', { data: undefined }, [['log:0', Bob]]],
    ['a topic that is too short', { topics: [TRANSFER, wordOf(alice), bob] }, [['log:0', Bob]]],
    [
      'one indexed address',
      { topics: topics.slice(0, 2), data: wordOf(bob, `${'0'.repeat(22)}41`) + word },
      [
        ['log:0_0', Alice],
        ['log:0_1', Bob],
      ],
    ],
    [
      'nothing indexed and two words',
      { topics: [TRANSFER], data: wordOf(bob) + word },
      [['log:0', Bob]],
    ],
  ] as const)('of a listed token are shown as unreadable with %s', (_, fields, expected) => {
    const found = afterCall({ log: [log(fields)] }, [base58(token)]);
    expect(found.map(({ ordinal, to }) => [ordinal, to])).toEqual(expected);
    for (const each of found) {
      expect(each).toMatchObject({ asset: trc20, amount: 0n, unreadable: true, failed: false });
    }
    expect(afterCall({ log: [log(fields)] }, [Carol])).toEqual([]);
  });

  it('are refused if a contract is not named by 20 bytes', () => {
    expect(() => afterCall({ log: [log({ address: token })] })).toThrow(/no contract address/);
  });
});

describe('what an address sends to itself', () => {
  it('is shown and moves nothing', () => {
    const input = `a9059cbb${wordOf(alice)}${wordOfAmount(9n)}`;
    const itself = [TRANSFER, wordOf(alice), wordOf(alice)];
    const info = {
      log: [log({ topics: itself })],
      internal_transactions: [internal({ transferTo_address: alice })],
    };
    const found = transfersOf(
      { contracts: [call(alice, alice, 7n, '', [8n, 1_000_001n])], info },
      { contracts: [call(alice, token, 0n, input)], outcome: 'REVERT' },
    );
    expect(found.map(({ ordinal, amount }) => [ordinal, amount])).toEqual([
      ['value:0', 0n],
      ['trc10:0', 0n],
      ['log:0', 0n],
      ['internal:0', 0n],
      ['log:0', 0n],
    ]);
  });
});
