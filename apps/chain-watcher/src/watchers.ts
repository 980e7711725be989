import { findChain, type Registry } from '@daybook/chains';
import { DurableLog } from '@daybook/messaging';
import type { HealthChecks } from '@daybook/platform';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { type RunningChain, runChain } from './run-chain';
import { WatcherStore } from './store/watcher-store';
import type { WatcherMetrics } from './watcher-metrics';

/** The loops of this process, one for each configured chain. */
export class Watchers implements OnApplicationBootstrap, OnApplicationShutdown {
  private running: readonly RunningChain[] = [];

  constructor(
    private readonly registry: Registry,
    private readonly store: WatcherStore,
    private readonly log: DurableLog,
    private readonly logger: Logger,
    private readonly metrics: WatcherMetrics,
    private readonly pollMs: number | undefined,
  ) {}

  onApplicationBootstrap(): void {
    const { registry, store, log, logger, metrics, pollMs } = this;
    this.running = registry.connections.map((connection) => {
      const chain = findChain(registry, connection.chain);
      if (chain === null) throw new Error(`${connection.chain} is not in the registry.`);
      return runChain({ chain, connection, registry, store, log, logger, metrics, pollMs });
    });
    if (this.running.length === 0) logger.warn('no chain is configured, so nothing is watched');
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.running.map((chain) => chain.stop()));
    await this.log.close();
    await this.store.close();
  }

  /** Ready means: no chain that this process leads stands still. */
  checks(): HealthChecks {
    const required = this.registry.connections.map(
      ({ chain }) => [chain, () => this.check(chain)] as const,
    );
    return { required: Object.fromEntries(required) };
  }

  private async check(id: string): Promise<string> {
    const chain = this.running.find((it) => it.chain === id);
    if (!chain) throw new Error('Not started.');
    const { state, detail } = chain.health();
    if (state === 'stalled') throw new Error(detail ?? state);
    return `${chain.role()}, ${state}`;
  }
}
