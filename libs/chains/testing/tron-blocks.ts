import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { computeAddress, SigningKey } from 'ethers';
import { signRecoverable } from 'tiny-secp256k1';
import { sha256 } from '../src/tron/sha256';
import { canonicalTronAddress } from '../src/tron/tron-address';

/** A JSON object of a node's answer, to be changed by tests. */
// biome-ignore lint/suspicious/noExplicitAny: a test reaches into answers of any shape.
export type Json = Record<string, any>;

export interface Answers {
  block: Json;
  infos: Json[];
}

/** Answers as a node sends them: bigints are bare numbers. Nothing at all is an empty answer. */
export function textOf(answer: unknown): string {
  if (answer === undefined) return '';
  const text = JSON.stringify(answer, (_, value: unknown) =>
    typeof value === 'bigint' ? `integer ${value}` : value,
  );
  return text.replace(/"integer (-?\d+)"/g, '$1');
}

/** A field by its number. Bytes may be hexadecimal digits. */
export type Field = readonly [number, bigint | Uint8Array | string];

/** A protobuf message. Zero and empty values are left out, as in proto3. */
export function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'bigint') {
      if (value !== 0n) writer.tag(number, WireType.Varint).int64(value);
      continue;
    }
    const bytes = typeof value === 'string' ? Buffer.from(value, 'hex') : value;
    writer.tag(number, WireType.LengthDelimited).bytes(bytes);
  }
  return writer.finish();
}

/** The address that stands for a name: 41 and 40 hexadecimal digits. */
export function addressOf(name: string): string {
  return `41${sha256(Buffer.from(name)).toString('hex').slice(0, 40)}`;
}

/** An address as the rest of the code shows it. */
export function base58(hex: string): string {
  return canonicalTronAddress(hex) as string;
}

/** An address as a word of a log or a call. */
export function wordOf(address: string, dirt = '0'.repeat(24)): string {
  return dirt + address.slice(2);
}

export const WITNESS = new SigningKey(`0x${'07'.repeat(32)}`);
/** Nobody knows this key as one of a witness. */
export const STRANGER = new SigningKey(`0x${'08'.repeat(32)}`);

const witnesses = new WeakMap<SigningKey, string>();

/** Computed once for a key: it takes a millisecond. */
export function witnessOf(key: SigningKey): string {
  const known = witnesses.get(key);
  const witness = known ?? `41${computeAddress(key.publicKey).slice(2).toLowerCase()}`;
  witnesses.set(key, witness);
  return witness;
}

/** A contract: its type, the name of its message, and that message. */
export function contract(type: number, name: string, content: Uint8Array): Uint8Array {
  const url = Buffer.from(`type.googleapis.com/protocol.${name}`);
  return message([1, BigInt(type)], [2, message([1, url], [2, content])]);
}

export const trx = (from: string, to: string, amount: bigint) =>
  contract(1, 'TransferContract', message([1, from], [2, to], [3, amount]));

export const trc10 = (from: string, to: string, id: string, amount: bigint) => {
  const content = message([1, Buffer.from(id)], [2, from], [3, to], [4, amount]);
  return contract(2, 'TransferAssetContract', content);
};

export const call = (from: string, to: string, value = 0n, data = '', token = [0n, 0n]) => {
  const [amount = 0n, id = 0n] = token;
  const fields = message([1, from], [2, to], [3, value], [4, data], [5, amount], [6, id]);
  return contract(31, 'TriggerSmartContract', fields);
};

export const create = (from: string, value: bigint, token = [0n, 0n]) => {
  const [amount = 0n, id = 0n] = token;
  const fields = message([1, from], [2, message([1, from], [5, value])], [3, amount], [4, id]);
  return contract(30, 'CreateSmartContract', fields);
};

export interface TronTransactionPlan {
  readonly contracts: readonly Uint8Array[];
  readonly outcome?: string;
  /** Further fields of its info. */
  readonly info?: Json;
}

