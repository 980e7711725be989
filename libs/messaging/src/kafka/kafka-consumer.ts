import type { Pool, PoolClient } from 'pg';
import type { PartitionLag, ReceivedMessage } from '../durable-log';
import type { Member } from '../engine-log';
import { endStop, stopOrMoveOn } from '../lost-messages';
import { anyParked, heldBack, park, RETRY_CHECK_MS, retryOne, setAsideParked } from '../parking';
import { type Chunk, FETCH_SILENCE_MAX_MS, type KafkaSession, type Piece } from './kafka-session';

/**
 * One member of a group on Kafka. Handlers are called one at a time, over all partitions and sessions. A new
 * session continues at the group's committed offsets. `pool` is where keys are parked.
 */
export class KafkaConsumer {
  /** Offsets where reconnecting already failed to help; do not reconnect for them again. */
  private readonly known = new Map<number, bigint>();
  /** The offset after the last message of each partition that this member has handled. */
  private readonly reached = new Map<number, bigint>();

  constructor(
    private readonly member: Member,
    private readonly pool: Pool,
    private readonly lag: () => Promise<readonly PartitionLag[]>,
    private readonly moveTo: (places: readonly PartitionLag[]) => Promise<unknown>,
  ) {}

  /**
   * Consumes with one kafkajs consumer until the member stops. Rejects when that consumer has ended: after a
   * crash, a failed commit or silence.
   */
  async consume(session: KafkaSession): Promise<void> {
    await this.requireAll();
    try {
      await session.join();
      this.member.recovered();
      await this.work(session);
    } finally {
      await session.close();
    }
  }

  /** Stops a group that needs all messages when brokers have deleted some that it has not read. */
  private async requireAll(): Promise<void> {
    const { subscription } = this.member;
    if (!subscription.needsAll) return;
    const lacking = await this.lacking();
    if (lacking.length === 0) return endStop(this.pool, subscription);
    const lost = lacking.reduce((sum, partition) => sum + partition.lost, 0n);
    await stopOrMoveOn(this.pool, subscription, lost, () => this.moveTo(lacking));
  }

  /** The partitions of which messages were deleted before the group read them. */
  private async lacking(): Promise<readonly PartitionLag[]> {
    const places = (await this.lag()).map(({ lost, ...at }) => {
      // kafkajs forgets the group's offset where messages were deleted while it runs.
      const unread = at.place - (this.reached.get(at.partition) ?? 0n);
      return { ...at, lost: unread < lost ? unread : lost };
    });
    return places.filter(({ lost }) => lost > 0n);
  }

  /**
   * Ends the session before it handles messages behind deleted ones: kafkajs passes over those. The next session stops, or
   * moves on.
   */
  private async requireNoGap({ pieces }: Chunk): Promise<void> {
    const isNext = ({ partition, first }: Piece) => this.reached.get(partition) === first;
    if (!this.member.subscription.needsAll || pieces.every(isNext)) return;
    if ((await this.lacking()).length > 0) throw new Error('Messages were deleted meanwhile.');
  }

  private async work(session: KafkaSession): Promise<void> {
    const { member } = this;
    let retryCheckAt = 0;
    let sessionCheckAt = Date.now() + FETCH_SILENCE_MAX_MS;
    while (!member.isStopping) {
      if (session.over) throw session.over;
      if (Date.now() >= retryCheckAt) {
        retryCheckAt = (await this.retryParked()) ? 0 : Date.now() + RETRY_CHECK_MS;
      }
      const chunk = session.take(member.subscription.limit);
      if (chunk) {
        await this.requireNoGap(chunk).catch((error) => {
          session.release();
          throw error;
        });
        if (await this.handleUntilDone(session, chunk)) {
          await session.commit(chunk);
          for (const { partition, next } of chunk.pieces) this.reached.set(partition, next);
          member.progressed();
        } else session.release();
        continue;
      }
      if (Date.now() >= sessionCheckAt) {
        // Ignore a failed question; the next check asks again.
        session.check(await this.lag().catch(() => []), this.known);
        sessionCheckAt = Date.now() + FETCH_SILENCE_MAX_MS;
      }
      await member.pause(Math.max(retryCheckAt - Date.now(), 0));
    }
  }

  /**
   * Repeats the chunk until it is handled. False when it must be returned before that, because the group
   * rebalances or the member stops: the other members wait only for a handler that succeeds.
   */
  private async handleUntilDone(session: KafkaSession, chunk: Chunk): Promise<boolean> {
    const mustEnd = () => session.mustYield || this.member.isStopping;
    for (;;) {
      try {
        await this.handle(chunk.messages, () => session.owns(chunk));
        return true;
      } catch (error) {
        this.member.failed(error);
        await this.member.backOff(mustEnd);
        if (mustEnd()) return false;
      }
    }
  }

  /**
   * Handles the messages whose keys are not parked, and parks the keys of poison messages before the
   * group's offsets are committed. After a crash in between, the batch is delivered again: its key is parked
   * already, and its messages are stored there by their offsets.
   */
  private async handle(messages: readonly ReceivedMessage[], owns: () => boolean): Promise<void> {
    const { subscription } = this.member;
    const free = (await anyParked(this.pool, subscription))
      ? await inTransaction(this.pool, (client) => setAsideParked(client, subscription, messages))
      : messages;
    if (free.length === 0) return;
    const held = heldBack(free, await subscription.handle(free));
    // If the partition has moved, its new owner gets the poison as well, and parks it.
    if (held.length === 0 || !owns()) return;
    await inTransaction(this.pool, (client) => park(client, subscription, held));
  }

  /** A failure does not end the session, as the brokers have no part in it. */
  private async retryParked(): Promise<boolean> {
    const { subscription } = this.member;
    try {
      const retried = await inTransaction(this.pool, (client) => retryOne(client, subscription));
      this.member.recovered();
      return retried;
    } catch (error) {
      this.member.failed(error);
      return false;
    }
  }
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // The server rolls back when the connection closes.
    client.release(true);
    throw error;
  }
}
