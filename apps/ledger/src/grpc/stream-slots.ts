import { Gauge, type Registry } from 'prom-client';
import { Problem } from '../edge/problem';

/** Streams of one account at one process. Each holds a page of the log in memory. */
const PER_ACCOUNT_MAX = 16;
/** Streams of all accounts: bounds the memory of readers who stopped, whoever they are. */
const ALL_MAX = 256;

/** The streams that are open, so that they stay few and end when the service does. */
export interface StreamSlots {
  /** Aborts when the service stops. */
  readonly closing: AbortSignal;
  /** Counts a stream of the account until `release` is called. Refuses with `too-many-streams`. */
  take(accountId: string): { release(): void };
  close(): void;
}

export function createStreamSlots(registry: Registry): StreamSlots {
  const byAccount = new Map<string, number>();
  const closing = new AbortController();
  let all = 0;
  new Gauge({
    name: 'daybook_grpc_streams',
    help: 'Streams of events that are open.',
    registers: [registry],
    collect() {
      this.set(all);
    },
  });
  return {
    closing: closing.signal,
    take(accountId) {
      const ofAccount = byAccount.get(accountId) ?? 0;
      if (ofAccount >= PER_ACCOUNT_MAX) {
        throw new Problem('too-many-streams', `The account has ${ofAccount} streams open.`);
      }
      if (all >= ALL_MAX) {
        throw new Problem('too-many-streams', 'This process has no stream left. Try another one.');
      }
      byAccount.set(accountId, ofAccount + 1);
      all += 1;
      return {
        release() {
          const left = (byAccount.get(accountId) ?? 1) - 1;
          if (left === 0) byAccount.delete(accountId);
          else byAccount.set(accountId, left);
          all -= 1;
        },
      };
    },
    close: () => closing.abort(new Problem('server-stopping', 'This process is stopping.')),
  };
}
