import type { Proof } from '../../../libs/chains/src/chains-and-assets';
import { assetIds } from '../../../libs/chains/src/evm/asset-ids';
import { ETHEREUM_PROOF } from '../../../libs/chains/src/evm/header';
import { type Keccak, loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { toBlock } from '../../../libs/chains/src/evm/raw';
import { readBlock } from '../../../libs/chains/src/evm/read-block';
import { EMPTY_ROOT } from '../../../libs/chains/src/evm/trie-root';
import { aBlock, addressOf, erc20Log, hashOf } from '../../../libs/chains/testing/raw-blocks';
import { PROVABLE_CHAINS } from '../testing/provable-shapes';
import { type Shape, type ShapedBlock, shapeBlock } from '../testing/shaped-block';
import { UNPROVABLE_CHAINS } from '../testing/unprovable-shapes';

const [token, purse] = [addressOf('token'), addressOf('purse')];
const IDS = assetIds('eip155:31337', 'eip155:31337/slip44:60');

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

/** A block that pays 5 tokens and a coin of 7. */
function shaped(shape: Shape): ShapedBlock {
  const transactions = [
    { to: token, input: '0x12', logs: [erc20Log(token, addressOf('payer'), purse, 5n)] },
    { to: purse, value: 7n, type: '0x0' },
    { to: token, input: '0x34', failed: true },
  ];
  const plain = aBlock({ number: 7, transactions }, keccak);
  const at = { number: 7, base: 6, receiptsRootOf: () => EMPTY_ROOT };
  return shapeBlock(shape, plain, hashOf('parent'), at, keccak);
}

function read({ block, receipts }: Pick<ShapedBlock, 'block' | 'receipts'>, proof?: Proof) {
  return readBlock(toBlock(block), receipts, { ids: IDS, proof: proof ?? ETHEREUM_PROOF }, keccak);
}

it.each([...PROVABLE_CHAINS, ...UNPROVABLE_CHAINS])(
  'reads the deposits of a block like those of $name, by its rule',
  ({ shape, proof }) => {
    const amounts = read(shaped(shape), proof).transfers.map(({ amount }) => amount);
    expect(amounts).toEqual(expect.arrayContaining([5n, 7n]));
  },
);

it.each(PROVABLE_CHAINS)('proves a block like those of $name, and no changed one', (chain) => {
  const whole = shaped(chain.shape);
  const isByCounts = chain.proof?.rule === 'bloom-and-counts';
  expect(read(whole, chain.proof).proven).toBe(isByCounts ? 'none' : 'content');
  const receipts = whole.receipts.map((it) => ({ ...it, logs: [] }));
  expect(() => read({ ...whole, receipts }, chain.proof)).toThrow(/is not the block/);
});

it.each(UNPROVABLE_CHAINS)('does not call a block like those of $name proven whole', (chain) => {
  const whole = shaped(chain.shape);
  const isOfOtherFields = chain.withOne === 'waits' || chain.name.includes('fork');
  expect(read(whole, chain.proof).proven).toBe(isOfOtherFields ? 'none' : 'header');
  // What is missing by counts is noticed all the same.
  const missing = { ...whole, receipts: whole.receipts.slice(1) };
  expect(() => read(missing, chain.proof)).toThrow(/is not the block/);
});
