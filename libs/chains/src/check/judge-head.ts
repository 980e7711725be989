import type { BlockHeader } from '../chain-client';
import type { Chain } from '../chains-and-assets';
import schema from '../chains-file.schema.json';
import type { Finding } from '../inspection';
import { findingsOf, inTime } from './finding-of';

const head = findingsOf('head');
const blockTime = findingsOf('block-time');

/** A head above the clock by more than this is wrong on one of both sides. */
const AHEAD_MS_MAX = 60_000;
/** A configured block time is taken to be right within this factor. */
const BLOCK_TIME_FACTOR = 2;
/** Fewer blocks are no measurement. */
const MEASURED_BLOCKS_MIN = 4;
/** What a chains file allows as block time. */
const { minimum: BLOCK_TIME_MS_MIN, maximum: BLOCK_TIME_MS_MAX } =
  schema.$defs.chain.properties.blockTimeMs;

/** Whether the newest block is younger than `silenceMs`, after which a node without a new block is stuck. */
export function judgeHead(
  { blockTimeMs }: Pick<Chain, 'blockTimeMs'>,
  newest: BlockHeader,
  silenceMs: number,
  now: number,
): Finding {
  const ageMs = now - newest.time * 1_000;
  const shown = `The newest block is ${newest.number}`;
  if (ageMs < -AHEAD_MS_MAX) {
    const sentence = `${shown}, and its time is ${inTime(-ageMs)} ahead of this machine's clock.`;
    return head.warning(sentence, 'Set the clock of this machine, for example with NTP.');
  }
  if (ageMs <= silenceMs) return head.ok(`${shown}, ${inTime(Math.max(0, ageMs))} old.`);
  return head.wrong(
    `${shown} and ${inTime(ageMs)} old, although blocks come every ${inTime(blockTimeMs ?? 0)}.`,
    'Wait until the node has synchronised, or set blockTimeMs to null if blocks are made on demand.',
  );
}

/** Without the genesis block: its time is written into it by hand, and often zero. */
function timed(blocks: readonly BlockHeader[]): readonly BlockHeader[] {
  return blocks.filter(({ number }) => number > 0);
}

/** The mean time between consecutive blocks; null for too few of them. Times are in whole seconds. */
export function measuredBlockTimeMs(recent: readonly BlockHeader[]): number | null {
  const blocks = timed(recent);
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (!first || !last || blocks.length < MEASURED_BLOCKS_MIN) return null;
  return ((last.time - first.time) * 1_000) / (last.number - first.number);
}

/** Compares the time between blocks with the configured one, by which the watcher polls and calls a node stuck. */
export function judgeBlockTime(chain: Chain, recent: readonly BlockHeader[]): Finding | null {
  const { blockTimeMs } = chain;
  const blocks = timed(recent);
  const measuredMs = measuredBlockTimeMs(blocks);
  if (blockTimeMs === null || measuredMs === null) return null;
  const seen = `The last ${blocks.length} blocks came every ${inTime(measuredMs)}`;
  const isSlower = measuredMs > blockTimeMs * BLOCK_TIME_FACTOR;
  const roundingMs = 1_000 / (blocks.length - 1);
  const isFaster = (measuredMs + roundingMs) * BLOCK_TIME_FACTOR < blockTimeMs;
  if (!isSlower && !isFaster) {
    return blockTime.ok(`${seen}; ${inTime(blockTimeMs)} is configured.`);
  }
  const effect = isFaster
    ? 'the watcher would look for blocks too seldom'
    : 'the watcher would call the node stuck too soon';
  const rightMs = Math.max(BLOCK_TIME_MS_MIN, Math.round(measuredMs));
  const onDemand = 'null if blocks are made on demand';
  return blockTime.warning(
    `${seen}, but ${inTime(blockTimeMs)} is configured: ${effect}.`,
    rightMs > BLOCK_TIME_MS_MAX
      ? `Check again when the node has made blocks for a while, or set "blockTimeMs": ${onDemand}.`
      : `Set "blockTimeMs": ${rightMs}, or ${onDemand}.`,
  );
}
