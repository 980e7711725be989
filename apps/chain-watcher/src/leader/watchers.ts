import { findChain } from '@daybook/chains';
import { TOPICS } from '@daybook/contracts';
import type { HealthChecks } from '@daybook/platform';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { type ChainRun, type RunningChain, runChain } from './run-chain';

/** The watches of this process, one for each configured chain. */
export class Watchers implements OnApplicationBootstrap, OnApplicationShutdown {
  private running: readonly RunningChain[] = [];

  constructor(private readonly parts: Omit<ChainRun, 'chain' | 'connection'>) {}

  onApplicationBootstrap(): void {
    const { registry, logger } = this.parts;
    this.running = registry.connections.map((connection) => {
      const chain = findChain(registry, connection.chain);
      if (chain === null) throw new Error(`${connection.chain} is not in the registry.`);
      return runChain({ ...this.parts, chain, connection });
    });
    if (this.running.length === 0) logger.warn('no chain is configured, so nothing is watched');
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.running.map((chain) => chain.stop()));
    await this.parts.log.close();
    await this.parts.store.close();
  }

  /**
   * Ready means that no chain that this process leads is stalled. Chains are followed without the log too,
   * and with addresses that cannot be read, so these checks are optional.
   */
  checks(): HealthChecks {
    const chains = this.parts.registry.connections.map(({ chain }) => chain);
    const required = chains.map((chain) => [chain, async () => this.check(chain)] as const);
    const optional = chains.map(
      (chain) => [`${chain} addresses`, async () => this.checkAddresses(chain)] as const,
    );
    return {
      required: Object.fromEntries(required),
      optional: { ...Object.fromEntries(optional), log: () => this.parts.log.check() },
    };
  }

  private checkAddresses(id: string): void {
    const parked = this.find(id).parkedAddresses();
    if (parked === 0) return;
    throw new Error(
      `${parked} addresses are not watched, as their messages cannot be read: their keys in ${TOPICS.purseAddress} are parked.`,
    );
  }

  private check(id: string): string {
    const chain = this.find(id);
    const { state, detail } = chain.health();
    if (state === 'stalled') throw new Error(detail ?? state);
    return `${chain.role()}, ${state}`;
  }

  private find(id: string): RunningChain {
    const chain = this.running.find((it) => it.chain === id);
    if (!chain) throw new Error('Not started.');
    return chain;
  }
}
