import type { Quota } from './rate-limit';

/** Quotas below this are counted one by one: a portion of them would be a large part. */
const ONE_BY_ONE_BELOW = 1_000;
/**
 * A portion is at most this part of the quota, and of what is left of it. Processes that hold portions which they do not
 * use leave up to one and a half of them each: thirteen such processes together waste five percent.
 */
const PORTIONS_OF_QUOTA = 400;
const PORTIONS_OF_REST = 100;

/** What one process knows of one quota of one key in the current window. */
export class QuotaCounter {
  /** Requests of this process. They alone count while the shared count cannot be had. */
  private admitted = 0;
  /** Of what the shared count granted to this process, what it has not used. */
  private granted = 0;
  /** Granted to all processes, as of the last answer. */
  private shared = 0;
  /** Requests that were let through before the shared count knew them. It is told with the next question. */
  private untold = 0;
  /** The size of the quota when the shared count had nothing left of it; null while it may have. */
  private emptyAt: number | null = null;
  /** Unix milliseconds. */
  private endsAt = 0;

  constructor(readonly name: string) {}

  /** Begins a window when the last one has ended. Its end is a guess until the shared count says it. */
  begin(quota: Quota, at: number): void {
    if (this.endsAt <= at) this.reset(at + quota.windowSeconds * 1_000);
  }

  /** Lets a request through if this process may decide that alone. */
  admit(): boolean {
    if (this.granted === 0) return false;
    this.granted -= 1;
    this.admitted += 1;
    return true;
  }

  /** Lets a request through as if this process were the only one; false if the quota is used up even so. */
  admitAlone({ requests }: Quota): boolean {
    if (this.admitted >= requests || this.isEmpty(requests)) return false;
    this.admitted += 1;
    this.untold += 1;
    return true;
  }

  /** Whether the shared count has nothing left in this window, so that it need not be asked. */
  isEmpty(requests: number): boolean {
    return this.emptyAt !== null && requests <= this.emptyAt;
  }

  /** Whether the next portion is due before this one is used up, so that no request waits for it. */
  isLow({ requests }: Quota): boolean {
    const portion = this.portionOf(requests);
    return portion > 0 && this.granted < portion / 2 && !this.isEmpty(requests);
  }

  /** How many requests to ask the shared count for when `waiting` wait. */
  amountFor(waiting: number, { requests }: Quota): number {
    return waiting + this.untold + this.portionOf(requests);
  }

  /** Takes the answer of the shared count to the question for this amount. */
  learn({ used, granted, endsAt }: SharedCount, amount: number, { requests }: Quota): void {
    if (endsAt !== this.endsAt) {
      // The window of the shared count is the one that holds. What was counted in a guessed one is a part of it.
      const { admitted, untold } = this;
      this.reset(endsAt);
      Object.assign(this, { admitted, untold });
    }
    this.shared = used;
    this.emptyAt = granted < amount ? requests : null;
    const told = Math.min(granted, this.untold);
    // What went through untold beyond the quota cannot be taken back.
    this.untold = granted < amount ? 0 : this.untold - told;
    this.granted += granted - told;
  }

  /** What is left of the quota, as far as this process knows. */
  left({ requests }: Quota): number {
    return requests - Math.max(this.admitted, this.shared - this.granted);
  }

  endsIn(at: number): number {
    return this.endsAt - at;
  }

  private portionOf(requests: number): number {
    if (requests < ONE_BY_ONE_BELOW) return 0;
    const rest = Math.max(0, requests - this.shared);
    const portion = Math.min(requests / PORTIONS_OF_QUOTA, rest / PORTIONS_OF_REST);
    return Math.max(1, Math.ceil(portion));
  }

  private reset(endsAt: number): void {
    Object.assign(this, { admitted: 0, granted: 0, shared: 0, untold: 0, emptyAt: null, endsAt });
  }
}

/** The count of all processes. */
export interface SharedCount {
  /** Requests that were granted in the window, never more than the quota. */
  readonly used: number;
  /** How many of those that were asked for. */
  readonly granted: number;
  /** When its window ends, in Unix milliseconds. */
  readonly endsAt: number;
}
