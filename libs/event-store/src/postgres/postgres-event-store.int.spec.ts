import { Client } from 'pg';
import { freshDatabase } from '../../../../test/dependencies';
import { describeEventStore } from '../../testing/event-store.contract';
import { eventStoreMigrations } from './migrations';
import { PostgresEventStore } from './postgres-event-store';

describeEventStore('the event store in PostgreSQL', async () => {
  const database = await freshDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  for (const Migration of eventStoreMigrations) await new Migration().up(client);
  await client.end();
  const stores: PostgresEventStore[] = [];
  const another = () => {
    const store = new PostgresEventStore(database.url);
    stores.push(store);
    return store;
  };
  return {
    store: another(),
    another,
    dispose: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await database.drop();
    },
  };
});
