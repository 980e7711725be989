import { EventStore } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { PositionReached } from '../projections/position-reached';
import { KeyCounts } from './key-counts';
import { Problem } from './problem';

/** Up to 18 digits: far beyond any log, and within PostgreSQL's bigint. */
export const POSITION = /^(0|[1-9][0-9]{0,17})$/;
export const POSITION_LENGTH_MAX = 18;
export const POSITION_SENTENCE =
  'must be a position: a whole number of up to 18 digits, in quotes in JSON, such as 42.';

/** Longer than the usual lag of the read models, shorter than clients wait. */
const WAIT_MS = 5_000;
/** Reads of one key that may wait at once: more than a client needs to read its own writes. */
const WAITING_PER_KEY_MAX = 256;

/** Reads wait here until the read models have reached a position: `minPosition`, or the moment of `asOf`. */
@Injectable()
export class Positions {
  private readonly waiting = new KeyCounts(WAITING_PER_KEY_MAX);

  constructor(
    private readonly reached: PositionReached,
    private readonly store: EventStore,
  ) {}

  /**
   * Waits until everything up to a position is visible. Refuses with `position-not-reached`,
   * `too-many-waiting` and, for a position beyond the end of the event log, with `beyond`.
   */
  async reach(
    keyId: string,
    position: bigint,
    { waitMs = WAIT_MS, beyond = 'position-not-in-log' }: ReachOptions = {},
  ): Promise<void> {
    if (await this.reached.within(position, 0)) return;
    if (!this.waiting.take(keyId)) {
      const detail = `${WAITING_PER_KEY_MAX} reads of this key already wait.`;
      throw new Problem('too-many-waiting', detail, RETRY);
    }
    try {
      // The head is read after the request arrived, so it includes everything committed before.
      requireInLog(position, await this.store.head(), beyond);
      if (await this.reached.within(position, Math.min(waitMs, WAIT_MS))) return;
    } finally {
      this.waiting.release(keyId);
    }
    throw new Problem('position-not-reached', `Position ${position} is not visible yet.`, RETRY);
  }
}

interface ReachOptions {
  readonly waitMs?: number | undefined;
  readonly beyond?: 'position-not-in-log' | 'as-of-in-future';
}

const RETRY = { headers: { 'retry-after': '1' } };

/** Refuses a position beyond the end of the event log. */
export function requireInLog(
  position: bigint,
  head: bigint,
  code: ReachOptions['beyond'] = 'position-not-in-log',
): void {
  if (position <= head) return;
  throw new Problem(code, `The event log ends at ${head}, before ${position}.`);
}
