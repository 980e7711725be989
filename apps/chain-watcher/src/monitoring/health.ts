import {
  type BlockHeader,
  type Chain,
  type FinalityTag,
  silenceMsOf,
  UNANSWERED,
} from '@daybook/chains';
import type { ChainHeadV1 } from '@daybook/contracts';

/** A node may fail to answer once; after this long its failure is reported. */
const TROUBLE_MS = 5_000;
/** What is missing for this long is a fault of the node. */
const MISSING_MS_MAX = 5 * 60_000;
/** Providers that differ for this long do not just learn of a block one after the other. */
const WITHHELD_MS_MAX = 30_000;
/** Being up to this many blocks behind the head is normal. */
const BEHIND_BLOCKS = 16;
/** On the fastest chains, the addresses of the last seconds cause up to this many blocks to be rescanned. */
const RESCAN_BLOCKS = 1_000;

const ALONE =
  'Only one of the providers answers, so transfers up to the band of their asset become final by its answers alone.';

/**
 * A tag that stands still for so long while blocks come is worth a sentence. On Ethereum it moves every 6.4 minutes; on
 * rollups that wait for proofs it may stand for hours, so it is no outage.
 */
const TAG_STANDS_MS_MAX = 20 * 60_000;

/** Ranges that a sentence names. */
const RANGES_SHOWN = 5;

/** What a watcher knows of its chain; times in Unix milliseconds. */
export interface Observation {
  /** The node's head; null before the first answer. */
  readonly head: BlockHeader | null;
  /** When a block was last matched that is higher than any before. */
  readonly advancedAt: number;
  /** Since when a higher head is claimed but the block after the last matched one is not shown; null when it is. */
  readonly withheldSince: number | null;
  readonly matched: number;
  /** Why the chain cannot be matched any further; null when it can. */
  readonly stalled: string | null;
  readonly trouble: Trouble | null;
  /** Blocks that are still to be scanned again. */
  readonly blocksToRescan: number;
  /** Blocks of a rescan that the node does not show, and since when; null when there are none. */
  readonly missing: Readonly<Record<'from' | 'to' | 'since', number>> | null;
  /** The lowest block in quarantine before which the chain stops; null when there is none. */
  readonly quarantined: Readonly<Record<'hash' | 'reason', string> & { number: number }> | null;
  /** Heights up to the final block that were neither scanned nor are in quarantine. */
  readonly unscanned: readonly Readonly<Record<'from' | 'to', number>>[];
  /** How fast blocks are matched; null while that is not known. */
  readonly blocksPerSecond: number | null;
  /** Since when a tag that a finality policy needs is unknown; null when none is. */
  readonly tagUnknownSince: number | null;
  /** The tag of a finality policy that has been at its block for the longest time; null when none is known. */
  readonly tagStanding: TagStanding | null;
  /** Why the providers let nothing become final, such as a disagreement on a block; null if they do. */
  readonly disagreement: string | null;
  /** Whether transfers become final by the answers of one of several providers, as no other one answers. */
  readonly isAlone: boolean;
}

/** A tag that some asset is credited by, and how long its block has been the same. */
export interface TagStanding {
  readonly tag: FinalityTag;
  readonly number: number;
  /** Unix milliseconds. */
  readonly since: number;
}

/** The error of the last attempt, and since when all attempts have failed. */
export interface Trouble {
  /** It may quote a node. */
  readonly message: string;
  /** What anybody may know of it, if that is less. */
  readonly publicMessage?: string;
  readonly since: number;
}

export interface ChainHealth {
  readonly state: ChainHeadV1['state'] | 'paused';
  /** For operators: it may quote a node. */
  readonly detail: string | null;
  /** What anybody may know, if that is less: probes need no key. */
  readonly publicDetail?: string;
}

/**
 * The health of a watch. Silence counts as a fault, because a stuck node answers without errors; not on a
 * chain that makes blocks on demand.
 */
