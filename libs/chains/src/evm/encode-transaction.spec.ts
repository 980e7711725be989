import { evmRecordings } from '../../testing/evm-recordings';
import { addressOf, aTransaction, hashOf } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { encodeTransaction } from './encode-transaction';
import { type Keccak, loadKeccak } from './keccak';
import type { RawTransaction } from './raw';

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

/** Fields of types that no recorded transaction has: constructed from their specifications. */
const OWN = {
  ...{ requestId: hashOf('request'), ticketId: hashOf('ticket'), l1BaseFee: '0x5' },
  ...{ refundTo: addressOf('refund'), maxRefund: '0x1', submissionFeeRefund: '0x2' },
  ...{ depositValue: '0x9', retryTo: addressOf('retry'), retryValue: '0x3', retryData: '0x12' },
  ...{ beneficiary: addressOf('beneficiary'), maxSubmissionFee: '0x4' },
  ...{ feeCurrency: addressOf('currency'), sourceHash: hashOf('source'), mint: '0x7' },
};

function hashOfBytes(transaction: RawTransaction): string | null {
  const bytes = encodeTransaction(transaction);
  return bytes && `0x${keccak(bytes)}`;
}

function constructed(type: string, more: object = {}): RawTransaction {
  return aTransaction(
    { type, to: addressOf('to'), value: 5n, fields: { ...OWN, ...more } },
    keccak,
  );
}

describe('the bytes of a transaction', () => {
  const recorded = evmRecordings<{ chain: string; transaction: RawTransaction }>(
    'transactions.ndjson',
  );

  it.each(recorded)('have the hash of a recorded one of $chain', ({ transaction }) => {
    expect(hashOfBytes(transaction)).toBe(transaction.hash);
  });

  it.each([
    ['0x64', ['chainId', 'requestId', 'from', 'to', 'value']],
    ['0x65', ['chainId', 'from', 'nonce', 'gasPrice', 'gas', 'to', 'value', 'input']],
    ['0x66', ['requestId', 'from', 'gasPrice', 'gas', 'to', 'value', 'input']],
    ['0x68', ['nonce', 'from', 'to', 'value', 'input', 'ticketId', 'refundTo', 'maxRefund']],
    ['0x69', ['requestId', 'depositValue', 'retryTo', 'retryValue', 'beneficiary', 'retryData']],
    ['0x6a', ['chainId', 'input']],
    ['0x7b', ['chainId', 'nonce', 'to', 'value', 'input', 'feeCurrency', 'yParity']],
    ['0x7e', ['sourceHash', 'from', 'to', 'mint', 'value', 'gas', 'input']],
    ['0x1', ['chainId', 'nonce', 'gasPrice', 'gas', 'to', 'value', 'input', 'yParity', 'r', 's']],
    ['0x3', ['maxFeePerBlobGas', 'maxFeePerGas', 'maxPriorityFeePerGas']],
  ])('of type %s have every field that matters', (type, names) => {
    const transaction = constructed(type);
    const hashes = names.map((name) => {
      const value = String(transaction[name]);
      // Another digit at the end, so that it has the same form.
      const changed = `${value === '0x' ? '0x0' : value.slice(0, -1)}${value.endsWith('1') ? 2 : 1}`;
      return hashOfBytes({ ...transaction, [name]: changed });
    });
    expect(new Set([transaction.hash, ...hashes]).size).toBe(names.length + 1);
    for (const name of names.filter((it) => !OPTIONAL.has(it))) {
      expect(() => encodeTransaction({ ...transaction, [name]: undefined })).toThrow(InvalidBlock);
    }
  });

  it('have their lists', () => {
    const entry = { address: addressOf('a'), storageKeys: [hashOf('k')] };
    const signed = { chainId: '0x1', address: addressOf('a'), nonce: '0x1', yParity: '0x0' };
    const authorization = { ...signed, r: '0x1', s: '0x2' };
    for (const [type, name, item] of [
      ['0x1', 'accessList', entry],
      ['0x3', 'blobVersionedHashes', hashOf('blob 2')],
      ['0x4', 'authorizationList', authorization],
    ] as const) {
      expect(constructed(type, { [name]: [item] }).hash).not.toBe(constructed(type).hash);
      expect(() => constructed(type, { [name]: [null] })).toThrow(InvalidBlock);
    }
  });

  it('tell the messages of Scroll from the deposits of the OP Stack, which share a type', () => {
    expect(constructed('0x7e', { queueIndex: '0x1' }).hash).not.toBe(constructed('0x7e').hash);
  });

  it.each(['0x50', '0x71', '0x76', '0x7f', '0x78'])('are not known of type %s', (type) => {
    expect(encodeTransaction(constructed(type))).toBeNull();
  });
});

/** What a transaction may lack: a recipient, an input, and on Arbitrum and the OP Stack a price and a mint. */
const OPTIONAL: ReadonlySet<string> = new Set([
  ...['to', 'retryTo', 'input', 'retryData', 'mint', 'feeCurrency', 'gasPrice', 'yParity'],
]);
