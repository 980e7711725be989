import { createHash } from 'node:crypto';

/** One step of a transaction's execution: a call, a creation or a self-destruct. */
export interface Frame {
  /** In lower case; checked addresses where the frame moves the coin below the first one, else perhaps empty. */
  readonly from: string;
  readonly to: string;
  /** What it moves, in base units; zero if its kind moves nothing, or it failed. */
  readonly value: bigint;
  /** Whether it or one that it is part of failed. */
  readonly isFailed: boolean;
  /** How many calls it is below the transaction. */
  readonly depth: number;
}

export interface Move extends Pick<Frame, 'from' | 'to' | 'value'> {
  /** The indexes of the frames down to this one, joined by `_`; a number made of them where they are many. */
  readonly path: string;
}

/**
 * Anybody can send coins from a thousand calls deep. Messages take ids of 300 characters, and what comes to an address
 * waits for a message that nobody can read.
 */
const PATH_CHARACTERS_MAX = 100;
/** 128 bits. */
const NUMBER_DIGITS = 32;

/** A frame on the way to the current one, with its number among those that count, once it has one. */
interface Place {
  path: string | null;
  /** How many of those below it have a number. */
  numbered: number;
}

/**
 * What the frames below the first one move; the first is the transaction itself. `frames` are in the order of
 * execution.
 *
 * A path counts only frames that move the coin, or have one below that does. So it is the same whichever node and method
 * shows them: nodes differ in whether they list calls of precompiled contracts and calls that failed before they began,
 * and a transfer that got another id by that would be credited twice.
 */
export function movesOf(frames: readonly Frame[]): readonly Move[] {
  const moves: Move[] = [];
  const way: Place[] = [];
  for (const { depth, from, to, value } of frames) {
    way.length = depth;
    way.push({ path: depth === 0 ? '' : null, numbered: 0 });
    if (depth === 0 || value === 0n || isPrecompiled(to)) continue;
    moves.push({ from, to, value, path: shortened(pathTo(way)) });
  }
  return moves;
}

/** An index has far fewer digits than the number that stands for a long path. */
function shortened(path: string): string {
  if (path.length <= PATH_CHARACTERS_MAX) return path;
  const digest = createHash('sha256').update(path).digest('hex');
  return BigInt(`0x${digest.slice(0, NUMBER_DIGITS)}`).toString();
}

function pathTo(way: readonly Place[]): string {
  let above = way[0] as Place;
  for (const place of way.slice(1)) {
    if (place.path === null) {
      place.path = above.path === '' ? `${above.numbered}` : `${above.path}_${above.numbered}`;
      above.numbered += 1;
    }
    above = place;
  }
  return above.path as string;
}

/**
 * Whether an address is reserved for precompiled contracts: 0x1 to 0xfff has all that are known, and no other contract.
 * The methods differ in whether they show coins that are sent there, and nobody can get them back.
 */
function isPrecompiled(address: string): boolean {
  return address.startsWith(RESERVED) && address !== ZERO;
}

const RESERVED = `0x${'0'.repeat(37)}`;
const ZERO = `0x${'0'.repeat(40)}`;
