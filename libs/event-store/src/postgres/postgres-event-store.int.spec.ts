import { describeEventStore } from '../../testing/event-store.contract';
import { freshLog } from '../../testing/postgres';
import { PostgresEventStore } from './postgres-event-store';

describeEventStore('the event store in PostgreSQL, with the rights of a service', async () => {
  const log = await freshLog();
  const stores: PostgresEventStore[] = [];
  const another = () => {
    const store = new PostgresEventStore(log.url);
    stores.push(store);
    return store;
  };
  return {
    store: another(),
    another,
    dispose: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await log.drop();
    },
  };
});
