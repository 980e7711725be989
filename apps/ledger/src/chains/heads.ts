import type { json } from '@daybook/contracts';
import { type Finality, finalityOfText, finalityText } from '@daybook/domain';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';

/** How far a chain and its watch are, by the last report of its watcher. */
export interface Head {
  /** The newest block. */
  readonly latest: number;
  /** Every block up to this one was matched. */
  readonly matched: number;
  readonly finalized: number | null;
  readonly isPaused: boolean;
}

/** Watchers report once a second at most, so this adds little to the age of an answer, and saves nearly all queries. */
const CACHED_MS = 200;

const HEADS = `
  SELECT chain, latest::float8, matched::float8, finalized::float8, paused IS NOT NULL AS "isPaused"
    FROM ledger.chain_head`;

/** The heads of chains, for what is derived from them when it is read. */
@Injectable()
export class Heads {
  /** A failed query is not cached. */
  private readonly cached = new LRUCache<'heads', ReadonlyMap<string, Head>>({
    max: 1,
    ttl: CACHED_MS,
    fetchMethod: async () => {
      const rows: (Head & { readonly chain: string })[] = await this.dataSource.query(HEADS);
      return new Map(rows.map(({ chain, ...head }) => [chain, head]));
    },
  });

  constructor(private readonly dataSource: DataSource) {}

  /** By chain; one that no watcher has reported has none. */
  now(): Promise<ReadonlyMap<string, Head>> {
    return this.cached.forceFetch('heads');
  }
}

/**
 * How many confirmations a transfer in a block has, and how many it needs; null while no block includes it, or the
 * chain's head is unknown. The block itself is the first confirmation. `passed` is the finality that it has reached.
 */
export function confirmationsOf(
  block: number | null,
  head: Head | undefined,
  policy: Finality | null,
  passed: string | null = null,
): json.Confirmations | null {
  if (block === null || head === undefined || policy === null) return null;
  const reached = passed === null ? null : finalityOfText(passed);
  // The head may be reported later than the block, and later than what it made final.
  const least = reached?.kind === 'depth' ? reached.confirmations : 1;
  return {
    current: Math.max(least, head.latest - block + 1),
    required: policy.kind === 'depth' ? policy.confirmations : null,
    policy: finalityText(policy),
  };
}
