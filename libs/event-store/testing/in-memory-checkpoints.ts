import { setImmediate as turn } from 'node:timers/promises';
import { type Position, START } from '../src/event-store';
import type { Checkpoints, Reached } from '../src/follow';

/**
 * Checkpoints for tests. What a handler pushes to its transaction is added to `rows` together with
 * the new checkpoint, or not at all.
 */
export class InMemoryCheckpoints<Row> implements Checkpoints<Row[]> {
  readonly rows: Row[] = [];
  readonly positions = new Map<string, Position>();
  /** What was stored with the positions. */
  readonly reached = new Map<string, Reached>();
  /** Runs inside the transaction after the work; what it throws undoes it all, like a lost connection. */
  beforeCommit: (() => void) | undefined;

  private readonly held = new Set<string>();

  async advance(
    name: string,
    work: (tx: Row[], checkpoint: Position) => Promise<Reached>,
  ): Promise<Position | 'owned-elsewhere'> {
    await turn();
    if (this.held.has(name)) return 'owned-elsewhere';
    this.held.add(name);
    try {
      const tx: Row[] = [];
      const reached = await work(tx, this.positions.get(name) ?? START);
      this.beforeCommit?.();
      this.rows.push(...tx);
      this.positions.set(name, reached.position);
      this.reached.set(name, { ...this.reached.get(name), ...reached });
      return reached.position;
    } finally {
      this.held.delete(name);
    }
  }
}
