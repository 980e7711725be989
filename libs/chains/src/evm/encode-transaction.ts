import { InvalidBlock } from '../invalid-block';
import { list, type RawFields, type RawTransaction, toNumber } from './raw';
import {
  addressItem,
  bytesItem,
  digitsOf,
  EMPTY,
  EMPTY_LIST,
  itemOf,
  listOf,
  quantityItem,
} from './rlp';

/**
 * The bytes of a transaction, of which the header's transactions root is made and whose keccak-256 is its
 * hash, as hexadecimal digits. Null for a type whose bytes are not known or cannot be made from what
 * nodes show. Throws `InvalidBlock` if a field is missing.
 *
 * Sources: Yellow Paper 4.2; EIP-2930, 1559, 4844, 7702; Arbitrum Nitro `core/types/arb_types.go`; the
 * OP Stack's specification of deposits; Scroll `core/types/l1_message_tx.go`; Celo CIP-64.
 */
export function encodeTransaction(transaction: RawTransaction): string | null {
  switch (typeOf(transaction)) {
    case 0x00:
      return legacy(transaction);
    case 0x01:
      return typed('01', chain(transaction) + price(transaction) + call(transaction), transaction);
    case 0x02:
      return typed('02', dynamic(transaction), transaction);
    case 0x03:
      return typed('03', dynamic(transaction) + blobs(transaction), transaction);
    case 0x04:
      return typed('04', dynamic(transaction) + authorizations(transaction), transaction);
    case 0x7b:
      return typed(
        '7b',
        dynamic(transaction) + addressItem(transaction.feeCurrency, 'fee currency'),
        transaction,
      );
    case 0x7e:
      return transaction.queueIndex === undefined
        ? rollupDeposit(transaction)
        : scrollMessage(transaction);
    case 0x64:
    case 0x65:
    case 0x66:
    case 0x68:
    case 0x69:
    case 0x6a:
      return arbitrum(transaction);
    default:
      return null;
  }
}

/** EIP-2718. Older nodes omit the type of a legacy transaction. Throws `InvalidBlock`. */
export function typeOf({ type }: RawFields): number {
  if (type === undefined || type === null) return 0;
  return USUAL_TYPES.get(type) ?? toNumber(type, 'type of a transaction');
}

const USUAL_TYPES: ReadonlyMap<unknown, number> = new Map(
  [0, 1, 2, 3, 4].map((type) => [typeText(type), type]),
);

/** A type as nodes write it. */
export function typeText(type: number): string {
  return `0x${type.toString(16)}`;
}

const q = (transaction: RawFields, field: string) =>
  quantityItem(transaction[field], field, ' of a transaction');
const b = (transaction: RawFields, field: string) =>
  bytesItem(transaction[field], field, ' of a transaction');
const to = (transaction: RawTransaction, field = 'to') =>
  addressItem(transaction[field], field, ' of a transaction');

/** Nodes call it `input`; some only `data`. */
function input(transaction: RawTransaction): string {
  const bytes = transaction.input ?? transaction.data;
  return bytes === undefined || bytes === null ? EMPTY : bytesItem(bytes, 'input of a transaction');
}

function legacy(transaction: RawTransaction): string | null {
  // Celo, until it became a rollup, had fields of its own in these transactions.
  if (transaction.ethCompatible === false) return null;
  return listOf(price(transaction) + call(transaction, '') + q(transaction, 'v') + rs(transaction));
}

function typed(type: string, fields: string, transaction: RawTransaction): string {
  const parity = typedParity(transaction);
  return type + listOf(fields + quantityItem(parity, 'yParity of a transaction') + rs(transaction));
}

/** The last part of the signature of a typed transaction. Some nodes write it as that of a legacy one. */
export function typedParity({ yParity, v }: RawFields): unknown {
  const parity = yParity ?? v;
  return LEGACY_PARITIES.get(parity) ?? parity;
}

const LEGACY_PARITIES: ReadonlyMap<unknown, string> = new Map([
  ['0x1b', '0x0'],
  ['0x1c', '0x1'],
]);

const rs = (transaction: RawFields) => q(transaction, 'r') + q(transaction, 's');
const chain = (transaction: RawTransaction) => q(transaction, 'chainId');
const price = (transaction: RawTransaction) => q(transaction, 'nonce') + q(transaction, 'gasPrice');

