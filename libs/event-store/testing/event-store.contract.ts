import {
  APPEND_BYTES_MAX,
  AppendRejected,
  AppendTooLarge,
  ConcurrencyConflict,
  type EventStore,
  type Expected,
  StoreUnavailable,
} from '../src/event-store';
import { anAppend, anEvent, aStream } from './an';
import { describeClaims } from './event-store.claims';
import { describeIdentity } from './event-store.identity';
import { describeModel } from './event-store.model';
import { describeReading } from './event-store.reading';
import { watchOrder } from './order-oracle';
import {
  BEYOND,
  existingStream,
  MANY_APPENDS,
  MANY_STREAMS,
  rejection,
  type StoreUnderTest,
} from './store-under-test';

/**
 * What every event store must do. The log may have older events, of these kinds of streams too, and
 * events of others may be written meanwhile; nothing else writes to `SUITE_KINDS` while it runs.
 */
export function describeEventStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let subject: StoreUnderTest;
    let store: EventStore;

    beforeAll(async () => {
      subject = await create();
      store = subject.store;
    });
    afterAll(() => subject.dispose());

    it('has nothing where nothing was written', async () => {
      const after = await store.head();
      const page = await store.readAll({ after, limit: 10 });
      expect(page).toMatchObject({ events: [], atEnd: true });
      expect(page.end).toBeGreaterThanOrEqual(after);
      expect(await store.readStream(aStream())).toEqual([]);
      expect(await store.readStreams([])).toEqual(new Map());
      expect(await store.appendMany([])).toEqual([]);
    });

    it('says that it can be written without writing', async () => {
      const end = await store.end();
      // No append has ended yet that says so.
      await store.writable();
      expect(await store.end()).toBe(end);
    });

    const existing = () => existingStream(store);

    describe('the expected revision', () => {
      const accepted: [Expected, 'a missing stream' | 'a stream at 1', bigint][] = [
        ['no-stream', 'a missing stream', 0n],
        [1n, 'a stream at 1', 2n],
      ];
      it.each(accepted)('accepts %s on %s', async (expected, place, revision) => {
        const stream = place === 'a missing stream' ? aStream() : await existing();
        const head = await store.head();
        const appended = await store.append(anAppend({ stream, expected }));
        expect(appended).toMatchObject({ revision, outcome: 'appended' });
        expect(appended.position).toBeGreaterThan(head);
        expect(await store.head()).toBe(appended.position);
        const { position } = appended;
        const stored = (await store.readStream(stream)).at(-1);
        expect(stored).toMatchObject({ revision, position });
        expect(await store.lastEvent()).toEqual(stored);
      });

      const refused: [Expected, 'a missing stream' | 'a stream at 1', bigint | 'no-stream'][] = [
        ['no-stream', 'a stream at 1', 1n],
        [0n, 'a missing stream', 'no-stream'],
        [0n, 'a stream at 1', 1n],
        [2n, 'a stream at 1', 1n],
      ];
      it.each(refused)('refuses %s on %s', async (expected, place, actual) => {
        const stream = place === 'a missing stream' ? aStream() : await existing();
        const [head, before] = [await store.head(), await store.readStream(stream)];
        const conflict = await rejection(store.append(anAppend({ stream, expected })));
        expect(conflict).toBeInstanceOf(ConcurrencyConflict);
        expect(conflict).toMatchObject({ stream, expected, actual });
        expect(await store.head()).toBe(head);
        expect(await store.readStream(stream)).toEqual(before);
      });
    });

    describe('many writers at once', () => {
      it('stores one of 20 parallel appends that expect no stream', async () => {
        const stream = aStream();
        const other = subject.another();
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) =>
            (i % 2 ? store : other).append(anAppend({ stream })),
          ),
        );
        const appended = results.filter((r) => r.status === 'fulfilled');
        const conflicts = results.filter((r) => r.status === 'rejected').map((r) => r.reason);
        expect(appended).toHaveLength(1);
        expect(conflicts).toHaveLength(19);
        for (const conflict of conflicts) {
          expect(conflict).toBeInstanceOf(ConcurrencyConflict);
          expect(conflict).toMatchObject({ actual: 0n });
        }
        expect(await store.readStream(stream)).toHaveLength(1);
      });

      it('shows readers every event once and in order while several writers write', async () => {
        const writers = [store, store, subject.another(), subject.another()];
        await watchOrder({ reader: store, writers, appendsEach: 40 });
      });
    });

    describe('a repeated append', () => {
      const first = async (count: number) => {
        const stream = await existing();
        const events = Array.from({ length: count }, () => anEvent());
        const request = { stream, expected: 1n, events };
        return { request, appended: await store.append(request) };
      };

      it('answers with the first revision and position, also after later events', async () => {
        const { request, appended } = await first(3);
        await store.append(anAppend({ stream: request.stream, expected: appended.revision }));
        const head = await store.head();
        expect(await store.append(request)).toEqual({ ...appended, outcome: 'duplicate' });
        expect(await store.head()).toBe(head);
      });

      it('is recognised for the first append of a stream', async () => {
        const request = anAppend();
        const appended = await store.append(request);
        expect(await subject.another().append(request)).toEqual({
          ...appended,
          outcome: 'duplicate',
        });
      });

      it('is recognised when it overtakes the first answer', async () => {
        const request = anAppend();
        const results = await Promise.all([store.append(request), store.append(request)]);
        expect(results.map((r) => r.outcome)).toEqual(['appended', 'duplicate']);
        expect(results[1]).toMatchObject({ position: results[0]?.position, revision: 0n });
      });

      it.each([0, 1, 2])('is a conflict when event %i of 3 has another id', async (changed) => {
        const { request } = await first(3);
        const events = request.events.map((e, i) => (i === changed ? anEvent() : e));
        const conflict = await rejection(store.append({ ...request, events }));
        expect(conflict).toBeInstanceOf(ConcurrencyConflict);
        expect(conflict).toMatchObject({ expected: 1n, actual: 4n });
      });

      it('is a conflict when only its beginning is stored', async () => {
        const { request } = await first(2);
        const events = [...request.events, anEvent()];
        expect(await rejection(store.append({ ...request, events }))).toMatchObject({ actual: 3n });
      });

      it('is the first events of a longer append, when their ids are the same', async () => {
        const { request } = await first(2);
        const shorter = { ...request, events: request.events.slice(0, 1) };
        const position = (await store.readStream(request.stream)).at(-2)?.position;
        expect(await store.append(shorter)).toEqual({
          revision: 2n,
          position,
          outcome: 'duplicate',
        });
      });

      it('is another append at another revision', async () => {
        const { request, appended } = await first(1);
        const later = { ...request, expected: appended.revision };
        expect(await store.append(later)).toMatchObject({ outcome: 'appended', revision: 3n });
      });
    });

    describe('appending many', () => {
      it('returns one result per append, in order', async () => {
        const repeated = anAppend();
        await store.append(repeated);
        const taken = await existing();
        const head = await store.head();
        const results = await store.appendMany([
          anAppend(),
          repeated,
          anAppend({ stream: taken }),
          anAppend({ events: [] }),
          anAppend({ events: [anEvent(), anEvent()] }),
          anAppend({ stream: taken, expected: 1n }),
        ]);
        expect(results.map((r) => ('code' in r ? r.code : r.outcome))).toEqual([
          'appended',
          'duplicate',
          'concurrency-conflict',
          'append-rejected',
          'appended',
          'appended',
        ]);
        const positions = results.flatMap((r) =>
          'code' in r || r.outcome === 'duplicate' ? [] : r.position,
        );
        expect(new Set(positions).size).toBe(3);
        const { events } = await store.readAll({ after: head, limit: 10 });
        expect(events).toHaveLength(4);
        expect(events.map((event) => event.position)).toEqual(expect.arrayContaining(positions));
      });

      it('keeps the order of many appends to one stream', async () => {
        const stream = aStream();
        const requests = Array.from({ length: 40 }, (_, i) =>
          anAppend({
            stream,
            expected: i === 0 ? 'no-stream' : BigInt(i - 1),
            events: [anEvent({ data: { i } })],
          }),
        );
        const results = await store.appendMany(requests);
        expect(results.map((r) => ('code' in r ? r.code : r.revision))).toEqual(
          requests.map((_, i) => BigInt(i)),
        );
        const stored = await store.readStream(stream);
        expect(stored.map((e) => e.data.i)).toEqual(requests.map((_, i) => i));
      });

      it('stores more than it has in flight, and reads more streams than in one query', async () => {
        const requests = Array.from({ length: MANY_APPENDS }, () => anAppend());
        const results = await store.appendMany(requests);
        expect(results.filter((r) => 'outcome' in r && r.outcome === 'appended')).toHaveLength(
          MANY_APPENDS,
        );
        const streams = await store.readStreams(requests.slice(0, MANY_STREAMS));
        expect(streams.size).toBe(MANY_STREAMS);
      });
    });

    describe('an append that cannot be stored', () => {
      const note = (bytes: number) => 'x'.repeat(bytes);
      const sized = (bytes: number) => {
        const empty = anEvent({ data: { note: '' } });
        const overhead =
          2 * empty.type.length +
          JSON.stringify(empty.data).length +
          JSON.stringify(empty.metadata).length;
        return { ...empty, data: { note: note(bytes - overhead) } };
      };

      it('may have 1 MiB', async () => {
        const request = anAppend({ events: [sized(APPEND_BYTES_MAX)] });
        expect(await store.append(request)).toMatchObject({ outcome: 'appended' });
        const [stored] = await store.readStream(request.stream);
        expect(stored?.data).toEqual(request.events[0]?.data);
      });

      it('may not have a byte more, whatever the characters take', async () => {
        const request = anAppend({ events: [sized(APPEND_BYTES_MAX - 1), anEvent()] });
        expect(await rejection(store.append(request))).toBeInstanceOf(AppendTooLarge);
        const wide = anAppend({
          events: [anEvent({ data: { note: '€'.repeat(APPEND_BYTES_MAX / 3) } })],
        });
        expect(await rejection(store.append(wide))).toBeInstanceOf(AppendTooLarge);
        expect(await store.readStreams([request, wide])).toEqual(new Map());
      });

      it.each([
        ['no events', { events: [] }],
        ['a NUL in the stream', { stream: 'purse-\0' }],
        ['no stream name', { stream: '' }],
        ['a stream name of 256 bytes', { stream: 'é'.repeat(128) }],
        ['a NUL in the type', { events: [anEvent({ type: 'Mint\0ed' })] }],
        ['an id that is no UUID', { events: [anEvent({ id: 'first' })] }],
        ['data that is not JSON', { events: [anEvent({ data: { amount: 1n } as never })] }],
        ['a revision below 0', { expected: -1n }],
      ])('is rejected for %s, alone', async (_, fault) => {
        const healthy = [anAppend(), anAppend()] as const;
        const results = await store.appendMany([healthy[0], anAppend(fault), healthy[1]]);
        expect(results[0]).toMatchObject({ outcome: 'appended' });
        expect(results[1]).toBeInstanceOf(AppendRejected);
        expect(results[2]).toMatchObject({ outcome: 'appended' });
      });
    });

    describeClaims(() => subject);
    describeReading(() => subject);
    describeIdentity(() => subject);
    describeModel(() => store);

    it('finishes what it accepted, then closes and refuses more', async () => {
      const other = (await create()) satisfies StoreUnderTest;
      const accepted = Array.from({ length: 300 }, () => other.store.append(anAppend()));
      const waiting = other.store.waitForGrowth(BEYOND, 60_000, new AbortController().signal);
      await Promise.all([other.store.close(), other.store.close()]);
      expect((await Promise.all(accepted)).map((r) => r.outcome)).toEqual(
        Array(300).fill('appended'),
      );
      await waiting;
      expect(await rejection(other.store.append(anAppend()))).toBeInstanceOf(StoreUnavailable);
      await other.dispose();
    });
  });
}
