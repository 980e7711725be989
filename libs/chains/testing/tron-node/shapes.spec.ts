import type { Json } from '../tron-blocks';
import { recorded, recordedText } from '../tron-recordings';
import { ask, said } from './ask';
import { FIRST, playScenario, SECOND } from './scenario';
import { createTronNode } from './tron-node';

/** Lengths in digits of what has one length: block references, addresses, hashes, signatures. */
const FIXED = new Set([0, 4, 16, 40, 42, 64, 130]);

/** The types of a JSON value, with its keys in their order and the lengths of ids and addresses. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null) {
    // The input of a call has any length.
    return Object.entries(value).map(([key, member]) => [
      key,
      key === 'data' ? typeof member : shapeOf(member),
    ]);
  }
  if (typeof value !== 'string' || !/^([0-9a-f]{2})*$/.test(value)) return typeof value;
  return FIXED.has(value.length) ? `${value.length} digits` : 'digits';
}

const node = createTronNode();
const heights = playScenario(node);

function recordedAt(height: number): { block: Json; infos: Json } {
  const { block, infos } = recorded[height] as (typeof recorded)[number];
  return { block: JSON.parse(block), infos: JSON.parse(infos) };
}

function ours(num: number): { block: Json; infos: Json } {
  const question = { id_or_num: String(num), detail: true };
  return {
    block: JSON.parse(ask(node, 'getblock', question)),
    infos: JSON.parse(ask(node, 'gettransactioninfobyblocknum', { num })),
  };
}

describe('the answers of the stand-in have the shapes of the recordings', () => {
  it.each([
    ['a payment that creates an account', 57, heights.newAccount],
    ['a payment with free bandwidth', 58, heights.plain],
    ['a payment that costs a fee', 89, heights.paidPlain],
    ['a payment with a memo', 59, heights.memo],
    ['a TRC-20 transfer', 62, heights.token],
    ['two TRC-20 transfers in one call', 63, heights.manyTokens],
    ['a failing TRC-20 transfer', 64, heights.failing],
    ['a payment that a contract splits', 65, heights.split],
    ['a contract that pays itself', 66, heights.toItself],
    ['a payment that is reverted', 67, heights.regretted],
    ['a contract that is created and destroys itself', 70, heights.spawned],
    ['a call without enough energy', 71, heights.outOfEnergy],
    ['a TRC-20 transfer by another contract', 73, heights.tokenFrom],
    ['a call with a value only', 74, heights.called],
    ['a TRC-10 transfer', 76, heights.trc10],
    ['a payment whose revert is caught', 82, heights.swallowed],
    ['an internal TRC-10 transfer', 91, heights.internalTrc10],
  ])('%s', (_, height, own) => {
    expect(shapeOf(ours(own))).toEqual(shapeOf(recordedAt(height)));
  });

  it('an empty block', () => {
    const empty = createTronNode();
    const block = said(empty, 'getnowblock');
    expect(block.block_header.raw_data.number).toBeUndefined();
    empty.mine(2);
    expect(shapeOf(said(empty, 'getnowblock'))).toEqual(shapeOf(recordedAt(100).block));
    expect(said(empty, 'gettransactioninfobyblocknum', { num: 1 })).toEqual(recordedAt(100).infos);
  });

  it('the genesis block, but for the number of its accounts', () => {
    const { block, infos } = recordedAt(0);
    const [first] = block.transactions;
    expect(shapeOf(ours(0))).toEqual(
      shapeOf({ block: { ...block, transactions: [first] }, infos }),
    );
  });

  it('logs that pretend to be transfers', () => {
    const { log } = ours(heights.pretended).infos[0];
    const recordedLogs = [68, 69, 83].flatMap((height) => recordedAt(height).infos[0].log);
    // In 83: dirt in the address, no data, two words of data.
    const [oneTopic, fourTopics, , noData, longData] = recordedLogs;
    const shapes = [oneTopic, fourTopics, noData, longData].map(shapeOf);
    expect(log.slice(0, 4).map(shapeOf)).toEqual(shapes);
  });

  it('the accounts, also in the spaces of their writer', () => {
    const { watched } = JSON.parse(recordedText('transfers.balances.json'));
    for (const [i, address] of [FIRST, SECOND].entries()) {
      const { account } = watched[i];
      const own = ask(node, 'getaccount', { address });
      expect(shapeOf(JSON.parse(own))).toEqual(shapeOf(JSON.parse(account)));
      const spaces = (text: string) => text.replace(/"[^"]*"|[-\d]+/g, '');
      expect(spaces(own)).toBe(spaces(account));
    }
  });

  it('the info of one transaction, which has the fields of the infos of its block', () => {
    for (const num of Object.values(heights)) {
      const info = ours(num).infos[0];
      const alone = said(node, 'gettransactioninfobyid', { value: info.id });
      expect(alone).toEqual(info);
      expect(Object.keys(alone).slice(0, 1)).toEqual(['id']);
    }
  });

  it('everything ends with a line break, and long integers are bare numbers', () => {
    const text = ask(node, 'getblockbynum', { num: heights.bigTrc10 });
    expect(text).toContain('"amount":9007199254740993,');
    expect(text.endsWith('}\n')).toBe(true);
  });
});
