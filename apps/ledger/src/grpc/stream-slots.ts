import { Gauge, type Registry } from 'prom-client';
import { KeyCounts } from '../edge/key-counts';
import { Problem } from '../edge/problem';

/** Streams per account and process. Each keeps a page of events in memory. */
const PER_ACCOUNT_MAX = 16;
/** Streams of all accounts. Bounds the memory that slow readers hold. */
const ALL_MAX = 256;

/** The open streams. Limits their number and ends them when the service stops. */
export class StreamSlots {
  private readonly byAccount = new KeyCounts(PER_ACCOUNT_MAX);
  private readonly stopping = new AbortController();
  private all = 0;

  constructor(registry: Registry) {
    const count = () => this.all;
    new Gauge({
      name: 'daybook_grpc_streams',
      help: 'Open event streams.',
      registers: [registry],
      collect() {
        this.set(count());
      },
    });
  }

  /** Aborts when the service stops. */
  get closing(): AbortSignal {
    return this.stopping.signal;
  }

  /** Counts a stream of the account until it is released. Refuses with `too-many-streams`. */
  take(accountId: string): void {
    if (this.all >= ALL_MAX) {
      const detail = 'This process has reached its limit of streams. Try another one.';
      throw new Problem('too-many-streams', detail);
    }
    if (!this.byAccount.take(accountId)) {
      throw new Problem('too-many-streams', `The account has ${PER_ACCOUNT_MAX} streams open.`);
    }
    this.all += 1;
  }

  release(accountId: string): void {
    this.byAccount.release(accountId);
    this.all -= 1;
  }

  close(): void {
    this.stopping.abort(new Problem('server-stopping', 'This process is stopping.'));
  }
}
