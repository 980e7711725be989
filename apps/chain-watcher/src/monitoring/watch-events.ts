import type { BlockHeader, ChainBlock } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import type { Logger } from 'pino';
import { createProgress } from './progress';
import type { WatchMemory } from './watch-memory';
import type { WatcherMetrics } from './watcher-metrics';

/** For logs and metrics; nothing else depends on these. */
export type WatchEvents = ReturnType<typeof watchEvents>;

interface Observers {
  readonly logger: Logger;
  readonly metrics: WatcherMetrics;
  readonly memory: WatchMemory;
  /** Called when there may be something to publish. */
  publish(): void;
}

/** Logs, counts and remembers what a watch does. */
export function watchEvents(chain: string, { logger, metrics, memory, publish }: Observers) {
  const caughtUp = createProgress();
  const rescanned = createProgress();
  return {
    /** Blocks are about to be matched. */
    matching(blocks: readonly ChainBlock[]): void {
      for (const block of blocks) {
        const { alarm, number, hash, proven } = block;
        if (alarm === undefined) continue;
        metrics.alarms.inc({ chain });
        if (!memory.alarmed(block, alarm)) continue;
        logger.warn({ chain, block: number, hash, proven, alarm }, 'block not proven');
      }
    },
    /** Blocks were matched, and `left` remain up to the node's head. */
    matched(blocks: readonly BlockHeader[], left: number): void {
      metrics.blocks.inc({ chain }, blocks.length);
      const news = caughtUp(blocks.length, left, Date.now());
      if (news) logger.info({ chain, ...news }, 'catching up');
      logger.debug({ chain, from: blocks[0]?.number, to: blocks.at(-1)?.number }, 'blocks matched');
      publish();
    },
    reorganised(ancestor: BlockHeader, removed: readonly BlockHeader[]): void {
      metrics.removedBlocks.inc({ chain }, removed.length);
      metrics.reorgs.inc({ chain });
      memory.reorganised(ancestor, removed.length);
      logger.warn({ chain, ancestor: ancestor.number, depth: removed.length }, 'blocks replaced');
    },
    /** `blocks` blocks were rescanned, and `left` remain. */
    rescanned(blocks: number, left: number): void {
      metrics.rescannedBlocks.inc({ chain }, blocks);
      metrics.blocksToRescan.set({ chain }, left);
      const news = rescanned(blocks, left, Date.now());
      if (news) logger.info({ chain, ...news }, 'rescanning blocks');
      publish();
    },
    /** The ring now ends at `ancestor`: `depth` blocks and `reverted` transfers above it were replaced. */
    reset(ancestor: BlockHeader, depth: number, reverted: number): void {
      metrics.reorgs.inc({ chain });
      memory.reorganised(ancestor, depth);
      const fields = { chain, ancestor: ancestor.number, depth, reverted };
      logger.warn(fields, 'ring reset by an operator');
      publish();
    },
    /** Blocks whose place in the quarantine changed; `left` are in it now. */
    quarantined(blocks: readonly InQuarantine[], left: number): void {
      metrics.quarantined.set({ chain }, left);
      for (const { number, hash, state, reason, answers, decision } of blocks) {
        const isAlarm = state === 'waiting' || state === 'gap';
        const fields = { chain, block: number, hash, ...(isAlarm && { reason, answers }) };
        const isAgreed = state === 'accepted' && decision === null;
        logger[isAlarm ? 'error' : 'warn'](fields, QUARANTINE_LINES[isAgreed ? 'agreed' : state]);
      }
    },
    /** An operator paused the chain, or resumed it: then null. */
    paused(pause: Readonly<Record<'by' | 'reason', string>> | null): void {
      if (pause === null) logger.warn({ chain }, 'chain resumed by an operator');
      else
        logger.warn({ chain, by: pause.by, reason: pause.reason }, 'chain paused by an operator');
      publish();
    },
    changed(transfers: readonly Changed[]): void {
      for (const { direction, transfer } of transfers) {
        const { status, transferId, version, asset, amount, from, to, block, waiting } = transfer;
        metrics[direction === 'in' ? 'transfers' : 'outflows'].inc({ chain, status });
        const party = direction === 'in' ? { to } : { from };
        const fields = {
          chain,
          transferId,
          version,
          asset,
          amount,
          ...party,
          block: block?.number,
        };
        if (waiting) logger.warn({ ...fields, waiting }, status);
        else logger.info(fields, status);
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

interface Changed {
  readonly direction: 'in' | 'out';
  readonly transfer: Omit<TransferV1, 'to' | 'txHash' | 'waiting'> & {
    readonly to: string | null;
    readonly waiting?: string | null | undefined;
  };
}

interface InQuarantine extends Pick<BlockHeader, 'number' | 'hash'> {
  readonly state: Exclude<keyof typeof QUARANTINE_LINES, 'agreed'>;
  readonly decision: unknown;
  readonly reason: string;
  readonly answers: readonly unknown[];
}

const QUARANTINE_LINES = {
  waiting: 'block in quarantine',
  gap: 'block in quarantine, passed as a gap',
  scanned: 'block proven and matched, left quarantine',
  accepted: 'block accepted by an operator and matched, left quarantine',
  agreed: 'block that two providers show alike accepted and matched, left quarantine',
  replaced: 'block replaced by a reorg, left quarantine',
} as const;