function call(transaction: RawTransaction, lists = accessList(transaction)): string {
  const fields = q(transaction, 'gas') + to(transaction) + q(transaction, 'value');
  return fields + input(transaction) + lists;
}

/** EIP-1559. */
function dynamic(transaction: RawTransaction): string {
  const fees = q(transaction, 'maxPriorityFeePerGas') + q(transaction, 'maxFeePerGas');
  return chain(transaction) + q(transaction, 'nonce') + fees + call(transaction);
}

function accessList({ accessList: entries }: RawTransaction): string {
  if (entries === undefined || entries === null) return EMPTY_LIST;
  let items = '';
  for (const entry of list(entries, 'access list')) {
    const { address, storageKeys } = Object(entry) as Record<string, unknown>;
    let keys = '';
    for (const key of list(storageKeys ?? [], 'access list')) keys += bytesItem(key, 'storage key');
    items += listOf(bytesItem(address, 'address in an access list') + listOf(keys));
  }
  return listOf(items);
}

/** EIP-4844. */
function blobs(transaction: RawTransaction): string {
  let hashes = '';
  for (const hash of list(transaction.blobVersionedHashes, 'blob hashes')) {
    hashes += bytesItem(hash, 'blob hash');
  }
  return q(transaction, 'maxFeePerBlobGas') + listOf(hashes);
}

/** EIP-7702. */
function authorizations({ authorizationList: entries }: RawTransaction): string {
  let items = '';
  for (const entry of list(entries, 'authorization list')) {
    const it = Object(entry) as RawFields;
    const parity = quantityItem(it.yParity ?? it.v, 'parity of an authorization');
    items += listOf(q(it, 'chainId') + b(it, 'address') + q(it, 'nonce') + parity + rs(it));
  }
  return listOf(items);
}

/** The OP Stack's deposit: what Ethereum demands of the rollup. It is not signed. */
function rollupDeposit(transaction: RawTransaction): string {
  const mint = transaction.mint;
  return `7e${listOf(
    b(transaction, 'sourceHash') +
      b(transaction, 'from') +
      to(transaction) +
      (mint === undefined || mint === null ? EMPTY : quantityItem(mint, 'mint')) +
      q(transaction, 'value') +
      q(transaction, 'gas') +
      (transaction.isSystemTx === true ? '01' : EMPTY) +
      input(transaction),
  )}`;
}

function scrollMessage(transaction: RawTransaction): string {
  const fields = q(transaction, 'queueIndex') + q(transaction, 'gas') + to(transaction);
  const sender = transaction.sender ?? transaction.from;
  const rest = q(transaction, 'value') + input(transaction) + bytesItem(sender, 'sender');
  return `7e${listOf(fields + rest)}`;
}

/** The chain's own transactions: deposits, retryable tickets and what its system does. None is signed. */
function arbitrum(transaction: RawTransaction): string {
  const type = typeOf(transaction);
  const fees = () => quantityItem(transaction.gasPrice ?? 0, 'gas price') + q(transaction, 'gas');
  const target = () => to(transaction) + q(transaction, 'value') + input(transaction);
  const from = () => b(transaction, 'from');
  const request = () => b(transaction, 'requestId');
  const fields: Readonly<Record<number, () => string>> = {
    100: () => request() + from() + b(transaction, 'to') + q(transaction, 'value'),
    101: () => from() + q(transaction, 'nonce') + fees() + target(),
    102: () => request() + from() + fees() + target(),
    104: () =>
      q(transaction, 'nonce') +
      (from() + fees() + target() + b(transaction, 'ticketId') + b(transaction, 'refundTo')) +
      (q(transaction, 'maxRefund') + q(transaction, 'submissionFeeRefund')),
    105: () =>
      request() +
      (from() + q(transaction, 'l1BaseFee') + q(transaction, 'depositValue') + fees()) +
      (to(transaction, 'retryTo') + q(transaction, 'retryValue') + b(transaction, 'beneficiary')) +
      (q(transaction, 'maxSubmissionFee') + b(transaction, 'refundTo')) +
      itemOf(digitsOf(transaction.retryData ?? '0x', 'retryData')),
    106: () => input(transaction),
  };
  const own = fields[type];
  if (own === undefined) throw new InvalidBlock(`Type ${typeText(type)} is not of Arbitrum.`);
  return type.toString(16) + listOf(chain(transaction) + own());
}
