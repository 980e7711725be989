import type { Position } from './event-store';

/**
 * The checkpoints of readers, stored in the same transaction as what a reader writes. `Tx` is what a
 * handler needs to write in that transaction.
 */
export interface Checkpoints<Tx> {
  /**
   * Runs `work` in one transaction that holds the checkpoint of `name` (`START` the first time) and
   * stores the position that `work` returns; when `work` rejects, all is rolled back and this rejects
   * with the same error. One caller holds a checkpoint at a time: another one waits, or gets
   * `owned-elsewhere`. Returns the stored position.
   */
  advance(
    name: string,
    work: (tx: Tx, checkpoint: Position) => Promise<Position>,
  ): Promise<Position | 'owned-elsewhere'>;
}
