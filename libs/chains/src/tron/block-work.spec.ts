import {
  addressOf,
  aTronBlock,
  call,
  type Json,
  seal,
  textOf,
  trc10,
} from '../../testing/tron-blocks';
import { answerBlockWork, type WorkRequest } from './block-work';

const [alice, bob] = [addressOf('alice'), addressOf('bob')];
/** `JSON.parse` makes 9007199254740992 of it. */
const LONG = 9_007_199_254_740_993n;

function ask(block: Json, infos: Json[], more: Partial<WorkRequest> = {}) {
  return answerBlockWork({
    ...{ id: 1, chain: 'tron:728126428', at: 7, contentRule: 'agreeing' },
    ...{
      block: { bytes: Buffer.from(textOf(block)) },
      infos: { bytes: Buffer.from(textOf(infos)) },
    },
    ...more,
  });
}

function paying(value: bigint) {
  const entry = { caller_address: alice, transferTo_address: bob, note: '63616c6c' };
  const internal_transactions = [{ ...entry, callValueInfo: [{ callValue: value }] }];
  const info = { internal_transactions };
  return aTronBlock({ contracts: [call(alice, bob)], info }, { contracts: [call(alice, bob)] });
}

describe('answerBlockWork', () => {
  it.each([[5n], [LONG], [2n ** 63n - 1n]])('reads an amount of %p without loss', (value) => {
    const { block, infos } = paying(value);
    expect(ask(block, infos)).toMatchObject({ block: { transfers: [{ amount: value }] } });
  });

  it('reads a header and results with long integers', () => {
    const { block, infos } = aTronBlock({ contracts: [trc10(alice, bob, '1000001', LONG)] });
    const raw_data = { ...block.block_header.raw_data, timestamp: LONG };
    const sealed = seal({ ...block, block_header: { raw_data } });
    const dated = infos.map((info) => ({ ...info, blockTimeStamp: LONG }));
    expect(ask(sealed, dated)).toMatchObject({
      header: { timestamp: LONG },
      block: { transfers: [{ amount: LONG }] },
    });
  });

  it('says how many infos are missing', () => {
    const { block, infos } = paying(1n);
    const answer = ask(block, infos.slice(1));
    expect(answer).toMatchObject({ header: { number: 7 }, missing: { found: 1, needed: 2 } });
  });

  it.each([
    ['has no header that could be proven', '{"blockID":1}', null],
    ['is no JSON', '{"blockID":', null],
    ['is nothing', ' ', null],
    ['has a number that is too long', '{"block_header":{"raw_data":{"number":1e300}}}', null],
  ])('refuses an answer that %s', (_, text, header) => {
    const answer = ask({}, [], { block: { bytes: Buffer.from(text) } });
    expect(answer).toEqual({ header, invalid: expect.stringMatching(/^The node.*\.$/) });
  });

  it('refuses contradicting infos, with the header, unless they count as answered', () => {
    const { block, infos } = paying(1n);
    const contradicting = infos.map((info) => ({ ...info, receipt: { result: 'REVERT' } }));
    expect(ask(block, contradicting)).toEqual({
      header: expect.objectContaining({ number: 7, hash: block.blockID }),
      invalid: expect.stringContaining('another result than the transaction (SUCCESS)'),
    });
    expect(ask(block, contradicting, { contentRule: 'as-answered' })).toMatchObject({
      block: { transfers: [{ ordinal: 'internal:0', amount: 1n }] },
    });
    const foreign = infos.map((info) => ({ ...info, blockNumber: 8 }));
    expect(ask(block, foreign, { contentRule: 'as-answered' })).toMatchObject({
      invalid: expect.stringContaining('is of another block'),
    });
  });

  it('refuses transactions without the root of the header, unless they count as answered', () => {
    const { block, infos } = paying(1n);
    const [first, ...others] = block.transactions;
    const hiding = { ...block, transactions: [{ ...first, signature: ['ab'] }, ...others] };
    expect(ask(hiding, infos)).toMatchObject({
      header: { number: 7 },
      invalid: expect.stringContaining('do not have the root of its header'),
    });
    const read = ask(hiding, infos, { contentRule: 'as-answered' });
    expect(read).toMatchObject({
      block: { proven: 'header', transfers: [{ ordinal: 'internal:0', amount: 1n }] },
    });
    const renamed = { ...first, txID: 'cd'.repeat(32) };
    const other = { ...hiding, transactions: [renamed, ...others] };
    expect(ask(other, infos, { contentRule: 'as-answered' })).toMatchObject({
      invalid: expect.stringContaining('is listed under another id'),
    });
  });
});
