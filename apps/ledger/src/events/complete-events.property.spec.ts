import type { json } from '@daybook/contracts';
import fc from 'fast-check';
import { InMemoryEventStore } from '../../../../libs/event-store/testing/in-memory-event-store';
import { type History, histories, write, writeVersion1 } from '../../testing/histories';
import { listEvents, replayEvents } from './event-stream';
import { publicEvents, publicRecords } from './public-events';

describe('events that were stored in version 1', () => {
  const RUNS = { seed: 20261128, numRuns: 15 };
  const content = ({ recordedAt: _, ...event }: json.Event) => event;

  async function stores(history: History) {
    const [old, today] = [new InMemoryEventStore(), new InMemoryEventStore()];
    await writeVersion1(old, history);
    await write(today, history);
    return { old, today };
  }

  async function eventsOf(store: InMemoryEventStore): Promise<readonly json.Event[]> {
    const { events } = await store.readAll({ after: 0n, limit: 10_000 });
    return publicEvents(store, publicRecords(events));
  }

  it('have the same public form as those of today', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { old, today } = await stores(history);
        const wanted = (await eventsOf(today)).map(content);
        expect((await eventsOf(old)).map(content)).toEqual(wanted);
        // The second time comes from the cache.
        expect((await eventsOf(old)).map(content)).toEqual(wanted);
      }),
      RUNS,
    );
  });

  it('are the same in the feed, page by page, and in Replay', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 200 }), async (history, limit) => {
        const { old, today } = await stores(history);
        const wanted = (await eventsOf(today)).map(content);
        const accountId = (await today.readAll({ after: 0n, limit: 1 })).events[0]?.metadata
          .accountId as string;
        const feed: json.Event[] = [];
        for (let after: string | null = '0'; after !== null; ) {
          const page = await listEvents(old, accountId, { after: BigInt(after), limit });
          feed.push(...page.data);
          after = page.nextCursor;
        }
        expect(feed.map(content)).toEqual(wanted);
        const replayed: json.Event[] = [];
        const { signal } = new AbortController();
        const options = { accountId, query: {}, signal, heartbeatMs: 10_000 };
        for await (const part of replayEvents(old, options)) replayed.push(...part.data);
        expect(replayed.map(content)).toEqual(wanted);
      }),
      { ...RUNS, numRuns: 5 },
    );
  });

  it('cost no read of a stream once they are all of today', async () => {
    const [history] = fc.sample(histories, { seed: RUNS.seed, numRuns: 1 });
    const { today } = await stores(history ?? []);
    const { events } = await today.readAll({ after: 0n, limit: 10_000 });
    today.readStreams = () => Promise.reject(new Error('A stream was read.'));
    expect((await publicEvents(today, publicRecords(events))).length).toBeGreaterThan(0);
  });
});
