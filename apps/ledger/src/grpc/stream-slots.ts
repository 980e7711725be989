import { Gauge, type Registry } from 'prom-client';
import { Problem } from '../edge/problem';

/** Streams per account and process. Each keeps a page of events in memory. */
const PER_ACCOUNT_MAX = 16;
/** Streams of all accounts. Bounds the memory that slow readers hold. */
const ALL_MAX = 256;

/** The open streams. Limits their number and ends them when the service stops. */
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
    help: 'Open event streams.',
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
        throw new Problem(
          'too-many-streams',
          'This process has reached its limit of streams. Try another one.',
        );
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
