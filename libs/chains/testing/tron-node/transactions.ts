import { bytesIn, bytesListIn, decodeMessage, integerIn, messageIn } from '../../src/tron/protobuf';
import { sha256 } from '../../src/tron/sha256';
import { bytesOf, type Field, type Json, message } from '../tron-blocks';
import type { Key } from './keys';

/** A signed transaction. */
export interface Transaction {
  readonly id: string;
  /** `Transaction.raw`, encoded. */
  readonly raw: Uint8Array;
  /** In hexadecimal digits. */
  readonly signatures: readonly string[];
}

/** In sun; tronweb's default is a sixth of it. */
export const FEE_LIMIT = 1_000_000_000n;

/** `Transaction.raw` of java-tron's Tron.proto, as far as wallets fill it. */
export interface RawPlan {
  /** One contract, encoded. java-tron refuses transactions with more. */
  readonly contract: Uint8Array;
  /** The block that it refers to (TaPoS): on a branch without that block the transaction is not valid. */
  readonly reference: { readonly number: number; readonly id: string };
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly expiration: number;
  /** A memo. */
  readonly data?: string;
  /** The most that a call may cost, in sun. */
  readonly feeLimit?: bigint;
}

export function signTransaction(plan: RawPlan, key: Key): Transaction {
  const { contract, reference, timestamp, expiration, data = '', feeLimit = 0n } = plan;
  const fields: Field[] = [
    [1, referenceBytes(reference.number)],
    [4, referenceHash(reference.id)],
    [8, BigInt(expiration)],
    [10, Buffer.from(data)],
    [11, contract],
    [14, BigInt(timestamp)],
    [18, feeLimit],
  ];
  // An empty memo is written by no wallet: proto3 leaves empty bytes out.
  const raw = message(...fields.filter(([, value]) => typeof value === 'bigint' || value.length));
  return { id: idOf(raw), raw, signatures: [key.sign(sha256(raw))] };
}

export function idOf(raw: Uint8Array): string {
  return sha256(raw).toString('hex');
}

/** `TransactionCapsule.setReference` of java-tron: the last two bytes of the height ... */
export function referenceBytes(number: number): string {
  return (number % 0x10000).toString(16).padStart(4, '0');
}

/** ... and the bytes 8 to 15 of the id. */
export function referenceHash(id: string): string {
  return id.slice(16, 32);
}

/** What decides whether a transaction is still valid. */
export function validityOf({ raw, id }: Transaction) {
  const fields = decodeMessage(raw, `transaction ${id}`);
  return {
    referenceBytes: hex(bytesIn(fields, 1)),
    referenceHash: hex(bytesIn(fields, 4)),
    expiration: Number(integerIn(fields, 8)),
    feeLimit: integerIn(fields, 18),
  };
}

/**
 * Bandwidth: the bytes of the transaction and 64 for its result (`Constant.MAX_RESULT_SIZE_IN_TX`).
 * The recordings agree.
 */
export function bandwidthOf(transaction: Transaction): bigint {
  const { raw, signatures } = transaction;
  return BigInt(bytesOf({ raw_data_hex: hex(raw), signature: signatures }).length + 64);
}

/** A transaction as java-tron prints it, with its keys in the order of the recordings. */
export function printTransaction({ id, raw, signatures }: Transaction, outcome?: string): Json {
  const fields = decodeMessage(raw, `transaction ${id}`);
  const contracts = bytesListIn(fields, 11).map(printContract);
  const scalar = (name: string, number: number) => optional(name, integerIn(fields, number));
  const bytes = (name: string, number: number) => optional(name, hex(bytesIn(fields, number)));
  return {
    ...(outcome !== undefined && { ret: [{ contractRet: outcome }] }),
    ...(signatures.length > 0 && { signature: signatures }),
    txID: id,
    raw_data: {
      ...bytes('data', 10),
      contract: contracts,
      ...bytes('ref_block_bytes', 1),
      ...bytes('ref_block_hash', 4),
      ...scalar('expiration', 8),
      ...scalar('fee_limit', 18),
      ...scalar('timestamp', 14),
    },
    raw_data_hex: hex(raw),
  };
}

type Kind = 'integer' | 'bytes';

/** Contracts that the stand-in executes: name and fields, in the order in which java-tron prints them. */
const CONTRACTS: Readonly<
  Record<number, readonly [name: string, ...fields: (readonly [string, number, Kind])[]]>
> = {
  1: [
    'TransferContract',
    ['amount', 3, 'integer'],
    ['owner_address', 1, 'bytes'],
    ['to_address', 2, 'bytes'],
  ],
  2: [
    'TransferAssetContract',
    ['amount', 4, 'integer'],
    ['asset_name', 1, 'bytes'],
    ['owner_address', 2, 'bytes'],
    ['to_address', 3, 'bytes'],
  ],
  31: [
    'TriggerSmartContract',
    ['data', 4, 'bytes'],
    ['token_id', 6, 'integer'],
    ['owner_address', 1, 'bytes'],
    ['call_token_value', 5, 'integer'],
    ['contract_address', 2, 'bytes'],
    ['call_value', 3, 'integer'],
  ],
};

/** Whether the stand-in can execute this type of contract. */
export function isKnownType(code: number): boolean {
  return code in CONTRACTS;
}

/** The number of a contract's type. */
export function typeOf({ raw, id }: Transaction): number {
  const [contract] = bytesListIn(decodeMessage(raw, `transaction ${id}`), 11);
  return contract === undefined ? -1 : Number(integerIn(decodeMessage(contract, 'contract'), 1));
}

function printContract(encoded: Uint8Array): Json {
  const envelope = decodeMessage(encoded, 'contract');
  const [type, ...plan] = CONTRACTS[Number(integerIn(envelope, 1))] ?? ['UnknownContract'];
  const content = messageIn(envelope, 2, 'contract');
  const fields = decodeMessage(bytesIn(content, 2), 'contract');
  const value = plan.map(([name, number, kind]) =>
    optional(name, kind === 'bytes' ? hex(bytesIn(fields, number)) : integerIn(fields, number)),
  );
  const type_url = Buffer.from(bytesIn(content, 1)).toString();
  return { parameter: { value: Object.assign({}, ...value), type_url }, type };
}

/** Zero and empty fields are not printed. */
function optional(name: string, value: bigint | string): Json {
  return value === 0n || value === '' ? {} : { [name]: value };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
