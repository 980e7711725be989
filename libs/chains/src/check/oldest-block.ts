import type { ChainBlock, ChainClient } from '../chain-client';
import type { Chain, ChainConnection } from '../chains-and-assets';
import type { Finding } from '../inspection';
import { RpcFailure } from '../node-http';
import { dayOf, findingsOf, inTime } from './finding-of';
import { readBlock } from './recent-blocks';

const history = findingsOf('oldest-block');

/** Halving finds the oldest of 2^30 blocks in so many questions; the rest is a margin. */
const QUESTIONS_MAX = 36;

/** The oldest block that is served whole, and why the one before it is not; null if none is missing. */
export interface Oldest {
  readonly block: ChainBlock;
  readonly reason: string | null;
}

/**
 * Finds the oldest block that a node serves whole by halving, from `lowest` on. `newest` is served. `read` gives
 * the block, or why it is not served. A node that serves some blocks below the one that is found, with gaps, is
 * taken to serve none of them.
 */
export async function findOldest(
  newest: ChainBlock,
  lowest: number,
  read: (at: number) => Promise<ChainBlock | string>,
): Promise<Oldest> {
  let oldest = newest;
  let reason: string | null = null;
  /** The highest number that is known not to be served. */
  let missing = lowest - 1;
  let next = lowest;
  for (let asked = 0; asked < QUESTIONS_MAX && oldest.number - missing > 1; asked++) {
    const answer = await read(next);
    if (typeof answer === 'string') {
      missing = next;
      reason = answer;
    } else oldest = answer;
    next = Math.floor((missing + oldest.number) / 2);
  }
  return { block: oldest, reason };
}

/** Finds the oldest block that the watcher may need, and says what it means. Rejects with `RpcFailure`. */
export async function judgeHistory(
  chain: Chain,
  { startBlock }: ChainConnection,
  client: ChainClient,
  newest: ChainBlock,
  head: number,
): Promise<Finding> {
  if (startBlock !== null && startBlock > head) {
    return history.warning(
      `startBlock is ${startBlock}, and the newest block is ${head}.`,
      'Until then nothing is watched. Lower it if that is not meant.',
    );
  }
  // Nodes keep the first block of all, whatever else they have pruned.
  const lowest = Math.min(startBlock ?? 1, newest.number);
  const read = async (at: number) => {
    try {
      return (await readBlock(client, at)) ?? `It does not have block ${at}.`;
    } catch (error) {
      // Nodes refuse what they have pruned in many ways, and some break then.
      if (error instanceof RpcFailure && error.kind !== 'limited') return error.message;
      throw error;
    }
  };
  return judgeOldest(chain, await findOldest(newest, lowest, read), head, startBlock);
}

/** What the oldest block means for the watcher: where it may start, and how long it may stand still. */
export function judgeOldest(
  chain: Chain,
  { block: { number, time }, reason }: Oldest,
  headNumber: number,
  startBlock: number | null,
): Finding {
  if (reason === null) {
    const from =
      startBlock === null || startBlock === 0 ? 'the first one' : `startBlock (${number})`;
    return history.ok(`Blocks are served whole from ${from} on.`);
  }
  const kept = headNumber - number;
  const shown = `The oldest block that is served whole is ${number} (${dayOf(time)}), ${kept} below the head`;
  const why = `Asked for an older one, the node said: ${reason}`;
  if (startBlock !== null) {
    return history.wrong(
      `${shown}, but the watcher is to start at ${startBlock}. ${why}`,
      `Use an archive node for this chain, or set "startBlock": ${number} or later.`,
    );
  }
  const { reorgWindow, blockTimeMs } = chain;
  if (kept < reorgWindow) {
    return history.wrong(
      `${shown}, fewer than reorgWindow (${reorgWindow}): after a reorg or a restart the watcher could not read what it needs. ${why}`,
      'Use a node that keeps more blocks.',
    );
  }
  const outage =
    blockTimeMs === null
      ? ''
      : ` A watcher that stands still for more than ${inTime(kept * blockTimeMs)} cannot read what it missed.`;
  return history.warning(
    `${shown}. What purses received before that cannot be scanned, and startBlock cannot be below it.${outage} ${why}`,
    'If that is not enough, use a node that keeps all blocks and receipts.',
  );
}
