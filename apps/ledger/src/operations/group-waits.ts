import type { ConsumerGroup, PartitionLag } from '@daybook/messaging';

/**
 * Since when groups handle nothing although messages wait, as far as this process has seen: brokers keep no time beside an
 * offset.
 */
export class GroupWaits {
  private readonly since = new Map<string, { readonly place: bigint; readonly at: Date }>();

  /** What is known of a group that is at these places now. */
  note(
    { topic, group }: Pick<ConsumerGroup, 'topic' | 'group'>,
    places: readonly PartitionLag[],
    now = new Date(),
  ): ConsumerGroup {
    const name = `${group} ${topic}`;
    let [lag, place] = [0n, 0n];
    for (const each of places) {
      // A group that is behind the end, as after its topic was made again, waits for nothing.
      if (each.waiting > 0n) lag += each.waiting;
      place += each.place;
    }
    const known = this.since.get(name);
    const at = known?.place === place ? known.at : now;
    if (lag === 0n) this.since.delete(name);
    else this.since.set(name, { place, at });
    return { topic, group, lag, waitingSince: lag === 0n ? null : at };
  }
}
