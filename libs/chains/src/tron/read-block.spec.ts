import {
  answersOf,
  CHAIN,
  PLAIN,
  readRecorded,
  readTronBlock,
  recorded,
} from '../../testing/tron-recordings';
import { AnswerFailure } from './answer';

describe('readTronBlock', () => {
  it('refuses an old block that is sent for another height', () => {
    expect(() => readRecorded(answersOf(PLAIN), PLAIN + 1)).toThrow(
      /answered with block 57 .* asked for 58/,
    );
  });

  it('refuses another block than the one that was asked for by id', () => {
    expect(() => readRecorded(answersOf(PLAIN), answersOf(58).block.blockID)).toThrow(
      /asked for 0000/,
    );
  });

  it.each([
    ['the block', '{}', undefined],
    ['the infos of a block with transactions', undefined, '[]'],
    ['the block of the infos', undefined, '{}'],
  ])('is null while the node does not have %s', (_, block, infos) => {
    const { block: whole = '', infos: all = '' } = recorded[PLAIN] ?? {};
    const question = { chain: CHAIN, at: PLAIN, maySign: () => true };
    expect(readTronBlock(block ?? whole, infos ?? all, question)).toBeNull();
  });

  it.each([
    ['the block', '', '[]'],
    ['the block', '{"Error":"class X : no"}', '[]'],
    ['the infos', undefined, ''],
    ['the infos', undefined, '{"Error":"class X : no"}'],
    ['the infos', undefined, 'this API is closed because this node is a lite fullnode'],
  ])('fails when the answer for %s is none: %p %p', (_, block, infos) => {
    const question = { chain: CHAIN, at: PLAIN, maySign: () => true };
    const ask = () => readTronBlock(block ?? recorded[PLAIN]?.block ?? '', infos, question);
    expect(ask).toThrow(AnswerFailure);
  });
});
