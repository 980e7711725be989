import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { aCommand, jar } from '../testing/jar';
import { decideAndAppendMany } from './decide-and-append';
import { loadStates, newEvents } from './decision';

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

describe('newEvents', () => {
  it('gives an event about a purse to the account of the purse, not to that of the command', () => {
    const of = (accountId: string) => ({ accountId, purseId: `purse of ${accountId}` });
    const command = aCommand({ type: 'Put', coins: 1 }, { stream: 'a' });
    const events = newEvents(command, 0n, [
      { type: 'ReplenishmentReverted', data: of('first') },
      { type: 'ReplenishmentDetected', data: of('second') },
      { type: 'ReplenishmentSeen', data: { purseId: null } },
    ]);
    const { accountId } = command.metadata;
    expect(events.map(({ metadata }) => metadata.accountId)).toEqual([
      'first',
      'second',
      accountId,
    ]);
  });
});
