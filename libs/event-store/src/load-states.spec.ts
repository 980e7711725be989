import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { aCommand, jar, jarCodec } from '../testing/jar';
import { decideAndAppendMany } from './decide-and-append-many';
import { loadStates, StateCache } from './load-states';

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
  await decideAndAppendMany(store, jar, commands, { codec: jarCodec });
  store.asked.length = 0;
};

describe('loadStates', () => {
  it('gives the state of every stream asked for, in one query', async () => {
    await put('a', 1, 2);
    await put('b', 4);
    const states = await loadStates(store, jar, ['a', 'b', 'a', 'missing'], undefined, jarCodec);
    expect([...states]).toEqual([
      ['a', { coins: 3 }],
      ['b', { coins: 4 }],
      ['missing', { coins: 0 }],
    ]);
    expect(store.asked).toHaveLength(1);
    expect(store.asked[0]).toHaveLength(3);
  });

  it('reads only what is new when it has a cache, and never an old state', async () => {
    const cache = new StateCache(10);
    const load = () => loadStates(store, jar, ['a', 'b'], cache, jarCodec);
    await put('a', 1, 2);
    await load();
    await put('a', 10);
    await put('b', 5);
    expect((await load()).get('a')).toEqual({ coins: 13 });
    expect((await load()).get('b')).toEqual({ coins: 5 });
    expect(store.asked).toEqual([
      [
        ['a', 2n],
        ['b', 0n],
      ],
      [
        ['a', 3n],
        ['b', 1n],
      ],
    ]);
  });

  it('forgets the least used when the cache is full, which costs a read only', async () => {
    const cache = new StateCache(1);
    await put('a', 1);
    await put('b', 2);
    const load = () => loadStates(store, jar, ['a', 'b'], cache, jarCodec);
    expect(await load()).toEqual(await load());
    expect(store.asked[1]).toEqual([
      ['a', 0n],
      ['b', 1n],
    ]);
  });

  it('keeps the further of two overlapping reads', () => {
    const cache = new StateCache(10);
    cache.set('a', { state: 'new', revision: 4n, position: 9n });
    cache.set('a', { state: 'old', revision: 3n, position: 8n });
    expect(cache.get('a')).toMatchObject({ state: 'new' });
  });
});
