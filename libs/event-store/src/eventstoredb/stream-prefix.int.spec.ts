import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { anAppend, anEvent, aStream } from '../../testing/an';
import { checkOf } from '../../testing/event-store.identity';
import { type StandIn, startEventStoreDbStandIn } from '../../testing/eventstoredb-stand-in';
import { SUITE_KINDS } from '../../testing/store-under-test';
import { LOG_STREAM } from '../check-log';
import type { NewEvent } from '../event-store';
import type { EventStoreDbEventStore } from './eventstoredb-event-store';
import { openEventStoreDb } from './open';

let server: StandIn;
let client: EventStoreDBClient;
const opened: EventStoreDbEventStore[] = [];

beforeEach(async () => {
  server = await startEventStoreDbStandIn();
  client = EventStoreDBClient.connectionString(server.url);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await client.dispose();
  await server.stop();
});

/** A log as a ledger opens it; it has an identity from then on. */
async function open(
  options: { prefix?: string; withoutPrefix?: readonly string[] } = {},
): Promise<EventStoreDbEventStore> {
  const store = await openEventStoreDb({ url: server.url, kinds: SUITE_KINDS, ...options });
  opened.push(store);
  await store.checkWith(checkOf(() => []));
  return store;
}

/** Writes as another service, or an earlier version, does. */
const write = (stream: string, { id, type, data, metadata }: NewEvent = anEvent()) =>
  client.appendToStream(
    stream,
    jsonEvent({ id, type, data: { ...data }, metadata: { ...metadata } }),
  );

const streamsIn = async (store: EventStoreDbEventStore) =>
  (await store.readAll({ after: 0n, limit: 100 })).events.map(({ stream }) => stream);

describe('the prefix of streams', () => {
  it('is at the server, and nowhere else', async () => {
    const store = await open();
    const request = anAppend();
    const { position } = await store.append(request);
    expect((await store.readStream(request.stream))[0]).toMatchObject({
      stream: request.stream,
      position,
    });
    const atServer: unknown[] = [];
    for await (const { event } of client.readStream(`daybook.${request.stream}`)) {
      atServer.push(event?.id);
    }
    expect(atServer).toEqual(request.events.map(({ id }) => id));
    expect(store.identity?.streamPrefix).toBe('daybook.');
  });

  it("keeps other services' streams of the same names from being ours", async () => {
    const store = await open();
    const end = await store.head();
    await write('customer-1');
    await write('other.customer-1');
    expect(await store.head()).toBe(end);
    expect(await store.readStream('customer-1')).toEqual([]);
    expect(await store.append(anAppend({ stream: 'customer-1' }))).toMatchObject({ revision: 0n });
    expect(await streamsIn(store)).toEqual([LOG_STREAM, 'customer-1']);
  });

  it('tells two installations on one server apart', async () => {
    const [one, two] = [await open({ prefix: 'one.' }), await open({ prefix: 'two.' })];
    expect(one.identity?.id).not.toBe(two.identity?.id);
    const stream = aStream();
    await one.append(anAppend({ stream }));
    await two.append(anAppend({ stream }));
    expect(await streamsIn(one)).toEqual([LOG_STREAM, stream]);
    expect(await streamsIn(two)).toEqual([LOG_STREAM, stream]);
    expect((await open({ prefix: 'one.' })).identity).toEqual(one.identity);
  });

  it('is none for ever where a log has begun without one', async () => {
    const [account, purse] = ['test-account', 'purse-1'];
    await write(purse);
    await write(account);
    const old = await open({ withoutPrefix: ['test-operator', account] });
    expect(old.identity?.streamPrefix).toBe('');
    expect(await streamsIn(old)).toEqual([purse, account, LOG_STREAM]);
    await old.append(anAppend({ stream: 'purse-2' }));
    const again = await open({ prefix: 'new.' });
    expect(again.identity).toEqual(old.identity);
    expect(await streamsIn(again)).toEqual([purse, account, LOG_STREAM, 'purse-2']);
  });

  it('is refused where the server would not take it for a part of a name', async () => {
    for (const prefix of ['', 'with-dash.', '$system.', 'x'.repeat(33)]) {
      await expect(open({ prefix })).rejects.toThrow('is not a prefix of streams');
    }
  });
});
