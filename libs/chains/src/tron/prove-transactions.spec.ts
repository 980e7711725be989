import {
  type Answers,
  addressOf,
  aTronBlock,
  type Json,
  seal,
  textOf,
  trx,
} from '../../testing/tron-blocks';
import {
  answersOf,
  CHAIN,
  EMPTY,
  flipped,
  LOGS,
  PLAIN,
  readRecorded,
  readTronBlock,
  withTransaction,
} from '../../testing/tron-recordings';
import { InvalidBlock } from '../invalid-block';

const refusals: [string, number, (answers: Answers) => Answers, RegExp][] = [
  [
    'an amount with one byte changed',
    PLAIN,
    (it) =>
      withTransaction(it, (t) => ({
        raw_data_hex: flipped(t.raw_data_hex, t.raw_data_hex.indexOf('18c096b102') + 2),
      })),
    /do not have the root/,
  ],
  [
    'another outcome',
    PLAIN,
    (it) => withTransaction(it, () => ({ ret: [{ contractRet: 'REVERT' }] })),
    /do not have the root/,
  ],
  [
    'an outcome that java-tron does not have',
    PLAIN,
    (it) => withTransaction(it, () => ({ ret: [{ contractRet: 'FINE' }] })),
    /unknown contractRet/,
  ],
  ['no outcome', PLAIN, (it) => withTransaction(it, () => ({ ret: [] })), /do not have the root/],
  [
    'a further result',
    PLAIN,
    (it) => withTransaction(it, (t) => ({ ret: [...t.ret, { contractRet: 'SUCCESS' }] })),
    /do not have the root/,
  ],
  [
    'a fee in a result',
    PLAIN,
    (it) => withTransaction(it, () => ({ ret: [{ contractRet: 'SUCCESS', fee: 1 }] })),
    /do not have the root/,
  ],
  [
    'an unknown field in a result',
    PLAIN,
    (it) => withTransaction(it, () => ({ ret: [{ contractRet: 'SUCCESS', novelty: 1 }] })),
    /unknown field \(novelty\)/,
  ],
  [
    'a transaction under the id of another',
    PLAIN,
    (it) => withTransaction(it, (t) => ({ txID: flipped(t.txID, 0) })),
    /under another id/,
  ],
  [
    "a transaction's signature changed",
    PLAIN,
    (it) => withTransaction(it, (t) => ({ signature: [flipped(t.signature[0], 8)] })),
    /do not have the root/,
  ],
  [
    'a transaction left out, with its info',
    PLAIN,
    (it) => ({ block: { ...it.block, transactions: undefined }, infos: [] }),
    /do not have the root/,
  ],
  [
    'a transaction twice',
    PLAIN,
    (it) => ({
      ...it,
      block: { ...it.block, transactions: [it.block.transactions[0], it.block.transactions[0]] },
    }),
    /do not have the root/,
  ],
  [
    'a transaction of another block',
    PLAIN,
    (it) => withTransaction(it, () => answersOf(LOGS).block.transactions[0]),
    /do not have the root/,
  ],
  [
    'transactions where there are none',
    EMPTY,
    (it) => ({ ...it, block: { ...it.block, transactions: answersOf(PLAIN).block.transactions } }),
    /do not have the root/,
  ],
];

describe('proveTransactions', () => {
  it.each(refusals)('refuses %s', (_, height, spoil, reason) => {
    const refused = () => readRecorded(spoil(answersOf(height)), height);
    expect(refused).toThrow(InvalidBlock);
    expect(refused).toThrow(reason);
  });

  it('refuses a genesis block with other balances', () => {
    const genesis = answersOf(0);
    const spoilt = withTransaction(genesis, (it) => ({
      raw_data_hex: flipped(it.raw_data_hex, 8),
    }));
    expect(() => readRecorded(spoilt, 0)).toThrow(/do not have the root/);
  });

  it('refuses transactions that changed places', () => {
    const payments = [1n, 2n, 3n].map((amount) => ({
      contracts: [trx(addressOf('a'), addressOf('b'), amount)],
    }));
    const { block, infos } = aTronBlock(...payments);
    const question = { chain: CHAIN, at: 7, maySign: () => true };
    const ask = (transactions: Json[]) =>
      readTronBlock(textOf({ ...block, transactions }), textOf(infos), question);
    expect(ask(block.transactions)?.transfers).toHaveLength(3);
    expect(() => ask([...block.transactions].reverse())).toThrow(/do not have the root/);
  });

  it('refuses a transaction that does not say whether it succeeded, even with a right root', () => {
    const { block, infos } = aTronBlock({ contracts: [trx(addressOf('a'), addressOf('b'), 1n)] });
    const ask = (ret: Json[]) => {
      const sealed = seal({ ...block, transactions: [{ ...block.transactions[0], ret }] });
      const question = { chain: CHAIN, at: 7, maySign: () => true };
      return readTronBlock(textOf(sealed), textOf(infos), question);
    };
    expect(() => ask([])).toThrow(/no valid result of transaction/);
    expect(() => ask([{}])).toThrow(/does not say whether it succeeded/);
    expect(() => ask([{ contractRet: 'DEFAULT' }])).toThrow(/does not say whether it succeeded/);
    expect(ask([{ contractRet: 'SUCCESS' }])).not.toBeNull();
  });

  it('looks at the proven bytes of a transaction, not at the copy of them', () => {
    const answers = answersOf(PLAIN);
    const raw_data = { contract: [{ parameter: { value: { amount: 1 } }, type: 'Lie' }] };
    expect(
      readRecorded(withTransaction(answers, () => ({ raw_data, contract_address: 'x' }))),
    ).toEqual(readRecorded(answers));
  });
});
