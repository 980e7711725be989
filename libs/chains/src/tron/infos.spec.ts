import {
  type Answers,
  addressOf,
  aTronBlock,
  call,
  type Json,
  textOf,
} from '../../testing/tron-blocks';
import {
  answersOf,
  CHAIN,
  EMPTY,
  LOGS,
  PLAIN,
  readRecorded,
  readTronBlock,
  SPLIT,
  withInfo,
} from '../../testing/tron-recordings';
import { InvalidBlock } from '../invalid-block';

const refusals: [string, number, (answers: Answers) => Answers, RegExp][] = [
  ['an info twice', PLAIN, (it) => ({ ...it, infos: [...it.infos, ...it.infos] }), /two infos/],
  [
    'the info of another transaction',
    PLAIN,
    (it) => withInfo(it, { id: 'ab'.repeat(32) }),
    /not in it/,
  ],
  [
    'the infos of another block',
    PLAIN,
    (it) => ({ ...it, infos: answersOf(58).infos }),
    /another block/,
  ],
  ['an info of another height', PLAIN, (it) => withInfo(it, { blockNumber: 58 }), /another block/],
  ['an info of another time', PLAIN, (it) => withInfo(it, { blockTimeStamp: 1 }), /another block/],
  [
    'an info of another result',
    LOGS,
    (it) => withInfo(it, { receipt: { result: 'REVERT' } }),
    /another result/,
  ],
  [
    'logs of a transaction that calls no contract',
    PLAIN,
    (it) => withInfo(it, { log: answersOf(LOGS).infos[0]?.log }),
    /calls no contract/,
  ],
  ['an info without a result', LOGS, (it) => withInfo(it, { receipt: {} }), /another result/],
  [
    'an info that calls a success failed',
    LOGS,
    (it) => withInfo(it, { result: 'FAILED' }),
    /another result/,
  ],
  [
    'an info that calls a failure a success',
    66,
    (it) => withInfo(it, { receipt: { result: 'SUCCESS' }, result: undefined }),
    /another result/,
  ],
  [
    'infos where there are no transactions',
    EMPTY,
    (it) => ({
      ...it,
      infos: withInfo(answersOf(PLAIN), {
        blockNumber: EMPTY,
        blockTimeStamp: it.block.block_header.raw_data.timestamp,
      }).infos,
    }),
    /not in it/,
  ],
  [
    'infos that are no list',
    PLAIN,
    (it) => ({ ...it, infos: { a: 1 } as never }),
    /no valid list of infos/,
  ],
  ['a list instead of a block', PLAIN, (it) => ({ ...it, block: [] as never }), /no valid block/],
];

describe('matchInfos', () => {
  it.each(refusals)('refuses %s', (_, height, spoil, reason) => {
    const refused = () => readRecorded(spoil(answersOf(height)), height);
    expect(refused).toThrow(InvalidBlock);
    expect(refused).toThrow(reason);
  });

  it('is null while the infos of some transactions are missing', () => {
    const plan = { contracts: [call(addressOf('a'), addressOf('b'), 1n)] };
    const { block, infos } = aTronBlock(plan, plan, plan);
    const question = { chain: CHAIN, at: 7, maySign: () => true };
    const ask = (some: Json[]) => readTronBlock(textOf(block), textOf(some), question);
    expect(ask(infos.slice(1))).toBeNull();
    expect(ask([...infos].reverse())).toEqual(ask(infos));
    expect(ask(infos)?.transfers).toHaveLength(3);
  });

  it('reads an empty block whether its infos are an empty list or an empty object', () => {
    const { block } = answersOf(EMPTY);
    for (const infos of [[], {}]) {
      expect(readRecorded({ block, infos: infos as Json[] })).toMatchObject({
        transactions: [],
        transfers: [],
      });
    }
  });

  // No root covers infos, as the comment of matchInfos says. This shows it, so that nobody relies on it.
  it('cannot find out a changed log or internal transaction', () => {
    const logs = answersOf(LOGS);
    const [info] = logs.infos;
    const data = 'ff'.repeat(32);
    const log = info?.log.map((each: Json) => ({ ...each, data }));
    const amounts = readRecorded(withInfo(logs, { log }))?.transfers.map(({ amount }) => amount);
    expect(amounts).toEqual([2n ** 256n - 1n, 2n ** 256n - 1n]);
    const hidden = readRecorded(withInfo(answersOf(SPLIT), { internal_transactions: undefined }));
    expect(hidden?.transfers.map(({ ordinal }) => ordinal)).toEqual(['value:0']);
  });
});
