import { Transaction, type TransactionLike, Wallet } from 'ethers';
import { addressOf, hashOf } from '../../testing/raw-blocks';
import { type Keccak, loadKeccak } from './keccak';
import type { RawBlock, RawFields } from './raw';
import { refuseFalseSenders, withSenders } from './sender';

const wallet = new Wallet(hashOf('key'));
const sender = wallet.address.toLowerCase();
const other = addressOf('recipient');

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

/** A signed transaction as a node shows it. */
async function shown(plan: TransactionLike): Promise<RawFields> {
  const signed = { to: other, value: 5n, gasLimit: 21_000n, nonce: 300, ...plan };
  const it = Transaction.from(await wallet.signTransaction(signed));
  const hex = (number: bigint | number) => `0x${number.toString(16)}`;
  const signature = it.signature as NonNullable<typeof it.signature>;
  return {
    ...{ hash: it.hash, type: hex(it.type ?? 0), from: sender, to: it.to?.toLowerCase() },
    ...{ nonce: hex(it.nonce), gas: hex(it.gasLimit), value: hex(it.value), input: it.data },
    ...{ chainId: hex(it.chainId), gasPrice: hex(it.gasPrice ?? 0) },
    maxFeePerGas: hex(it.maxFeePerGas ?? 0),
    maxPriorityFeePerGas: hex(it.maxPriorityFeePerGas ?? 0),
    accessList: it.accessList ?? [],
    ...{ r: hex(BigInt(signature.r)), s: hex(BigInt(signature.s)) },
    ...(it.type === 0
      ? { v: hex(signature.networkV ?? signature.v) }
      : { yParity: hex(signature.yParity) }),
  };
}

function check(transaction: RawFields): void {
  const block = { number: '0x7', hash: hashOf('block'), transactions: [transaction] };
  refuseFalseSenders(block as unknown as RawBlock, keccak);
}

describe.each<[string, TransactionLike]>([
  ['without a chain', { type: 0, gasPrice: 7n, chainId: 0 }],
  ['of one chain', { type: 0, gasPrice: 7n, chainId: 56 }],
  ['of a chain with a large id', { type: 0, gasPrice: 7n, chainId: 1_313_161_554 }],
  ['with long input', { type: 0, gasPrice: 7n, chainId: 1, data: `0x${'12'.repeat(70_000)}` }],
  ['of type 1', { type: 1, gasPrice: 7n, chainId: 1, accessList: [[other, [hashOf('slot')]]] }],
  ['of type 2', { type: 2, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n, chainId: 1 }],
])('a transaction %s', (_, plan) => {
  it('may be from its signer to itself', async () => {
    const transaction = await shown({ ...plan, to: sender });
    check(transaction);
    check({ ...transaction, from: wallet.address });
  });

  it('is refused if its recipient is shown as its sender, which would hide a payment', async () => {
    const transaction = await shown(plan);
    check(transaction);
    const said = `was not sent by ${other}, but by ${sender}, who signed it`;
    expect(() => check({ ...transaction, from: other })).toThrow(said);
    const upper = `0x${other.slice(2).toUpperCase()}`;
    expect(() => check({ ...transaction, from: upper })).toThrow(/was not sent by/);
  });
});

describe('a transaction without a sender', () => {
  const blockOf = (...transactions: RawFields[]) =>
    ({ number: '0x7', hash: hashOf('block'), transactions }) as unknown as RawBlock;

  it.each([undefined, null, '', '0x'])('is from who signed it (%j)', async (from) => {
    const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 1n };
    const signed = [
      await shown({ type: 0, gasPrice: 7n, chainId: 56, to: sender }),
      await shown({ type: 2, ...fees, chainId: 1 }),
    ];
    const { v, yParity, ...bare } = signed[1] as RawFields;
    const legacyParity = { ...bare, v: `0x${(27 + Number(yParity)).toString(16)}` };
    const block = blockOf(...signed.map((it) => ({ ...it, from })), { ...legacyParity, from });
    const senders = withSenders(block, keccak).transactions.map((it) => it.from);
    expect(senders).toEqual([sender, sender, sender]);
  });

  it('stays so without a signature, or if it is not whole', () => {
    const unsigned = { type: '0x7e', hash: hashOf('x'), from: null };
    const block = blockOf(unsigned, { ...unsigned, type: '0x2' });
    expect(withSenders(block, keccak).transactions.map((it) => it.from)).toEqual([null, null]);
  });
});

describe('a transaction from and to the same address', () => {
  const itself = { from: other, to: other, value: '0x5', hash: hashOf('x'), gas: '0x1' };
  it.each<[string, RawFields]>([
    ['without a signature', { type: '0x7e', sourceHash: hashOf('source') }],
    ['of an unknown type', { type: '0xff' }],
    [
      'whose hash is not that of its content',
      { nonce: '0x1', gasPrice: '0x1', v: '0x1b', r: '0x2', s: '0x4' },
    ],
  ])('is passed over %s', (_, fields) => {
    expect(() => check({ ...itself, ...fields })).not.toThrow();
  });
});
