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
