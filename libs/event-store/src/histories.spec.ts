import { anAppend, anEvent } from '../testing/an';
import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { type RecordedEvent, StreamIncomplete } from './append';
import { incompleteStreams, wholeHistories } from './histories';

let history: readonly RecordedEvent[];
const stream = 'test-1';

beforeAll(async () => {
  const store = new InMemoryEventStore();
  await store.append(anAppend({ stream, events: [anEvent(), anEvent(), anEvent(), anEvent()] }));
  history = await store.readStream(stream);
});

const read = (events: readonly RecordedEvent[], from = 0n) =>
  wholeHistories([{ stream, from }], new Map([[stream, events]]));

describe('a history', () => {
  it('is whole from the revision that was asked for', () => {
    expect(read(history).whole).toEqual(new Map([[stream, history]]));
    expect(read(history.slice(2), 2n).whole.get(stream)).toEqual(history.slice(2));
  });

  it('is incomplete without its beginning, or with a gap, as a partial restore leaves it', () => {
    for (const [events, reason] of [
      [history.slice(1), 'its events before revision 1 are gone.'],
      [history.filter((_, i) => i !== 2), 'some of its events up to revision 3 are gone.'],
    ] as const) {
      const { whole, errors } = read(events);
      expect(errors).toEqual([new StreamIncomplete(stream, reason)]);
      expect(() => whole.get(stream)).toThrow(StreamIncomplete);
      expect(whole.size).toBe(0);
    }
  });
});

it('remembers a hundred incomplete streams at most, and what was found first', () => {
  const streams = incompleteStreams();
  for (let i = 0; i < 200; i++) streams.note(`test-${i}`, 'it was deleted.');
  streams.note('test-3', 'its events before revision 1 are gone.');
  expect(streams.sentences()).toHaveLength(100);
  expect(streams.sentences()[3]).toBe('The stream test-3 is incomplete: it was deleted.');
});
