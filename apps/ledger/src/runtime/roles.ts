import { EventStore, type Follower, follow } from '@daybook/event-store';
import { DurableLog, type RunningSubscription } from '@daybook/messaging';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { openDefaultAccount } from '../accounts/open-default-account';
import { type InvariantChecker, startInvariantChecker } from '../books/invariant-checker';
import { AssetRegistry } from '../chains/asset-registry';
import { consumeChainHeads } from '../chains/chain-heads.consumer';
import { startLedgerEventsRelay } from '../events/ledger-events.relay';
import { hasRole, LedgerEnv } from '../ledger.env';
import { startProjector } from '../projections/projector';
import { PURSE_ADDRESSES_RELAY, publishPurseAddresses } from '../purses/purse-addresses.relay';
import { consumeTransfers } from '../replenishments/transfers.consumer';
import { checkpointsOf } from './checkpoints';

/** Events looked at by a relay at once. */
const RELAY_BATCH_MAX = 1_000;

/** Starts what this process is configured to do, and stops it in order. */
@Injectable()
export class Roles implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Roles.name);
  /** The readers of the log that run here, by name. */
  readonly followers = new Map<string, Follower>();
  /** The consumers that run here. */
  readonly subscriptions: RunningSubscription[] = [];
  /** Checks the books beside the projector; null where none runs. */
  checker: InvariantChecker | null = null;
  /** Each rejects with the reason while its engine is away. */
  readonly engines = {
    eventStore: () => this.store.head(),
    durableLog: () => this.log.check(),
    database: () => this.dataSource.query('SELECT 1'),
  };

  constructor(
    private readonly env: LedgerEnv,
    readonly store: EventStore,
    private readonly log: DurableLog,
    private readonly dataSource: DataSource,
    private readonly bus: CommandBus,
    private readonly assets: AssetRegistry,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey } = this.env;
    if (bootstrapApiKey !== undefined) await openDefaultAccount(this.store, bootstrapApiKey);
    if (hasRole(this.env, 'projector')) {
      this.keep(startProjector(this.store, this.dataSource));
      this.checker = startInvariantChecker(this.dataSource, {
        onViolation: (violation) =>
          this.logger.error({ msg: 'a rule of the books is broken', ...violation }),
        onError: (error) => this.logger.warn({ msg: 'the books were not checked', error }),
      });
    }
    if (hasRole(this.env, 'relay')) {
      this.keep(
        follow({
          name: PURSE_ADDRESSES_RELAY,
          store: this.store,
          checkpoints: checkpointsOf(this.dataSource),
          limit: RELAY_BATCH_MAX,
          handle: (events) => publishPurseAddresses(this.log, events),
          onError: (error) => this.logger.error({ msg: 'purse addresses not published', error }),
        }),
      );
    }
    // Without a broker nobody reads the topic, `GET /v1/events` serves the same, and tables would grow.
    if (hasRole(this.env, 'relay') && this.env.kafkaBrokers !== undefined) {
      const { store, dataSource, log, assets } = this;
      this.keep(startLedgerEventsRelay({ store, dataSource, log, assets }));
    }
    if (hasRole(this.env, 'consumer')) {
      this.subscriptions.push(
        await consumeTransfers(this.log, this.bus),
        await consumeChainHeads(this.log, this.dataSource),
      );
    }
  }

  /** Consumers stop before readers, readers before the store and the pools that they use. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
    await Promise.all([...this.followers.values()].map((follower) => follower.stop()));
    await this.checker?.stop();
    await this.log.close();
    await this.store.close();
    await this.dataSource.destroy();
  }

  private keep(follower: Follower): void {
    this.followers.set(follower.status().name, follower);
  }
}
