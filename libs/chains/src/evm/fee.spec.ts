import { loadProving } from '../../testing/proving';
import { hashOf } from '../../testing/raw-blocks';
import { feeOf } from './fee';
import type { RawReceipt, RawTransaction } from './raw';

beforeAll(loadProving);

/** What a transaction costs whose signer allowed 100 gas at a price of 9, or of 7 where gas has one price. */
function feeAt(type: string, receipt: object): bigint {
  const transaction = {
    type,
    hash: hashOf('tx'),
    gas: '0x64',
    gasPrice: '0x7',
    maxFeePerGas: '0x9',
  };
  const answer = { transactionHash: hashOf('tx'), logs: [], ...receipt };
  return feeOf(transaction as RawTransaction, answer as RawReceipt);
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
