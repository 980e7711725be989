import { setTimeout as sleep } from 'node:timers/promises';
import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import { EventStore } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How often the checkpoint is read while a read waits for its own write. */
const POLL_MS = 10;
/** Read models that need longer are being rebuilt or are stalled. */
const CATCH_UP_MS = 10_000;

const CHECKPOINT = 'SELECT position FROM ledger.checkpoint WHERE name = $1';

/**
 * Read your writes: waits until the read models have reached a position. The checkpoint is read from the
 * database, because the projector may run in another process. Concurrent readers share each poll.
 */
@Injectable()
export class PositionReached {
  /** The highest checkpoint seen. It never decreases, so most reads need no poll. */
  private reached = 0n;
  private look: Promise<void> | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
  ) {}

  /** Whether the read models have, within `timeoutMs`, everything that the event log has now. */
  async headWithin(timeoutMs: number): Promise<boolean> {
    return this.within(await this.store.head(), timeoutMs);
  }

  /** Waits until the read models have everything recorded before now. Rejects if that takes too long. */
  async catchUp(): Promise<void> {
    if (await this.headWithin(CATCH_UP_MS)) return;
    throw new Error('The read models are more than 10 seconds behind the event log.');
  }

  /** Whether the position was reached within `timeoutMs`. */
  async within(position: bigint, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (this.reached < position) {
      this.look ??= this.readCheckpoint().finally(() => {
        this.look = null;
      });
      await this.look;
      if (this.reached >= position) break;
      if (Date.now() >= deadline) return false;
      await sleep(POLL_MS);
    }
    return true;
  }

  private async readCheckpoint(): Promise<void> {
    const [row]: { position: string }[] = await this.dataSource.query(CHECKPOINT, [
      READ_MODELS_CHECKPOINT,
    ]);
    const position = BigInt(row?.position ?? 0);
    if (position > this.reached) this.reached = position;
  }
}