export function judge(chain: Chain, seen: Observation, now: number): ChainHealth {
  if (seen.stalled !== null) return stalled(seen.stalled);
  const { trouble, head, tagUnknownSince, missing, quarantined, unscanned } = seen;
  if (quarantined !== null) {
    const { number, hash, reason } = quarantined;
    return stalled(
      `Block ${number} (${hash}) is in quarantine: ${reason} "npx daybook watch block ${number}" shows how to resolve it.`,
      `Block ${number} is in quarantine.`,
    );
  }
  if (trouble !== null && (head === null || now - trouble.since >= TROUBLE_MS)) {
    return stalledBy(trouble);
  }
  if (head === null) return { state: 'catching-up', detail: UNANSWERED };
  // Blocks are still matched, but nothing becomes final.
  if (seen.disagreement !== null) return stalled(seen.disagreement);
  const silence = silenceMsOf(chain);
  if (now - seen.advancedAt > silence) {
    const seconds = Math.round((now - seen.advancedAt) / 1000);
    return stalled(`The node has shown no new block for ${seconds} s.`);
  }
  const ageMs = now - head.time * 1000;
  if (seen.withheldSince === null && ageMs > MISSING_MS_MAX + silence) {
    const minutes = Math.round(ageMs / 60_000);
    return stalled(`The node's newest block is ${minutes} min old: it is still synchronising.`);
  }
  if (tagUnknownSince !== null && now - tagUnknownSince > MISSING_MS_MAX) {
    return stalled('The node tags no block of our chain as final, so no transfer becomes final.');
  }
  if (missing !== null && now - missing.since > MISSING_MS_MAX) {
    const { from, to } = missing;
    return stalled(`The node does not show blocks ${from} to ${to}, which must be matched again.`);
  }
  if (unscanned.length > 0) {
    const ranges = unscanned.map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
    const [first] = unscanned as [(typeof unscanned)[0]];
    return stalled(
      `Blocks were never scanned: ${ranges.slice(0, RANGES_SHOWN).join(', ')}. "npx daybook watch rescan --from ${first.from}" scans them.`,
    );
  }
  const { withheldSince } = seen;
  if (withheldSince !== null && now - withheldSince > WITHHELD_MS_MAX) {
    return stalled(
      `The node claims block ${head.number}, but does not show block ${seen.matched + 1}: its head is not true, or it lacks blocks.`,
    );
  }
  const behind = withheldSince === null ? head.number - seen.matched : 0;
  if (behind > BEHIND_BLOCKS) {
    return { state: 'catching-up', detail: progressOf(behind, seen.blocksPerSecond) };
  }
  if (seen.blocksToRescan > RESCAN_BLOCKS) {
    return { state: 'catching-up', detail: `${seen.blocksToRescan} blocks to match again.` };
  }
  return { state: 'following', detail: noticeOf(seen, now) };
}

/** What an operator should know although the chain is followed. */
function noticeOf({ isAlone, tagStanding }: Observation, now: number): string | null {
  const notices = isAlone ? [ALONE] : [];
  if (tagStanding !== null && now - tagStanding.since > TAG_STANDS_MS_MAX) {
    const { tag, number, since } = tagStanding;
    const minutes = Math.round((now - since) / 60_000);
    notices.push(
      `The ${tag} block has been ${number} for ${minutes} min while newer blocks came: what is credited by this tag waits. ` +
        'Either the chain does not finalise, or the node does not follow its finality.',
    );
  }
  return notices.length === 0 ? null : notices.join(' ');
}

function progressOf(blocks: number, perSecond: number | null): string {
  if (perSecond === null) return `${blocks} blocks to match.`;
  const seconds = Math.ceil(blocks / perSecond);
  const time = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return `${blocks} blocks to match, ${Math.round(perSecond)} a second, about ${time} left.`;
}

/** The health of a chain that cannot be followed because of an error. */
export function stalledBy({
  message,
  publicMessage,
}: Pick<Trouble, 'message' | 'publicMessage'>): ChainHealth {
  return stalled(message, publicMessage);
}

function stalled(detail: string, publicDetail?: string): ChainHealth {
  return { state: 'stalled', detail, ...(publicDetail !== undefined && { publicDetail }) };
}
