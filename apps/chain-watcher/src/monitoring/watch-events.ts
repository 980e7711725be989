import type { Logger } from 'pino';
import type { WatchEvents } from '../state/watch-state';
import { createRescanProgress } from './rescan-progress';
import type { WatcherMetrics } from './watcher-metrics';

/** Logs and counts what a watch does, and calls `publish` when there may be something to publish. */
export function watchEvents(
  chain: string,
  logger: Logger,
  metrics: WatcherMetrics,
  publish: () => void,
): WatchEvents {
  const progress = createRescanProgress();
  return {
    matched(blocks) {
      metrics.blocks.inc({ chain }, blocks.length);
      logger.debug({ chain, from: blocks[0]?.number, to: blocks.at(-1)?.number }, 'blocks matched');
      publish();
    },
    reorganised(ancestor, removed) {
      metrics.removedBlocks.inc({ chain }, removed.length);
      logger.warn({ chain, ancestor: ancestor.number, depth: removed.length }, 'blocks replaced');
    },
    rescanned(blocks, left) {
      metrics.rescannedBlocks.inc({ chain }, blocks);
      metrics.blocksToRescan.set({ chain }, left);
      const news = progress(blocks, left, Date.now());
      if (news) logger.info({ chain, ...news }, 'scanning blocks again');
      publish();
    },
    reset(ancestor, reverted) {
      logger.warn({ chain, ancestor: ancestor.number, reverted }, 'ring reset by an operator');
      publish();
    },
    changed(transfers) {
      for (const { transfer } of transfers) {
        const { status, transferId, version, asset, amount, to, block } = transfer;
        metrics.transfers.inc({ chain, status });
        logger.info(
          { chain, transferId, version, asset, amount, to, block: block?.number },
          status,
        );
      }
      publish();
    },
    learned(addresses) {
      metrics.addresses.set({ chain }, addresses);
      publish();
    },
  };
}
