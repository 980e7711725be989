import type { BlockHeader, Chain } from '@daybook/chains';

/** A block that could not be proven whole, until a better answer or an operator resolves it. */
export interface QuarantinedBlock extends BlockHeader {
  readonly id: string;
  /** Whether the hash was recomputed from the header, so that only the content is in doubt. */
  readonly headerProven: boolean;
  /**
   * - `waiting`: the chain stops before it;
   * - `gap`: it joined the chain without its content, which is still asked for;
   * - ended: `scanned`, `accepted` by the other rule (by an operator, or because two providers show the same), or
   *   `replaced` by a reorg.
   */
  readonly state: 'waiting' | 'gap' | 'scanned' | 'accepted' | 'replaced';
  /** When it was first answered invalidly, in Unix milliseconds. */
  readonly since: number;
  /** Why the last answer is not the block. */
  readonly reason: string;
  /** What each provider answered when it was asked last. */
  readonly answers: readonly { readonly provider: string; readonly said: string }[];
  /** What an operator decided; null if nobody did. */
  readonly decision: 'accept' | 'skip' | null;
  /** The id of the watch request that decided it. */
  readonly decidedBy: string | null;
  /**
   * Transfers of blocks that a reorg replaced, by id with the hash of the replaced block. The gap may contain
   * them, so they are not reverted before it is scanned.
   */
  readonly stranded: Readonly<Record<string, string>>;
}

/** A block is in quarantine when it was answered invalidly for this long, this many times. */
export const QUARANTINE_MS = 5_000;
export const QUARANTINE_ATTEMPTS = 3;
/** After this many block times, and at least a minute, a block with a proven header becomes a gap. */
const GAP_BLOCKS = 10;
const GAP_MS_MIN = 60_000;

/** How long a block is in doubt before it joins the chain as a gap, in milliseconds. */
export function gapAfterMs({ blockTimeMs }: Pick<Chain, 'blockTimeMs'>): number {
  return Math.max(GAP_BLOCKS * (blockTimeMs ?? 0), GAP_MS_MIN);
}

/** Whether a block in doubt joins the chain as a gap at `now` (Unix milliseconds). */
export function becomesGap(
  { headerProven, since, decision }: QuarantinedBlock,
  chain: Pick<Chain, 'blockTimeMs'>,
  now: number,
): boolean {
  if (decision === 'skip') return true;
  return headerProven && now - since >= gapAfterMs(chain);
}

export function isInQuarantine({ state }: Pick<QuarantinedBlock, 'state'>): boolean {
  return state === 'waiting' || state === 'gap';
}

/** The blocks in quarantine after `changed` was stored, lowest first. */
export function stillQuarantined(
  known: readonly QuarantinedBlock[],
  changed: readonly QuarantinedBlock[],
): readonly QuarantinedBlock[] {
  const byId = new Map([...known, ...changed].map((block) => [block.id, block]));
  return [...byId.values()].filter(isInQuarantine).sort((a, b) => a.number - b.number);
}

/** The gaps of the chain, lowest first. */
export function gapsOf(quarantine: readonly QuarantinedBlock[]): readonly QuarantinedBlock[] {
  return quarantine.filter(({ state }) => state === 'gap');
}
