import { loadProving } from '../../testing/proving';
import { aBlock, hashOf, type TransactionPlan } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { assetIds } from './asset-ids';
import { feeOf, withProvenFees } from './fee';
import { ETHEREUM_PROOF } from './header';
import { loadKeccak } from './keccak';
import type { RawReceipt, RawTransaction } from './raw';
import { readBlock } from './read-block';

beforeAll(loadProving);

/** What a transaction costs whose signer allowed 100 gas at a price of 9, or of 7 where gas has one price. */
function feeAt(type: string, receipt: object, extraData = '0x'): bigint {
  const transaction = {
    type,
    hash: hashOf('tx'),
    gas: '0x64',
    gasPrice: '0x7',
    maxFeePerGas: '0x9',
  };
  const answer = { transactionHash: hashOf('tx'), logs: [], ...receipt };
  return feeOf(transaction as RawTransaction, answer as RawReceipt, { extraData });
}

it.each([
  ['0x2', { gasUsed: '0xa', effectiveGasPrice: '0x8' }, 80n],
  ['0x2', { gasUsed: '0xa', effectiveGasPrice: '0xffffffff' }, 90n],
  ['0x2', { gasUsed: '0xffffffff', effectiveGasPrice: '0x8' }, 800n],
  ['0x0', { gasUsed: '0xa', effectiveGasPrice: '0xffffffff' }, 70n],
  ['0x0', { gasUsed: '0xa' }, 70n],
  // Of a rollup's own type nobody knows what its signer allowed.
  ['0x7e', { gasUsed: '0xa', effectiveGasPrice: '0x10' }, 160n],
])('of type %s is never above what the signer allowed: %j', (type, receipt, fee) => {
  expect(feeAt(type, receipt)).toBe(fee);
});

it.each([
  ['in millionths', `0x00${'0'.repeat(16)}`, 80n + 5n + 3n],
  ['in hundreds since Jovian', `0x01${'0'.repeat(32)}`, 80n + 500_000_000n + 3n],
])('has the part of an operator %s', (_, extraData, fee) => {
  const parts = { operatorFeeScalar: '0x7a120', operatorFeeConstant: '0x3' };
  const receipt = { gasUsed: '0xa', effectiveGasPrice: '0x8', ...parts };
  expect(feeAt('0x2', receipt, extraData)).toBe(fee);
});

const RULES = { ids: assetIds('eip155:1', 'eip155:1/slip44:60'), proof: ETHEREUM_PROOF };
/** What the transactions of the test's blocks use, at the base fee of 7 and a tip of 1. */
const EXACT = { gasUsed: '0x5208', effectiveGasPrice: '0x8' };

/** The fees of transactions of one proven block, and whether it commits to them. */
async function feesOf(...plans: readonly TransactionPlan[]) {
  const keccak = await loadKeccak();
  const { block, receipts } = aBlock({ transactions: plans }, keccak);
  const { proven, transactions } = readBlock(block, receipts, RULES, keccak);
  expect(proven).toBe('content');
  const answer = { block, receipts, extra: null };
  const senders = new Set(transactions.map(({ sender }) => sender));
  return withProvenFees(transactions, answer, senders, null).map(({ fee, isFeeProven = false }) => [
    fee,
    isFeeProven,
  ]);
}

it('is proven where the block commits to its gas and its price', async () => {
  const legacy = { type: '0x0', receiptFields: { gasUsed: '0x5208', effectiveGasPrice: '0x7' } };
  expect(await feesOf({ receiptFields: EXACT }, legacy, { receiptFields: EXACT })).toEqual([
    [168_000n, true],
    [147_000n, true],
    [168_000n, true],
  ]);
});

it.each([
  ['the part of another chain', { l1Fee: '0x3635c9adc5dea00000' }],
  ['a part for the operator', { operatorFeeConstant: '0x1' }],
  ['blobs of a transaction without blobs', { blobGasUsed: '0x1', blobGasPrice: '0x1' }],
  ['a price that its signer allowed and did not pay', { effectiveGasPrice: '0x9' }],
  ['gas that the receipts do not add up', { gasUsed: '0x5207', cumulativeGasUsed: '0x5208' }],
])('is the word of the node with %s', async (_, receipt) => {
  const [[fee, isProven] = []] = await feesOf({ receiptFields: { ...EXACT, ...receipt } });
  expect(fee).not.toBe(168_000n);
  expect(isProven).toBe(false);
});

it.each([
  ['blobs', { blobGasUsed: `0x${'f'.repeat(64)}`, blobGasPrice: `0x${'f'.repeat(64)}` }],
  // It fits into 256 bits, but the sum of nine of them has more digits than the books.
  ['a part of another chain', { l1Fee: `0x${'f'.repeat(64)}` }],
  ['a part for the operator', { operatorFeeConstant: `0x1${'0'.repeat(48)}` }],
])('is refused when it is more than any amount, by %s', async (_, receiptFields) => {
  await expect(
    feesOf({ type: '0x2', fields: { maxFeePerBlobGas: null }, receiptFields }),
  ).rejects.toThrow(InvalidBlock);
});
