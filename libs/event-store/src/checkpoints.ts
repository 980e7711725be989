import type { Position } from './event-store';

/**
 * Where readers keep how far they have come: beside what they make of it, in the same transaction.
 * `Tx` is what a handler needs to write in that transaction.
 */
export interface Checkpoints<Tx> {
  /**
   * Runs `work` in one transaction that holds the checkpoint of `name` (`START` the first time) and
   * stores the position that `work` returns; when `work` rejects, all is rolled back and this rejects
   * with the same error. One caller holds a checkpoint at a time: another one waits for its turn, or
   * is told `owned-elsewhere`. Returns the stored position.
   */
  advance(
    name: string,
    work: (tx: Tx, checkpoint: Position) => Promise<Position>,
  ): Promise<Position | 'owned-elsewhere'>;
}
