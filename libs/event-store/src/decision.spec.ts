import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { aCommand, jar } from '../testing/jar';
import { decideAndAppendMany } from './decide-and-append';
import { loadStates } from './decision';

let store: RecordingStore;

class RecordingStore extends InMemoryEventStore {
  readonly asked: (readonly [string, bigint | undefined])[][] = [];

  override readStreams(streams: readonly { stream: string; from?: bigint }[]) {
    this.asked.push(streams.map(({ stream, from }) => [stream, from]));
    return super.readStreams(streams);
  }
}

beforeEach(() => {
  store = new RecordingStore();
});

const put = async (stream: string, ...amounts: number[]) => {
  const commands = amounts.map((coins) => aCommand({ type: 'Put', coins }, { stream }));
  await decideAndAppendMany(store, jar, commands);
  store.asked.length = 0;
};

describe('loadStates', () => {
  it('gives the state of every stream asked for, in one query', async () => {
    await put('a', 1, 2);
    await put('b', 4);
    const states = await loadStates(store, jar, ['a', 'b', 'a', 'missing']);
    expect([...states]).toEqual([
      ['a', { coins: 3 }],
      ['b', { coins: 4 }],
      ['missing', { coins: 0 }],
    ]);
    expect(store.asked).toHaveLength(1);
    expect(store.asked[0]).toHaveLength(3);
  });
});
