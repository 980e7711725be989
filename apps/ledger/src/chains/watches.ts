import type { Family } from '@daybook/domain';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChainRegistry } from './chain-registry';

/** Whether transfers to a purse are seen on one chain. */
export interface Watch {
  /** CAIP-2. */
  readonly chain: string;
  readonly watched: boolean;
}

/** Tells on which chains a purse is watched, by its family and the position of its mint. */
export type WatchOf = (purse: {
  readonly family: Family;
  readonly mintPosition: bigint;
}) => readonly Watch[];

/** Heads change every few seconds and minting is frequent. A purse is shown as watched later, never sooner. */
const LOOK_EVERY_MS = 1_000;

const ACKNOWLEDGED = `
  SELECT chain, addresses_through AS through FROM ledger.chain_head
   WHERE addresses_through IS NOT NULL`;

/**
 * Which purses the watchers have acknowledged: a purse is watched on a chain once the chain's watcher
 * says that it matches every address minted up to the purse's mint. Asked of each chain of the
 * purse's family that is followed; one whose watcher said nothing yet watches nothing.
 */
@Injectable()
export class Watches {
  private readonly followed: ReadonlySet<string>;
  private look: { readonly at: number; readonly through: Promise<Through> } | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
  ) {
    this.followed = new Set(chains.registry.connections.map(({ chain }) => chain));
  }

  /** What was acknowledged, as of now or a moment ago. */
  async now(): Promise<WatchOf> {
    const through = await this.through();
    const followed = this.chains.registry.chains.filter(({ id }) => this.followed.has(id));
    return ({ family, mintPosition }) =>
      followed
        .filter((chain) => chain.family === family)
        .map(({ id }) => ({ chain: id, watched: (through.get(id) ?? -1n) >= mintPosition }));
  }

  private through(): Promise<Through> {
    if (this.look === null || performance.now() - this.look.at > LOOK_EVERY_MS) {
      const look = { at: performance.now(), through: this.read() };
      // An outage must not be remembered as the answer.
      look.through.catch(() => {
        if (this.look === look) this.look = null;
      });
      this.look = look;
    }
    return this.look.through;
  }

  private async read(): Promise<Through> {
    const rows: { chain: string; through: string }[] = await this.dataSource.query(ACKNOWLEDGED);
    return new Map(rows.map(({ chain, through }) => [chain, BigInt(through)]));
  }
}

type Through = ReadonlyMap<string, bigint>;
