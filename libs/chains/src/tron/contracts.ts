import { keccak256 } from 'ethers/crypto';
import { InvalidBlock } from '../invalid-block';
import {
  bytesIn,
  bytesListIn,
  decodeMessage,
  integerIn,
  type Message,
  messageIn,
} from './protobuf';
import { canonicalTronAddress, tronAddressOfKey } from './tron-address';

/** One action of a transaction. java-tron calls every kind of action a contract. */
export interface Contract extends Action {
  /** Who acts, by address. Empty if the contract names nobody, as a shielded transfer does. */
  readonly owner: string;
}

interface Action {
  /** Who receives what it moves. Null if it moves nothing by itself. */
  readonly to: string | null;
  /** TRX in sun, its base unit. */
  readonly value: bigint;
  /** The TRC-10 token that it moves. */
  readonly token: { readonly id: string; readonly amount: bigint } | null;
  /** The input of a call in hexadecimal digits. Empty if it is none. */
  readonly input: string;
  /** Whether the TVM runs it, so that its receipt has a result. */
  readonly isRun: boolean;
}

const NO_ACTION: Action = { to: null, value: 0n, token: null, input: '', isRun: false };

/** A type of contract that moves something. */
interface ContractType {
  /** The message that it contains. */
  readonly message: string;
  read(fields: Message, what: string, txId: string): Action;
}

/** By `Transaction.Contract.ContractType`; fields as in java-tron's core/contract/*.proto. */
const TYPES: Readonly<Record<number, ContractType>> = {
  1: {
    message: 'protocol.TransferContract',
    read: (fields, what) => ({
      ...{ ...NO_ACTION, to: addressIn(fields, 2, what) },
      value: integerIn(fields, 3),
    }),
  },
  2: {
    message: 'protocol.TransferAssetContract',
    read: (fields, what) => ({
      ...{ ...NO_ACTION, to: addressIn(fields, 3, what) },
      // The name of the asset is its id in ASCII since TRON allows two assets to share a name.
      token: {
        id: view(bytesIn(fields, 1)).toString('latin1'),
        amount: integerIn(fields, 4),
      },
    }),
  },
  30: {
    message: 'protocol.CreateSmartContract',
    read: (fields, what, txId) => ({
      ...{ ...NO_ACTION, isRun: true, to: createdAddress(txId, bytesIn(fields, 1)) },
      value: integerIn(messageIn(fields, 2, what), 5),
      token: { id: String(integerIn(fields, 4)), amount: integerIn(fields, 3) },
    }),
  },
  31: {
    message: 'protocol.TriggerSmartContract',
    read: (fields, what) => ({
      ...{ isRun: true, to: addressIn(fields, 2, what), value: integerIn(fields, 3) },
      token: { id: String(integerIn(fields, 6)), amount: integerIn(fields, 5) },
      input: hex(bytesIn(fields, 4)),
    }),
  },
};

/** TransferAsset, AccountUpdate and SetAccountId have their owner in field 2; all others in field 1. */
const OWNER_IS_SECOND: ReadonlySet<number> = new Set([2, 10, 19]);

/** The number of the field `contract` of `Transaction.raw`. */
const CONTRACT = 11;

/**
 * Reads the contracts of `Transaction.raw` from its bytes, which the block's root proves; the node's JSON copy
 * of them is not looked at. Throws `InvalidBlock`.
 */
export function signedContracts(raw: Uint8Array, txId: string): readonly Contract[] {
  const message = decodeMessage(raw, `transaction ${txId}`, CONTRACT);
  return bytesListIn(message, CONTRACT).map((bytes) => contractOf(bytes, txId));
}

function contractOf(bytes: Uint8Array, txId: string): Contract {
  const what = `contract of transaction ${txId}`;
  const envelope = decodeMessage(bytes, what);
  const code = Number(BigInt.asIntN(32, integerIn(envelope, 1)));
  const content = messageIn(envelope, 2, what);
  const fields = decodeMessage(bytesIn(content, 2), what);
  const ownerBytes = bytesIn(fields, OWNER_IS_SECOND.has(code) ? 2 : 1);
  const owner = canonicalTronAddress(hex(ownerBytes)) ?? '';
  const type = TYPES[code];
  if (type === undefined) return { owner, ...NO_ACTION };
  if (!view(bytesIn(content, 1)).toString('latin1').endsWith(`/${type.message}`)) {
    throw new InvalidBlock(`The ${what} has another content than a ${type.message}.`);
  }
  if (owner === '') throw new InvalidBlock(`The ${what} has no owner.`);
  return { owner, ...type.read(fields, what, txId) };
}

function addressIn(fields: Message, number: number, what: string): string {
  const address = canonicalTronAddress(hex(bytesIn(fields, number)));
  if (address !== null) return address;
  throw new InvalidBlock(`The ${what} has an invalid address.`);
}

/** `WalletUtil.generateContractAddress` of java-tron: a hash of the transaction's id and its owner. */
function createdAddress(txId: string, owner: Uint8Array): string {
  return tronAddressOfKey(`0x${keccak256(`0x${txId}${hex(owner)}`).slice(-40)}`);
}

function hex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** The same bytes, not a copy. */
function view({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
