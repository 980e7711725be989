import type { TransferV1 } from '@daybook/contracts';
import type { BlockWithReceipts } from '../../../libs/chains/testing/raw-blocks';
import type { Movement } from '../src/match/movements';
import { lateRescans } from '../src/state/rescan';
import type { Mint } from './address-topic';
import type { Told } from './crashing';
import type { InMemoryWatcherStore } from './in-memory-store';
import { CHAIN, type ModelChain } from './model-chain';
import { shownTo } from './model-truth';

const INCLUDED: readonly TransferV1['status'][] = ['detected', 'final', 'failed'];

/** Watches that nothing is acknowledged before it is true. */
export interface AcknowledgementWitness {
  /** The relay has published everything: the watch stands here now. */
  drained(): Promise<void>;
  /** The process that watched is gone. */
  restarted(): void;
  /** The memory of the watch was deleted. */
  forgotten(): void;
  /** Throws when more is acknowledged than is true. Called after every action. */
  check(): Promise<void>;
}

export function witnessAcknowledgement(
  model: ModelChain,
  store: InMemoryWatcherStore,
  mints: readonly Mint[],
  delivered: readonly Told[],
): AcknowledgementWitness {
  let acknowledged: bigint | null = null;
  /** The hash of the tip when everything was published last, in this process. */
  let drainedTip: string | null = null;
  /** The gaps below that tip, listed as unknown. What they show is published after they are filled. */
  let drainedGaps: ReadonlySet<string> = new Set();
  /** What the process did last is still to be checked. */
  let isGone = false;
  let lookedAt = 0;
  /** `<transfer id> <block hash>` of every inclusion that was ever published. */
  const reported = new Set<string>();

  function listen(): void {
    for (; lookedAt < delivered.length; lookedAt++) {
      const { transferId, status, block } = delivered[lookedAt] as Told;
      if (INCLUDED.includes(status)) reported.add(`${transferId} ${block?.hash}`);
    }
  }

  /** The chain that the watch has matched, from its tip down to its first block. */
  function* matched(tip: string, first: number): Generator<BlockWithReceipts> {
    let found = model.byHash.get(tip);
    while (found && Number(found.block.number) >= first) {
      yield found;
      found = model.byHash.get(found.block.parentHash);
    }
  }

  async function look(): Promise<void> {
    const record = await store.load(CHAIN);
    const { acknowledged: now, taken, rescans } = record;
    if (now === acknowledged) return;
    if (now === null || (acknowledged !== null && now < acknowledged)) {
      throw new Error(`The acknowledgement went back from ${acknowledged} to ${now}.`);
    }
    acknowledged = now;
    for (const { after } of lateRescans(rescans)) {
      if (after === null || after < now) throw new Error(`${now} waits for blocks.`);
    }
    if (taken === null || taken < now || drainedTip === null) {
      throw new Error(`${now} was acknowledged before anything was done.`);
    }
    const known = new Set<string>();
    for await (const some of store.addresses(CHAIN)) for (const it of some) known.add(it);
    const ours = mints.filter((it) => it.family === 'evm' && BigInt(it.position) <= now);
    for (const { address, position } of ours) {
      if (!known.has(address)) throw new Error(`${now} was acknowledged without ${position}.`);
    }
    listen();
    const addresses = new Set(ours.map(({ address }) => address));
    for (const found of matched(drainedTip, record.startNumber ?? 0)) {
      const { hash } = found.block;
      if (drainedGaps.has(hash)) continue;
      for (const movement of shownTo(found, (address) => addresses.has(address))) {
        if (isSilent(movement) || reported.has(`${movement.id} ${hash}`)) continue;
        throw new Error(`${now} was acknowledged before ${movement.id} was published.`);
      }
    }
  }

  return {
    async drained() {
      const { ring, quarantine } = await store.load(CHAIN);
      drainedTip = ring.at(-1)?.hash ?? null;
      drainedGaps = new Set(quarantine.map(({ hash }) => hash));
    },
    restarted() {
      isGone = true;
    },
    forgotten() {
      acknowledged = null;
    },
    async check() {
      await look();
      if (isGone) [drainedTip, isGone] = [null, false];
    },
  };
}

/** Nothing leaves by what failed, so it need not be told. */
function isSilent({ direction, failed }: Movement): boolean {
  return direction === 'out' && failed;
}
