import type { HeaderField, Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import type { Keccak } from './keccak';
import type { RawFields } from './raw';
import { bytesItem, listOf, quantityItem } from './rlp';

const bytes = (name: string): HeaderField => ({ name, kind: 'bytes' });
const quantity = (name: string): HeaderField => ({ name, kind: 'quantity' });

/** The fields that the header of every block has, in the order of its RLP (Yellow Paper, 4.4). */
const FIRST_FIELDS: readonly HeaderField[] = [
  ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot'].map(bytes),
  ...['transactionsRoot', 'receiptsRoot', 'logsBloom'].map(bytes),
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp'].map(quantity),
  ...['extraData', 'mixHash', 'nonce'].map(bytes),
];

/** What later forks of Ethereum added: EIP-1559, 4895, 4844, 4788, 7685. Blocks before a fork lack its fields. */
export const ETHEREUM_FIELDS: readonly HeaderField[] = [
  quantity('baseFeePerGas'),
  bytes('withdrawalsRoot'),
  ...['blobGasUsed', 'excessBlobGas'].map(quantity),
  ...['parentBeaconBlockRoot', 'requestsHash'].map(bytes),
];

/** Of Ethereum, and of a chain of which nothing else is known. */
export const ETHEREUM_PROOF: Proof = {
  rule: 'roots',
  reason: 'Its headers commit to all transactions and receipts.',
  headerFields: ETHEREUM_FIELDS,
};

/**
 * Avalanche's C-Chain: Apricot Phase 1, 3 and 4, Cancun, Granite and Helicon (avalanchego,
 * `graft/coreth/plugin/evm/customtypes/header_ext.go`).
 */
export const AVALANCHE_FIELDS: readonly HeaderField[] = [
  bytes('extDataHash'),
  ...['baseFeePerGas', 'extDataGasUsed', 'blockGasCost'].map(quantity),
  ...['blobGasUsed', 'excessBlobGas'].map(quantity),
  bytes('parentBeaconBlockRoot'),
  ...['timestampMilliseconds', 'minDelayExcess'].map(quantity),
  ...['targetExponent', 'minPriceExponent'].map(quantity),
  ...['settledHeight', 'settledGasUnix', 'settledGasNumerator', 'settledExcess'].map(quantity),
];

/** What nodes show with a header that is not part of it. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...['hash', 'size', 'totalDifficulty', 'transactions', 'uncles', 'withdrawals', 'author'],
  // Arbitrum keeps these in `extraData` and `mixHash`; Avalanche the atomic transactions, by `extDataHash`.
  ...['l1BlockNumber', 'sendCount', 'sendRoot', 'blockExtraData'],
  // BNB Smart Chain keeps the milliseconds in `mixHash`; zkSync Era has batches.
  ...['milliTimestamp', 'l1BatchNumber', 'l1BatchTimestamp', 'sealFields'],
]);

/**
 * What the hash of a header shows. If the hash is not proven, `unlisted` are its fields that no known fork has,
 * and `fault` says which field every header has is missing or wrong; null if none is.
 */
export type ProvenHeader =
  | { readonly isProven: true }
  | {
      readonly isProven: false;
      readonly unlisted: readonly string[];
      readonly fault: string | null;
    };

/**
 * Recomputes the hash of a header: the keccak-256 of the RLP of its fields. `later` are those after the
 * first fifteen, in order; the ones that are absent or null belong to later forks. A field that the chain
 * does not have changes nothing unless the hash needs it: nodes add notes of their own.
 */
export function proveHeader(
  block: RawFields,
  later: readonly HeaderField[],
  keccak: Keccak,
): ProvenHeader {
  let fault: string | null = null;
  try {
    if (`0x${headerDigits(block, later, keccak)}` === block.hash) return { isProven: true };
  } catch (error) {
    if (!(error instanceof InvalidBlock)) throw error;
    fault = error.message;
  }
  const listed = new Set([...FIRST_FIELDS, ...later].map(({ name }) => name));
  const unlisted = Object.keys(block).filter(
    (name) => !listed.has(name) && !ANNOTATIONS.has(name) && block[name] !== null,
  );
  return { isProven: false, unlisted, fault };
}

/** The digits of a header's hash. Throws `InvalidBlock` if it lacks a field that every header has. */
export function headerDigits(
  block: RawFields,
  later: readonly HeaderField[],
  keccak: Keccak,
): string {
  let items = '';
  for (const field of FIRST_FIELDS) items += fieldItem(block, field);
  for (const field of later) {
    const value = block[field.name];
    if (value !== undefined && value !== null) items += fieldItem(block, field);
  }
  return keccak(listOf(items));
}

const NO_NONCE = `0x${'0'.repeat(16)}`;

function isZero(value: unknown): boolean {
  return value === '0x0' || value === '0x' || value === 0;
}

function fieldItem(block: RawFields, { name, kind }: HeaderField): string {
  const value = block[name];
  if (kind === 'quantity') return quantityItem(value, name);
  // Some nodes write it as a quantity. It is zero in every block of proof of stake.
  if (name === 'nonce' && isZero(value)) return bytesItem(NO_NONCE, name);
  return bytesItem(value, name);
}
