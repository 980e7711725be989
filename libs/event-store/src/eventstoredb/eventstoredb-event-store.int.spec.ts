import { describeEventStore } from '../../testing/event-store.contract';
import { startEventStoreDbStandIn } from '../../testing/eventstoredb-stand-in';
import { SUITE_KINDS } from '../../testing/store-under-test';
import type { EventStoreDbEventStore } from './eventstoredb-event-store';
import { openEventStoreDb } from './open';

/** A real server is used as it is, old data and all, when its address is given. */
const REAL = process.env.EVENTSTOREDB_URL;

describeEventStore(
  `the event store in EventStoreDB (${REAL ? 'a real server' : 'a stand-in'})`,
  async () => {
    const standIn = REAL ? undefined : await startEventStoreDbStandIn();
    const open = () => openEventStoreDb({ url: REAL ?? standIn?.url ?? '', kinds: SUITE_KINDS });
    const stores: EventStoreDbEventStore[] = [await open(), await open()];
    const [store, other] = stores as [EventStoreDbEventStore, EventStoreDbEventStore];
    return {
      store,
      another: () => other,
      dispose: async () => {
        await Promise.all(stores.map((opened) => opened.close()));
        await standIn?.stop();
      },
    };
  },
);