/** A sealed block with the infos of its transactions. */
export function aTronBlock(...plans: readonly TronTransactionPlan[]): Answers {
  const [number, timestamp] = [7, 1_795_248_600_000];
  const transactions = plans.map(({ contracts, outcome = 'SUCCESS' }, i) => {
    const actions = contracts.map((each): Field => [11, each]);
    const raw = message([8, BigInt(timestamp + 60_000)], ...actions, [14, BigInt(i)]);
    return {
      ret: [{ contractRet: outcome }],
      signature: ['11'.repeat(65)],
      txID: sha256(raw).toString('hex'),
      raw_data_hex: Buffer.from(raw).toString('hex'),
    };
  });
  const infos = transactions.map(({ txID, ret }, i) => ({
    ...{ id: txID, blockNumber: number, blockTimeStamp: timestamp },
    receipt: { result: ret[0]?.contractRet },
    ...plans[i]?.info,
  }));
  const raw_data = { number, timestamp, parentHash: '22'.repeat(32), version: 32 };
  const block = { block_header: { raw_data }, transactions };
  return { block: seal(block), infos };
}

/** The block with root, id and signature made again for its content, as one with this key can. */
export function seal(block: Json, key = WITNESS, witness = witnessOf(key)): Json {
  const sealed = hashed(block, witness);
  // Not by the key itself: the JavaScript of ethers takes ten times as long, for each block of the stand-in.
  const secret = Buffer.from(key.privateKey.slice(2), 'hex');
  const signed = signRecoverable(digestOf(sealed.block_header.raw_data), secret);
  const witness_signature = `${Buffer.from(signed.signature).toString('hex')}0${signed.recoveryId}`;
  return { ...sealed, block_header: { ...sealed.block_header, witness_signature } };
}

/** The block with root and id made again, unsigned as a genesis block is. */
export function hashed(block: Json, witness: string): Json {
  const { raw_data } = block.block_header;
  const leaves = (block.transactions ?? []).map((it: Json) => sha256(bytesOf(it)));
  const raw = { ...raw_data, txTrieRoot: rootOf(leaves), witness_address: witness };
  const height = (raw.number ?? 0).toString(16).padStart(16, '0');
  const blockID = height + digestOf(raw).toString('hex').slice(16);
  return { ...block, blockID, block_header: { raw_data: raw } };
}

/** What the witness of a header signs. */
function digestOf(raw: Json): Buffer {
  const fields: Field[] = [
    [1, BigInt(raw.timestamp ?? 0)],
    [2, raw.txTrieRoot],
    [3, raw.parentHash],
    [7, BigInt(raw.number ?? 0)],
    [9, raw.witness_address],
    [10, BigInt(raw.version ?? 0)],
  ];
  return sha256(message(...fields));
}

/** A transaction with its signatures and results, as its block's root covers it. */
export function bytesOf({ raw_data_hex, signature = [], ret = [] }: Json): Uint8Array {
  const signatures = signature.map((each: string): Field => [2, each]);
  const results = ret.map((each: Json): Field => [5, message([3, codeOf(each.contractRet)])]);
  return message([1, raw_data_hex], ...signatures, ...results);
}

/** `Transaction.Result.contractResult` of java-tron's Tron.proto. */
const OUTCOMES = [
  ...['DEFAULT', 'SUCCESS', 'REVERT', 'BAD_JUMP_DESTINATION', 'OUT_OF_MEMORY'],
  ...['PRECOMPILED_CONTRACT', 'STACK_TOO_SMALL', 'STACK_TOO_LARGE', 'ILLEGAL_OPERATION'],
  ...['STACK_OVERFLOW', 'OUT_OF_ENERGY', 'OUT_OF_TIME', 'JVM_STACK_OVER_FLOW', 'UNKNOWN'],
  ...['TRANSFER_FAILED', 'INVALID_CODE'],
];

function codeOf(outcome: string | undefined): bigint {
  return BigInt(OUTCOMES.indexOf(outcome ?? 'DEFAULT'));
}

/** The root of the largest full tree on the left and of the rest on the right. */
function rootOf(leaves: readonly Buffer[]): string {
  function nodeOf(part: readonly Buffer[]): Buffer {
    if (part.length === 1) return part[0] as Buffer;
    const left = 2 ** Math.floor(Math.log2(part.length - 1));
    return sha256(nodeOf(part.slice(0, left)), nodeOf(part.slice(left)));
  }
  return leaves.length === 0 ? '0'.repeat(64) : nodeOf(leaves).toString('hex');
}
