import { randomUUID } from 'node:crypto';
import type {
  DurableLog,
  Message,
  ReceivedMessage,
  RunningSubscription,
  Subscription,
} from '../src/durable-log';

export interface DurableLogHarness {
  /** A separate client, as in another process. Creates the topic if it is missing. */
  open(topic: string): Promise<DurableLog>;
  /** Ends the connections of `log` at once, as a kill would. */
  crash(log: DurableLog): Promise<void>;
}

export interface Collected {
  readonly messages: ReceivedMessage[];
  readonly subscription: RunningSubscription;
  /** In the order of delivery. */
  values(): unknown[];
}

/** Logs on a new topic for each test. */
export class LogFixture {
  topic = '';
  private readonly logs: DurableLog[] = [];

  constructor(readonly harness: () => DurableLogHarness) {
    beforeEach(() => {
      this.topic = `topic-${randomUUID()}`;
    });
    afterEach(async () => {
      await Promise.all(this.logs.splice(0).map((log) => log.close()));
    });
  }

  async open(): Promise<DurableLog> {
    const log = await this.harness().open(this.topic);
    this.logs.push(log);
    return log;
  }

  /** Subscribes and collects. */
  async collect(log: DurableLog, options: Partial<Subscription> = {}): Promise<Collected> {
    const messages: ReceivedMessage[] = [];
    const subscription = await log.subscribe({
      topic: this.topic,
      group: 'g',
      limit: 100,
      handle: async (batch) => {
        messages.push(...batch);
        return [];
      },
      ...options,
    });
    return { messages, subscription, values: () => messages.map((m) => JSON.parse(m.value)) };
  }
}

export function message(key: string, value: unknown): Message {
  return { id: randomUUID(), key, value: JSON.stringify(value), headers: { ce_type: 'test' } };
}

export function numbered(count: number, key = 'k'): Message[] {
  return range(count).map((n) => message(key, n));
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
