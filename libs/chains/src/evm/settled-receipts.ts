import type { HeaderField } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { encodeReceipt } from './encode-receipt';
import { proveHeader } from './header';
import type { Keccak } from './keccak';
import { fieldsOf, lowerCase, type RawFields, toHash, toNumber, toReceipts } from './raw';
import { trieRoot } from './trie-root';

/** Blocks settle within seconds. One that has not after this many is left to a second provider. */
const HEADERS_MAX = 32;

/** What a node shows besides the block that is read. Null for what it does not have. */
export interface SettlingSource {
  header(at: number | string): Promise<unknown>;
  receipts(hash: string): Promise<unknown>;
}

/** The block whose receipts are to be proven, with them. */
export interface Settled {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly receipts: unknown;
}

/**
 * Avalanche since Helicon (ACP-194): the receipts root of a header is that of all receipts of the blocks that it
 * settles, which are those after the one that its parent has settled, up to its `settledHeight`. Finds the
 * header that settles a block, through headers that follow it by parent hash, and recomputes its root.
 * Whether it was found; false while the block has not settled. Throws `InvalidBlock` if the root is another one.
 */
export async function proveSettled(
  block: Settled,
  source: SettlingSource,
  fields: readonly HeaderField[],
  keccak: Keccak,
): Promise<boolean> {
  async function header(at: number | string): Promise<RawFields | null> {
    const answer = await source.header(at);
    if (answer === null) return null;
    const raw = fieldsOf(answer, 'block');
    const hash = toHash(raw.hash, 'block hash');
    return proveHeader({ ...raw, hash }, fields, keccak).isProven ? { ...raw, hash } : null;
  }

  const own = await header(block.hash);
  if (own === null) return false;
  const after: RawFields[] = [];
  let settledBefore = heightIn(own);
  let settling: RawFields | null = null;
  for (let last = own; settling === null; ) {
    const next = after.length < HEADERS_MAX ? await header(block.number + after.length + 1) : null;
    if (next === null || lowerCase(next.parentHash) !== last.hash) return false;
    after.push(next);
    if (heightIn(next) >= block.number) settling = next;
    else settledBefore = heightIn(next);
    last = next;
  }

  const before: RawFields[] = [];
  for (let parent = block.parentHash; block.number - before.length - 1 > settledBefore; ) {
    const found = before.length < HEADERS_MAX ? await header(parent) : null;
    if (found === null) return false;
    before.unshift(found);
    parent = toHash(found.parentHash, 'parent hash');
  }
  const settledAfter = after.slice(0, heightIn(settling) - block.number);
  const values: string[] = [];
  for (const { hash } of [...before, own, ...settledAfter]) {
    const receipts = hash === block.hash ? block.receipts : await source.receipts(hash as string);
    if (receipts === null) return false;
    for (const it of toReceipts(receipts)) values.push(encodeReceipt(it, undefined, keccak));
  }
  if (trieRoot(values, keccak) === lowerCase(settling.receiptsRoot)) return true;
  throw new InvalidBlock(
    `The receipts in the node's answer for block ${block.number} (${block.hash}) are not those that block ` +
      `${Number(settling.number)} has settled.`,
  );
}

/** The last block that a header settles; before Helicon each settled itself. */
function heightIn({ settledHeight, number }: RawFields): number {
  return toNumber(settledHeight ?? number, 'settled height');
}
