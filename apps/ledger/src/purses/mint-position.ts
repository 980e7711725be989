import type { EventStore } from '@daybook/event-store';

/** Where in the log a purse was minted: the place of the first event of its stream, which exists. */
export async function mintPositionOf(store: EventStore, stream: string): Promise<bigint> {
  const [minted] = await store.readStream(stream);
  if (minted === undefined) throw new Error(`${stream} has no events.`);
  return minted.position;
}
