import { EventStore, type Follower } from '@daybook/event-store';
import { DurableLog, type RunningSubscription } from '@daybook/messaging';
import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { type DatabaseRole, hasRole, LedgerEnv } from '../ledger.env';
import { Databases } from './databases';

/** Work that can be stopped: a checker, a timer. */
interface Stoppable {
  stop(): Promise<void>;
}

/**
 * The background work of this process. Feature modules register their followers, consumers and other work
 * in `onModuleInit`, each under its role, and gets the pool of that role. What `DAYBOOK_ROLES` names starts with the
 * application, in the order of registration.
 */
@Injectable()
export class BackgroundWork implements OnApplicationBootstrap, OnApplicationShutdown {
  /** The followers of the event log that run here, by name. */
  readonly followers = new Map<string, Follower>();
  /** The consumers of the durable log that run here. */
  readonly subscriptions: RunningSubscription[] = [];
  private readonly others: Stoppable[] = [];
  private readonly starts: (() => Promise<unknown>)[] = [];

  /** Health checks: each rejects with the reason while its engine cannot be reached. */
  readonly engines = {
    eventStore: () => this.store.head(),
    log: async () => {
      await this.store.certain();
      return this.store.identity;
    },
    durableLog: () => this.log.check(),
    database: () => this.databases.main.query('SELECT 1'),
  };

  constructor(
    private readonly env: LedgerEnv,
    readonly store: EventStore,
    private readonly log: DurableLog,
    readonly databases: Databases,
  ) {}

  follow(role: DatabaseRole, start: (database: DataSource) => Follower): void {
    this.register(role, async (database) => {
      const follower = start(database);
      this.followers.set(follower.status().name, follower);
    });
  }

  consume(start: (database: DataSource) => Promise<RunningSubscription>): void {
    this.register('consumer', async (database) => this.subscriptions.push(await start(database)));
  }

  run(role: DatabaseRole, start: (database: DataSource) => Stoppable): void {
    this.register(role, async (database) => this.others.push(start(database)));
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const start of this.starts) await start();
  }

  /** Stops consumers before followers, and followers before the store and the pools that they use. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
    await Promise.all([...this.followers.values()].map((follower) => follower.stop()));
    await Promise.all(this.others.map((other) => other.stop()));
    await this.log.close();
    await this.store.close();
    await this.databases.close();
  }

  private register(role: DatabaseRole, start: (database: DataSource) => Promise<unknown>): void {
    if (hasRole(this.env, role)) this.starts.push(() => start(this.databases.ofRole(role)));
  }
}
