import { type DomainEvent, streamName } from '@daybook/domain';
import { type EventStore, type Position, uuid5 } from '@daybook/event-store';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import * as a from '../../../../libs/domain/testing/a';
import { InMemoryEventStore } from '../../../../libs/event-store/testing/in-memory-event-store';
import { copyOf, type TestDatabase, until } from '../../../../test/dependencies';
import { migrate } from '../../../ledger/src/migrate';
import { READ_MODELS } from '../../../ledger/src/operations/read-models';
import { startProjector } from '../../../ledger/src/projections/projector';
import { ledgerDataSource } from '../../../ledger/src/runtime/data-source';
import { validThrough } from './valid-through';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

interface Written {
  readonly stream: string;
  readonly event: DomainEvent;
}

const id = (name: string) => uuid5('00000000-0000-5000-8000-000000000000', name);
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** What happened at a minute; each has a time of its own. */
const customer = (n: number): Written => ({
  stream: streamName('customer', id(`customer ${n}`)),
  event: a.customerCreated({ externalId: `c-${n}`, createdAt: at(n) }),
});
const purse = (n: number): Written => ({
  stream: streamName('purse', id(`purse ${n}`)),
  event: a.purseMinted({
    ...{ customerId: id(`customer ${n}`), address: `0x${String(n).repeat(40)}` },
    mintedAt: at(n),
  }),
});

/** Writes these events, each a minute after the one before; the writer's clock counts as it is behind. */
async function write(
  store: EventStore,
  events: readonly Written[],
  commandId = 'of-a-client',
): Promise<void> {
  for (const { stream, event } of events) {
    const minute = Number(await store.head()) + (commandId === 'of-a-client' ? 0 : 1_000);
    await store.append({
      ...{ stream, expected: 'no-stream' },
      events: [
        {
          ...{ id: id(`${stream} ${commandId}`), type: event.type, data: event.data as never },
          metadata: {
            ...{ schemaVersion: event.type === 'PurseMinted' ? 2 : 1, writtenAt: at(minute) },
            ...{ accountId: a.parties.accountId, actor: 'test', commandId },
          },
        },
      ],
    });
  }
}

async function through(store: EventStore, epochRead = 1): Promise<Position> {
  return validThrough(client, store, epochRead);
}

it('is the last position of what both have, whatever an interrupted adoption put where it was', async () => {
  const [c1, c2, c3, p1, p2, p3] = [
    customer(1),
    customer(2),
    customer(3),
    purse(1),
    purse(2),
    purse(3),
  ];
  const before = new InMemoryEventStore();
  const kept = [c1, p1];
  await write(before, [...kept, c2, p2, c3, p3]);
  const dataSource = await ledgerDataSource(database.url).initialize();
  const projector = startProjector(before, dataSource, READ_MODELS);
  await until(async () => projector.status().position >= (await before.head()));
  await projector.stop();
  await dataSource.destroy();
  expect(await through(before)).toBe(6n);

  const older = new InMemoryEventStore();
  await write(older, kept);
  expect(await through(older)).toBe(2n);
  // Customers come back before purses: the second one, and the last purse, where they were.
  await write(older, [c2, c3, p2], 'adopt-2');
  expect(await through(older)).toBe(2n);
  await write(older, [p3], 'adopt-2');
  expect(await through(older)).toBe(2n);
  // Once the tables have read that epoch, it is evidence like any other.
  expect(await through(older, 2)).toBeGreaterThan(2n);

  const another = new InMemoryEventStore();
  await write(another, [customer(4), purse(4)], 'elsewhere');
  expect(await through(another)).toBe(0n);
});
