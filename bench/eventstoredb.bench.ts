import type { EventStore } from '@daybook/event-store';
import { openEventStoreDb } from '@daybook/event-store';
import {
  EventStoreDBClient,
  type JSONEventType,
  jsonEvent,
  NO_STREAM,
} from '@eventstore/db-client';
import { type Bench, type Figure, type Measurement, median, takeTurns } from './measurement';
import { closedLoop } from './support/closed-loop';
import { startWorker } from './support/processes';
import { anAppend, EVENT_BYTES } from './support/sample-events';

const IN_FLIGHT = [256, 1_024] as const;
/** Target. */
const TARGET_PER_SECOND = 5_000;

/**
 * Appends through the EventStoreDB client to a stand-in with the server's protocol in another process. The
 * limit is the same client without the store. It measures the client on this machine, not a server.
 */
export const eventStoreDb: Measurement = {
  name: 'eventstoredb',
  title: 'Appends through the EventStoreDB client (to a stand-in, not to a server)',

  async run(bench) {
    const standIn = startWorker<string>('eventstoredb-stand-in', null);
    try {
      const url = await standIn.answer;
      const store = await openEventStoreDb({ url, kinds: ['purse'] });
      const client = EventStoreDBClient.connectionString(url);
      const figures: Figure[] = [];
      for (const inFlight of IN_FLIGHT) {
        figures.push(await compare(bench, store, client, inFlight));
      }
      await client.dispose();
      await store.close();
      return figures;
    } finally {
      await standIn.stop();
    }
  },
};

async function compare(
  { settings, progress }: Bench,
  store: EventStore,
  client: EventStoreDBClient,
  inFlight: number,
): Promise<Figure> {
  const { seconds } = settings;
  const name = `single appends, ${inFlight.toLocaleString('en')} in flight`;
  const runs = await takeTurns(settings.rounds, {
    store: () => {
      const step = progress.step(name, seconds, 's');
      return closedLoop(inFlight, seconds, () => appendThroughStore(store), step);
    },
    bare: () => {
      const step = progress.step(`${name}, by the client alone`, seconds, 's');
      return closedLoop(inFlight, seconds, () => appendBare(client), step);
    },
  });
  const p50 = median(runs.store.map((run) => run.p50Ms));
  const p99 = median(runs.store.map((run) => run.p99Ms));
  return {
    name,
    value: median(runs.store.map((run) => run.rate)),
    unit: 'events/s',
    better: 'more',
    limit: {
      value: median(runs.bare.map((run) => run.rate)),
      what: 'the client without the store',
    },
    target: TARGET_PER_SECOND,
    notes: [`p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms; ${EVENT_BYTES} B an event`],
  };
}

async function appendThroughStore(store: EventStore): Promise<number> {
  await store.append(anAppend());
  return 1;
}

async function appendBare(client: EventStoreDBClient): Promise<number> {
  const { stream, events } = anAppend();
  const sent = events.map(({ id, type, data, metadata }) =>
    jsonEvent<JSONEventType>({ id, type, data: { ...data }, metadata: { ...metadata } }),
  );
  await client.appendToStream(stream, sent, { expectedRevision: NO_STREAM });
  return 1;
}
