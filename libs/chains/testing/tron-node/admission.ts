import { signedContracts } from '../../src/tron/contracts';
import { sha256 } from '../../src/tron/sha256';
import { canonicalTronAddress } from '../../src/tron/tron-address';
import { signerOf } from './keys';
import { referenceBytes, referenceHash, type Transaction, validityOf } from './transactions';

/** Why a node refuses a transaction: a `response_code` of java-tron's api.proto, and its words. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Throws `Refused` unless the owner of the transaction alone has signed it. */
export function checkSignature({ id, raw, signatures }: Transaction): void {
  const [contract] = signedContracts(raw, id);
  const signer = signerOf(sha256(raw), signatures[0] ?? '');
  const isOwner = signer !== null && canonicalTronAddress(signer) === contract?.owner;
  if (signatures.length === 1 && isOwner) return;
  throw new Refused('SIGERROR', 'Validate signature error: sig error');
}

/** What a branch says about a transaction that is to be added to it. */
export interface Branch {
  readonly blocks: readonly { readonly number: number; readonly id: string }[];
  has(transactionId: string): boolean;
}

/** Throws `Refused` unless a block at `timestamp` may have the transaction after those of the branch. */
export function checkPlace(transaction: Transaction, timestamp: number, branch: Branch): void {
  if (branch.has(transaction.id)) throw new Refused('DUP_TRANSACTION_ERROR', 'Dup transaction.');
  const { expiration, ...reference } = validityOf(transaction);
  if (expiration <= timestamp) {
    throw new Refused('TRANSACTION_EXPIRATION_ERROR', 'Transaction expired');
  }
  // TaPoS: two bytes of a height name the latest block with this ending.
  const low = Number.parseInt(reference.referenceBytes || '0', 16);
  const last = branch.blocks.length - 1;
  const named = branch.blocks[last - ((((last - low) % 0x10000) + 0x10000) % 0x10000)];
  const isOnBranch =
    named !== undefined &&
    referenceBytes(named.number) === reference.referenceBytes &&
    referenceHash(named.id) === reference.referenceHash;
  if (!isOnBranch) throw new Refused('TAPOS_ERROR', 'Tapos check error.');
}
