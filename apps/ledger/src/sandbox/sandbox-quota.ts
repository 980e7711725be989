import { EventStore, type RecordedEvent } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { RateLimit } from '../edge/rate-limit';

/** Deposits and requests for blocks of an account. One watcher serves one after the other, in about a second each. */
const QUOTA = { requests: 30, windowSeconds: 60 };

/** How much an account may ask of the sandbox. */
@Injectable()
export class SandboxQuota {
  private readonly quota = new RateLimit(QUOTA, Date.now, {
    name: 'sandbox',
    of: 'the account for the sandbox',
  });

  constructor(private readonly store: EventStore) {}

  /** Counts a request unless its event is there: a repeat is free. Refuses with `rate-limited`. */
  async take(accountId: string, stream: string, type: RecordedEvent['type']): Promise<void> {
    const history = await this.store.readStream(stream);
    if (!history.some((event) => event.type === type)) this.quota.take(accountId);
  }
}
