import { describeEventStore } from './event-store.contract';
import { InMemoryEventStore } from './in-memory-event-store';

describeEventStore('the event store in memory', async () => {
  const store = new InMemoryEventStore();
  return { store, another: () => store, dispose: () => store.close() };
});
