import type { Family } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { orderOf } from '../edge/log-epochs';
import { ChainRegistry } from './asset-registry';

/** Whether transfers to a purse are seen on one chain. */
export interface Watch {
  /** CAIP-2. */
  readonly chain: string;
  readonly watched: boolean;
}

/** The chains of a purse's family that are followed, and whether the purse is watched on each. */
export type WatchOf = (purse: {
  readonly family: Family;
  readonly mintPosition: bigint;
}) => readonly Watch[];

/** Limits the queries, because minting is frequent. A purse is shown as watched later, never sooner. */
const CACHED_MS = 1_000;

const ACKNOWLEDGED = `
  SELECT chain, addresses_through AS through FROM ledger.chain_head
   WHERE addresses_through IS NOT NULL`;

/**
 * Which purses are watched: a watcher acknowledges up to which order of positions it has every minted
 * address. A chain whose watcher has not acknowledged a position yet watches nothing.
 */
@Injectable()
export class Watches {
  /** By chain. A failed query is not cached. */
  private readonly acknowledged = new LRUCache<'through', ReadonlyMap<string, bigint>>({
    max: 1,
    ttl: CACHED_MS,
    fetchMethod: async () => {
      const rows: { chain: string; through: string }[] = await this.dataSource.query(ACKNOWLEDGED);
      return new Map(rows.map(({ chain, through }) => [chain, BigInt(through)]));
    },
  });

  constructor(
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly store: EventStore,
  ) {}

  /** As of now, or at most one second ago. */
  async now(): Promise<WatchOf> {
    const through = await this.acknowledged.forceFetch('through');
    const { chains, connections } = this.chains.registry;
    const followed = chains.filter(({ id }) => connections.some(({ chain }) => chain === id));
    return ({ family, mintPosition }) => {
      const order = orderOf(mintPosition, this.store.identity);
      return followed
        .filter((chain) => chain.family === family)
        .map(({ id }) => ({ chain: id, watched: (through.get(id) ?? -1n) >= order }));
    };
  }
}
