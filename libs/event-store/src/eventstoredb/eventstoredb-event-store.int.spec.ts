import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { anAppend, anEvent, aStream } from '../../testing/an';
import { describeEventStore } from '../../testing/event-store.contract';
import { startEventStoreDbStandIn } from '../../testing/eventstoredb-stand-in';
import { rejection, SUITE_KINDS } from '../../testing/store-under-test';
import { AppendRejected } from '../event-store';
import type { EventStoreDbEventStore } from './eventstoredb-event-store';
import { openEventStoreDb } from './open';
import { DEFAULT_PREFIX } from './stream-names';

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
      claimsApart: true,
      dispose: async () => {
        await Promise.all(stores.map((opened) => opened.close()));
        await standIn?.stop();
      },
    };
  },
);

describe('metadata in EventStoreDB', () => {
  const traced = { correlationId: 'request', causationId: 'message' };

  async function withServer(
    test: (store: EventStoreDbEventStore, client: EventStoreDBClient) => Promise<void>,
  ): Promise<void> {
    const standIn = REAL ? undefined : await startEventStoreDbStandIn();
    const url = REAL ?? standIn?.url ?? '';
    const store = await openEventStoreDb({ url, kinds: SUITE_KINDS });
    const client = EventStoreDBClient.connectionString(url);
    try {
      await test(store, client);
    } finally {
      await Promise.all([store.close(), client.dispose()]);
      await standIn?.stop();
    }
  }

  it('has correlation and causation under the names that tools of EventStoreDB follow', () =>
    withServer(async (store, client) => {
      const request = anAppend({ events: [anEvent({ metadata: traced }), anEvent()] });
      await store.append(request);
      const stored: unknown[] = [];
      for await (const { event } of client.readStream(DEFAULT_PREFIX + request.stream))
        stored.push(event?.metadata);
      const [first, second] = request.events.map(({ metadata }) => metadata);
      const { correlationId: $correlationId, causationId: $causationId, ...rest } = { ...first };
      expect(stored).toEqual([{ ...rest, $correlationId, $causationId }, second]);
      expect($correlationId).toBe('request');
    }));

  it('is read where earlier versions wrote it under other names', () =>
    withServer(async (store, client) => {
      const [stream, { id, type, data, metadata }] = [aStream(), anEvent({ metadata: traced })];
      const old = jsonEvent({ id, type, data: { ...data }, metadata: { ...metadata } });
      await client.appendToStream(DEFAULT_PREFIX + stream, old);
      expect((await store.readStream(stream))[0]?.metadata).toEqual(metadata);
    }));
});

describe('streams of other kinds in EventStoreDB', () => {
  it('are neither shown nor written', async () => {
    const standIn = await startEventStoreDbStandIn();
    const open = (kinds: string[]) => openEventStoreDb({ url: standIn.url, kinds });
    const [ours, theirs] = [await open(['purse']), await open(['purse', 'order'])];
    const [purse, order] = ['purse-1', 'order-1'];
    await theirs.append(anAppend({ stream: purse }));
    const end = await ours.head();
    const { position } = await theirs.append(anAppend({ stream: order }));
    expect(await ours.head()).toBe(end);
    expect(await ours.end()).toBe(position);
    expect((await ours.readAll({ after: 0n, limit: 10 })).events.map((e) => e.stream)).toEqual([
      purse,
    ]);
    expect(await ours.readAll({ after: 0n, limit: 10, kinds: ['order'] })).toMatchObject({
      events: [],
    });
    expect(await ours.readStreams([{ stream: order }, { stream: '$epoch-information' }])).toEqual(
      new Map(),
    );
    expect(await rejection(ours.append(anAppend({ stream: order })))).toBeInstanceOf(
      AppendRejected,
    );
    expect((await theirs.readAll({ after: 0n, limit: 10 })).events).toHaveLength(2);
    await Promise.all([ours.close(), theirs.close()]);
    await standIn.stop();
  });
});
