import { InvalidBlock } from '../../src/invalid-block';
import { readBlock } from './ask';
import {
  createFaults,
  emptyAnswer,
  forgedLogs,
  forgedOutcome,
  forgedTransaction,
  noInfos,
  otherBlock,
  partialInfos,
  type Spoil,
  signedByStranger,
} from './faults';
import { FIRST } from './scenario';
import { createTronNode } from './tron-node';

const node = createTronNode();
node.pay(FIRST, 5n);
node.payToken('usdt', FIRST, 6n);
const { number } = node.mine();
node.mine(3);

const REPLY = {
  status: 200,
  contentType: 'application/json',
  writer: 'fastjson',
  body: {},
} as const;

describe('a forged or incomplete answer of the stand-in', () => {
  it.each<[string, Spoil, RegExp]>([
    ['an altered transaction under its old id', forgedTransaction, /root of its header/],
    ['another outcome', forgedOutcome, /root of its header/],
    ['the signature of a stranger', signedByStranger(), /signed by .* no known key/],
    [
      'the signature of a stranger for a witness',
      signedByStranger({ asWitness: true }),
      /no known/,
    ],
    ['another block', otherBlock(2), /asked for/],
  ])('%s is refused by the proof', (_, block, words) => {
    expect(() => readBlock(node, number, { block })).toThrow(InvalidBlock);
    expect(() => readBlock(node, number, { block })).toThrow(words);
    expect(readBlock(node, number)?.transfers).toHaveLength(2);
  });

  it('infos that are missing make the block incomplete, so it is asked for again', () => {
    expect(readBlock(node, number, { infos: partialInfos() })).toBeNull();
    expect(readBlock(node, number, { infos: noInfos })).toBeNull();
  });

  it('a changed log is not found out by one answer alone', () => {
    const amounts = [undefined, forgedLogs].map((infos) => {
      const block = readBlock(node, number, infos && { infos });
      return block?.transfers.find(({ ordinal }) => ordinal === 'log:0')?.amount;
    });
    expect(amounts).toEqual([6n, 7n]);
  });
});

describe('a fault', () => {
  it('spoils as many answers as it is meant to, of the endpoints and the port that it names', () => {
    const faults = createFaults();
    const spoilt = (port: 'full' | 'solidity', name: string) =>
      faults.spoil(port, name, REPLY, node.view(port)).body === '';
    faults.add({ port: 'full', on: ['getblock'], times: 2, spoil: emptyAnswer });
    expect([spoilt('solidity', 'getblock'), spoilt('full', 'getnowblock')]).toEqual([false, false]);
    expect([1, 2, 3].map(() => spoilt('full', 'getblock'))).toEqual([true, true, false]);
    const off = faults.add({ spoil: emptyAnswer });
    expect(spoilt('solidity', 'getaccount')).toBe(true);
    off();
    expect(spoilt('solidity', 'getaccount')).toBe(false);
  });
});
