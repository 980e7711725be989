import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { PositionReached } from '../projections/position-reached';
import { KEY_USED_MS } from './api-keys';

/** Longer than the usual lag of the read models, shorter than clients wait. */
const WAIT_MS = 5_000;
/** Clocks of machines run at rates that differ by far less than a tenth within a second. */
const CLOCKS_DIFFER_MS = 100;

/**
 * Tells when no process accepts a key any more that was revoked, or the commands of an account that was closed.
 *
 * Processes read keys from the read models, which all of them share, and use what they found for `KEY_USED_MS` at most,
 * counted from before they asked. So nobody accepts the key once the read models have the event and that time has passed.
 * No process needs to be told or to answer: it holds also for one that is stuck, cut off, or started meanwhile.
 */
@Injectable()
export class KeysForgotten {
  /** What was recorded up to here holds for every process, as this one knows. It spares repeated commands the wait. */
  private through = 0n;

  constructor(private readonly reached: PositionReached) {}

  /**
   * Waits until what was recorded up to a position holds for every process. False if the read models do not have it after
   * 5 seconds: it holds a second after they have.
   */
  async since(position: bigint): Promise<boolean> {
    if (position <= this.through) return true;
    if (!(await this.reached.within(position, WAIT_MS))) return false;
    await sleep(KEY_USED_MS + CLOCKS_DIFFER_MS);
    if (position > this.through) this.through = position;
    return true;
  }
}
