import { anAppend } from './an';
import { describeEventStore } from './event-store.contract';
import { InMemoryEventStore } from './in-memory-event-store';

describeEventStore('the event store in memory', async () => {
  const store = new InMemoryEventStore();
  return { store, another: () => store, dispose: () => store.close() };
});

it('appends more in one call than are started at once, and answers in order', async () => {
  const store = new InMemoryEventStore();
  const requests = Array.from({ length: 5_000 }, () => anAppend());
  const results = await store.appendMany(requests);
  const streams = await store.readStreams(requests);
  expect(results).toMatchObject(
    requests.map(({ stream }) => {
      return { outcome: 'appended', position: streams.get(stream)?.[0]?.position };
    }),
  );
  await store.close();
});

it('goes on refusing at once when an append that no engine would take is refused meanwhile', async () => {
  const store = new InMemoryEventStore();
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const append = async (parts = {}) => {
    const [result] = await store.appendMany([anAppend(parts)]);
    return result instanceof Error ? result.message : result?.outcome;
  };
  try {
    // The fourth opens the breaker, and the fifth is tried all the same.
    for (let failed = 0; failed < 5; failed++) {
      store.faults.push('unreachable');
      now += 3_000;
      expect(await append()).toBe('The store is not reached.');
    }
    expect(await append()).toMatch('have failed for');
    expect(await append({ events: [] })).toMatch('it has no events.');
    expect(await append()).toMatch('have failed for');
  } finally {
    jest.restoreAllMocks();
    await store.close();
  }
});
