import {
  type ConsumerGroup,
  DurableLog,
  type Message,
  type ParkedKey,
  type PartitionLag,
  PostgresLog,
  type RunningSubscription,
  type StoppedGroup,
  type Subscription,
} from '@daybook/messaging';
import { type DatabaseRole, databaseRolesOf, databaseUrlOf, type LedgerEnv } from '../ledger.env';
import { PUBLISHED_TOPICS } from './published-topics';

/**
 * The durable log in PostgreSQL, used by each part of the process as its own user: what one role may publish, another may
 * not. Roles with the same URL share their connections.
 */
export class LogOfRoles extends DurableLog {
  private readonly logs: ReadonlyMap<DatabaseRole, PostgresLog>;
  /** Of what every role may do, and of what none of this process may. */
  private readonly main: PostgresLog;

  constructor(env: LedgerEnv) {
    super();
    const roles = databaseRolesOf(env);
    const byUrl = new Map<string, PostgresLog>();
    for (const url of roles.map((role) => databaseUrlOf(env, role))) {
      if (!byUrl.has(url)) byUrl.set(url, new PostgresLog({ url }));
    }
    const logOf = (role: DatabaseRole) => byUrl.get(databaseUrlOf(env, role)) as PostgresLog;
    this.logs = new Map(roles.map((role) => [role, logOf(role)]));
    this.main = [...byUrl.values()][0] as PostgresLog;
  }

  publish(topic: string, messages: readonly Message[]): Promise<void> {
    const role = [...this.logs.keys()].find((one) => PUBLISHED_TOPICS[one].includes(topic));
    return this.as(role).publish(topic, messages);
  }

  subscribe(subscription: Subscription): Promise<RunningSubscription> {
    return this.as('consumer').subscribe(subscription);
  }

  groups(): Promise<readonly ConsumerGroup[]> {
    return this.main.groups();
  }

  stopped(): Promise<readonly StoppedGroup[]> {
    return this.main.stopped();
  }

  lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    return this.main.lag(topic, group);
  }

  parked(topic: string, group: string): Promise<readonly ParkedKey[]> {
    return this.main.parked(topic, group);
  }

  isParked(topic: string, group: string, keys: readonly string[]): Promise<boolean> {
    return this.main.isParked(topic, group, keys);
  }

  retryParked(topic: string, group: string, key: string): Promise<boolean> {
    return this.as('api').retryParked(topic, group, key);
  }

  /** Each knows the topics that its role has used. */
  async check(): Promise<void> {
    await Promise.all([...new Set(this.logs.values())].map((log) => log.check()));
  }

  async close(): Promise<void> {
    await Promise.all([...new Set(this.logs.values())].map((log) => log.close()));
  }

  private as(role: DatabaseRole | undefined): PostgresLog {
    return (role && this.logs.get(role)) ?? this.main;
  }
}
