import { type Answers, base58, STRANGER, seal, textOf, witnessOf } from '../../testing/tron-blocks';
import {
  answersOf,
  CHAIN,
  PLAIN,
  readRecorded,
  readTronBlock,
  recording,
  signerIn,
  withHeader,
} from '../../testing/tron-recordings';
import { InvalidBlock } from '../invalid-block';
import { proveHeader } from './prove-header';

const refusals: [string, number, (answers: Answers) => Answers, RegExp][] = [
  [
    'another parent',
    PLAIN,
    (it) => withHeader(it, { parentHash: 'ab'.repeat(32) }),
    /has the hash/,
  ],
  ['another time', PLAIN, (it) => withHeader(it, { timestamp: 1_795_248_600_001 }), /has the hash/],
  ['another version', PLAIN, (it) => withHeader(it, { version: 31 }), /has the hash/],
  ['another height', PLAIN, (it) => withHeader(it, { number: 58 }), /has the hash/],
  ['a negative height', PLAIN, (it) => withHeader(it, { number: -57 }), /no valid block number/],
  ['another root', PLAIN, (it) => withHeader(it, { txTrieRoot: 'ab'.repeat(32) }), /has the hash/],
  [
    'a state root',
    PLAIN,
    (it) => withHeader(it, { accountStateRoot: 'ab'.repeat(32) }),
    /has the hash/,
  ],
  [
    'an unknown field of the header',
    PLAIN,
    (it) => withHeader(it, { novelty: 1 }),
    /unknown version/,
  ],
  [
    'an unknown field with a name that is no name',
    PLAIN,
    (it) => withHeader(it, { '<script>': 1 }),
    /has an unknown field, so/,
  ],
  [
    'the id of another block',
    PLAIN,
    (it) => ({ ...it, block: { ...it.block, blockID: answersOf(58).block.blockID } }),
    /has the hash/,
  ],
  [
    'the signature of another block',
    PLAIN,
    (it) => {
      const { witness_signature } = answersOf(58).block.block_header;
      const block_header = { ...it.block.block_header, witness_signature };
      return { ...it, block: { ...it.block, block_header } };
    },
    /no known key of witness/,
  ],
  [
    'no signature',
    PLAIN,
    (it) => ({
      ...it,
      block: { ...it.block, block_header: { raw_data: it.block.block_header.raw_data } },
    }),
    /not signed/,
  ],
  [
    'a malformed signature',
    PLAIN,
    (it) => {
      const block_header = { ...it.block.block_header, witness_signature: 'ff'.repeat(65) };
      return { ...it, block: { ...it.block, block_header } };
    },
    /malformed/,
  ],
  [
    'the seal of a stranger over a changed block',
    PLAIN,
    (it) => ({ ...it, block: seal({ ...it.block, transactions: [] }, STRANGER) }),
    /signed by T\w{33}, which is no known key/,
  ],
];

describe('proveHeader', () => {
  it.each(refusals)('refuses %s', (_, height, spoil, reason) => {
    const refused = () => readRecorded(spoil(answersOf(height)), height);
    expect(refused).toThrow(InvalidBlock);
    expect(refused).toThrow(reason);
  });

  it('refuses a block of another chain', () => {
    const foreign = recording('reorg-after')[9];
    const answers = { block: JSON.parse(foreign?.block ?? ''), infos: [] };
    expect(() => readRecorded(answers)).toThrow(/no known key of witness/);
  });

  it('refuses the genesis block of another chain, which nobody signed', () => {
    const { block, infos } = answersOf(0);
    const ask = (chain: string) =>
      readTronBlock(textOf(block), textOf(infos), { chain, at: 0, maySign: () => false });
    expect(() => ask('tron:728126428')).toThrow(/is of tron:1351433853, not of tron:728126428/);
    const genesis = { number: 0, hash: block.blockID, transactions: [], transfers: [] };
    expect(ask(CHAIN)).toMatchObject(genesis);
  });

  it('says who signed', () => {
    const { block } = answersOf(PLAIN);
    expect(proveHeader(block, CHAIN, () => true).signer).toBe(signerIn(block));
    expect(proveHeader(answersOf(0).block, CHAIN, () => true).signer).toBeNull();
  });

  it('accepts the key of a witness permission from its witness only', () => {
    const { block } = answersOf(PLAIN);
    const [key, witness] = [base58(witnessOf(STRANGER)), signerIn(block)];
    const maySign = (signer: string, of: string) => signer === key && of === witness;
    const sealed = seal(block, STRANGER, block.block_header.raw_data.witness_address);
    expect(proveHeader(sealed, CHAIN, maySign)).toMatchObject({ number: PLAIN, signer: key });
    expect(() => proveHeader(seal(block, STRANGER), CHAIN, maySign)).toThrow(/no known key/);
  });

  it('refuses a witness without an address', () => {
    const { block } = answersOf(PLAIN);
    expect(() => proveHeader(seal(block, STRANGER, '6162'), CHAIN, () => true)).toThrow(
      /its witness has no address/,
    );
  });

  it('accepts a signature in each form that java-tron accepts', () => {
    const answers = answersOf(PLAIN);
    const signature: string = answers.block.block_header.witness_signature;
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = (order - BigInt(`0x${signature.slice(64, 128)}`)).toString(16).padStart(64, '0');
    const recovery = Number.parseInt(signature.slice(128), 16);
    const last = (value: number) => value.toString(16).padStart(2, '0');
    const forms = [
      signature.slice(0, 128) + last(recovery + 27),
      `${signature}00ff`,
      signature.slice(0, 64) + high + last(1 - recovery),
    ];
    for (const witness_signature of forms) {
      const block_header = { ...answers.block.block_header, witness_signature };
      expect(readRecorded({ ...answers, block: { ...answers.block, block_header } })).toEqual(
        readRecorded(answers),
      );
    }
  });
});
