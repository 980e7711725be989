import type { BlockHeader } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import type { Logger } from 'pino';
import type { WatcherMetrics } from './watcher-metrics';

/** For logs and metrics; nothing else depends on these. */
export type WatchEvents = ReturnType<typeof watchEvents>;

/** Logs and counts what a watch does, and calls `publish` when there may be something to publish. */
export function watchEvents(
  chain: string,
  logger: Logger,
  metrics: WatcherMetrics,
  publish: () => void,
) {
  const progress = createRescanProgress();
  return {
    matched(blocks: readonly BlockHeader[]): void {
      metrics.blocks.inc({ chain }, blocks.length);
      logger.debug({ chain, from: blocks[0]?.number, to: blocks.at(-1)?.number }, 'blocks matched');
      publish();
    },
    reorganised(ancestor: BlockHeader, removed: readonly BlockHeader[]): void {
      metrics.removedBlocks.inc({ chain }, removed.length);
      logger.warn({ chain, ancestor: ancestor.number, depth: removed.length }, 'blocks replaced');
    },
    /** `blocks` blocks were rescanned, and `left` remain. */
    rescanned(blocks: number, left: number): void {
      metrics.rescannedBlocks.inc({ chain }, blocks);
      metrics.blocksToRescan.set({ chain }, left);
      const news = progress(blocks, left, Date.now());
      if (news) logger.info({ chain, ...news }, 'rescanning blocks');
      publish();
    },
    /** The ring now ends at `ancestor`, and `reverted` transfers above it were reverted. */
    reset(ancestor: BlockHeader, reverted: number): void {
      logger.warn({ chain, ancestor: ancestor.number, reverted }, 'ring reset by an operator');
      publish();
    },
    changed(transfers: readonly { readonly transfer: TransferV1 }[]): void {
      for (const { transfer } of transfers) {
        const { status, transferId, version, asset, amount, to, block } = transfer;
        metrics.transfers.inc({ chain, status });
        const fields = { chain, transferId, version, asset, amount, to, block: block?.number };
        logger.info(fields, status);
      }
      publish();
    },
    /** Addresses were added; `known` counts all. */
    learned(known: number): void {
      metrics.addresses.set({ chain }, known);
      publish();
    },
  };
}

/** Shorter rescans end before anybody asks. */
const REPORTED_BLOCKS_MIN = 1_000;
const REPORT_EVERY_MS = 30_000;

/** Says now and then how long a long rescan takes: `blocks` were scanned, `left` remain, at `now` (ms). */
export function createRescanProgress() {
  let since = 0;
  let done = 0;
  return (blocks: number, left: number, now: number) => {
    // The clock starts with the first step, or when the last one was long ago.
    if (since === 0 || now - since > 2 * REPORT_EVERY_MS) [since, done] = [now, 0];
    else done += blocks;
    if (left < REPORTED_BLOCKS_MIN) since = 0;
    if (since === 0 || now - since < REPORT_EVERY_MS || done === 0) return null;
    const rate = done / ((now - since) / 1000);
    [since, done] = [now, 0];
    return {
      blocksLeft: left,
      blocksPerSecond: Math.round(rate * 10) / 10,
      secondsLeft: Math.ceil(left / rate),
    };
  };
}
