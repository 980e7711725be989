import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore, Position, RecordedEvent } from '../src/event-store';
import { anEvent, aStream } from './an';
import { appendAtEnd } from './store-under-test';

/**
 * Lets writers append to shared and own streams while a reader polls, and checks what a projection
 * relies on: whatever has been read is never added to before its end, positions only grow, and each
 * stream's events come in the order of their revisions. Returns what was read.
 */
export async function watchOrder(options: {
  reader: EventStore;
  writers: readonly EventStore[];
  appendsEach: number;
}): Promise<readonly RecordedEvent[]> {
  const { reader, writers, appendsEach } = options;
  const after = await reader.head();
  const shared = [aStream(), aStream(), aStream()];
  let writing = true;
  const reading = poll(reader, after, () => writing);
  try {
    await Promise.all(writers.map((writer) => write(writer, shared, appendsEach)));
  } finally {
    writing = false;
  }
  const seen = await reading;

  const revisions = new Map<string, bigint>();
  for (const { stream, revision } of seen) {
    const expected = (revisions.get(stream) ?? -1n) + 1n;
    if (revision !== expected) throw new Error(`${stream}: ${revision} came before ${expected}.`);
    revisions.set(stream, revision);
  }
  const appends = writers.length * appendsEach;
  if (seen.length < appends) throw new Error(`${appends} appends, but ${seen.length} events.`);
  const again = await poll(reader, after, () => false);
  if (!seen.every(({ id }, i) => again[i]?.id === id))
    throw new Error('Read again, the log has other events than before.');
  return seen;
}

async function write(writer: EventStore, shared: string[], appends: number): Promise<void> {
  const pending: Promise<unknown>[] = [];
  for (let i = 0; i < appends; i++) {
    const events = Array.from({ length: 1 + (i % 3) }, () => anEvent());
    const stream = i % 2 ? aStream() : (shared[i % shared.length] as string);
    pending.push(appendAtEnd(writer, stream, events));
    if (i % 7 === 0) await pending.at(-1);
  }
  await Promise.all(pending);
}

/** Reads until a page that was asked for after the last write was answered comes to the end. */
async function poll(
  reader: EventStore,
  after: Position,
  writing: () => boolean,
): Promise<RecordedEvent[]> {
  const seen: RecordedEvent[] = [];
  let position = after;
  for (;;) {
    const mayGrow = writing();
    const { events, end, atEnd } = await reader.readAll({ after: position, limit: 17 });
    for (const event of events) {
      if (event.position <= position) {
        throw new Error(`After position ${position} came ${event.position}.`);
      }
      position = event.position;
      seen.push(event);
    }
    if (end < position) throw new Error(`A page with position ${position} ends at ${end}.`);
    position = end;
    if (atEnd && !mayGrow) return seen;
    await turn();
  }
}
