import { randomUUID } from 'node:crypto';
import {
  APPEND_BYTES_MAX,
  AppendRejected,
  AppendTooLarge,
  ConcurrencyConflict,
  type EventStore,
  type Expected,
  READ_ALL_LIMIT_MAX,
  START,
  StoreUnavailable,
} from '../src/event-store';
import { anAppend, anEvent, aStream } from './an';
import { describeModel } from './event-store.model';
import { watchOrder } from './order-oracle';

/** A log of its own and ways to it. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Another writer on the same log, as a second process would be. */
  another(): EventStore;
  dispose(): Promise<void>;
}

/** What every event store must do. Each store runs this suite on an empty log. */
export function describeEventStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let subject: StoreUnderTest;
    let store: EventStore;

    beforeAll(async () => {
      subject = await create();
      store = subject.store;
    });
    afterAll(() => subject.dispose());

    it('starts empty', async () => {
      expect(await store.head()).toBe(START);
      expect(await store.readAll({ after: START, limit: 10 })).toEqual([]);
      expect(await store.readStream(aStream())).toEqual([]);
      expect(await store.readStreams([])).toEqual(new Map());
      expect(await store.appendMany([])).toEqual([]);
    });

    /** A stream with two events, so its revision is 1. */
    async function existing(): Promise<string> {
      const stream = aStream();
      await store.append({ stream, expected: 'no-stream', events: [anEvent(), anEvent()] });
      return stream;
    }

    describe('what the writer believes', () => {
      const accepted: [Expected, 'a missing stream' | 'a stream at 1', bigint][] = [
        ['any', 'a missing stream', 0n],
        ['any', 'a stream at 1', 2n],
        ['no-stream', 'a missing stream', 0n],
        ['exists', 'a stream at 1', 2n],
        [1n, 'a stream at 1', 2n],
      ];
      it.each(accepted)('accepts %s on %s', async (expected, place, revision) => {
        const stream = place === 'a missing stream' ? aStream() : await existing();
        const head = await store.head();
        const appended = await store.append(anAppend({ stream, expected }));
        expect(appended).toEqual({ revision, position: head + 1n, outcome: 'appended' });
        expect((await store.readStream(stream)).at(-1)).toMatchObject({ revision });
      });

      const refused: [Expected, 'a missing stream' | 'a stream at 1', bigint | 'no-stream'][] = [
        ['no-stream', 'a stream at 1', 1n],
        ['exists', 'a missing stream', 'no-stream'],
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
      it('stores all of 20 parallel appends that expect any', async () => {
        const stream = aStream();
        const appends = Array.from({ length: 20 }, () => anAppend({ stream, expected: 'any' }));
        const results = await Promise.all(appends.map((append) => store.append(append)));
        expect(results.map((r) => r.outcome)).toEqual(Array(20).fill('appended'));
        expect(new Set(results.map((r) => r.revision)).size).toBe(20);
        const stored = await store.readStream(stream);
        expect(new Set(stored.map((e) => e.id))).toEqual(
          new Set(appends.map((append) => append.events[0]?.id)),
        );
      });

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
        await watchOrder({ reader: store, writers, appendsEach: 60 });
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
        const { request, appended } = await first(2);
        const shorter = { ...request, events: request.events.slice(0, 1) };
        expect(await store.append(shorter)).toEqual({
          revision: appended.revision - 1n,
          position: appended.position - 1n,
          outcome: 'duplicate',
        });
      });

      it('is another append at another revision', async () => {
        const { request, appended } = await first(1);
        const later = { ...request, expected: appended.revision };
        expect(await store.append(later)).toMatchObject({ outcome: 'appended', revision: 3n });
      });

      it('is stored again when it expects any', async () => {
        const request = anAppend({ expected: 'any' });
        await store.append(request);
        expect(await store.append(request)).toMatchObject({ outcome: 'appended', revision: 1n });
      });
    });

    describe('appending many', () => {
      it('gives each append its own fate, in order', async () => {
        const repeated = anAppend();
        await store.append(repeated);
        const taken = await existing();
        const results = await store.appendMany([
          anAppend(),
          repeated,
          anAppend({ stream: taken }),
          anAppend({ events: [] }),
          anAppend({ events: [anEvent(), anEvent()] }),
          anAppend({ stream: taken, expected: 'exists' }),
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
        for (const position of positions) {
          const [event] = await store.readAll({ after: position - 1n, limit: 1 });
          expect(event).toMatchObject({ position });
        }
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

      it('stores thousands', async () => {
        const requests = Array.from({ length: 5_000 }, () => anAppend());
        const results = await store.appendMany(requests);
        expect(results.filter((r) => 'outcome' in r && r.outcome === 'appended')).toHaveLength(
          5_000,
        );
        const streams = await store.readStreams(requests);
        expect(streams.size).toBe(5_000);
      });
    });

    describe('an append that cannot be stored', () => {
      const note = (bytes: number) => 'x'.repeat(bytes);
      const sized = (bytes: number) => {
        const empty = anEvent({ data: { note: '' } });
        const overhead =
          empty.type.length +
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

    describe('reading', () => {
      it('gives back what was appended', async () => {
        const stream = `purse-Größe "\\'{}, 東京 🪙-${aStream()}`;
        const events = [
          anEvent({
            type: 'Äußerst "seltsam" {,}',
            data: {
              text: 'tab\t quote" backslash\\ nul\0 emoji🪙 lone\ud800 line\n {a,b} NULL',
              nested: { list: [1, null, true, [], {}, -0.5, 1e21], empty: {} },
              amount:
                '115792089237316195423570985008687907853269984665640564039457584007913129639935',
            },
            metadata: {
              fingerprint: 'abc',
              correlationId: 'c',
              causationId: 'd',
              traceparent: '00-1-2-01',
            },
          }),
          anEvent({ data: {} }),
        ];
        const { position } = await store.append({ stream, expected: 'no-stream', events });
        const stored = await store.readStream(stream);
        expect(stored).toEqual([
          {
            ...events[0],
            stream,
            revision: 0n,
            position: position - 1n,
            recordedAt: expect.any(String),
          },
          { ...events[1], stream, revision: 1n, position, recordedAt: expect.any(String) },
        ]);
        expect(await store.readAll({ after: position - 2n, limit: 2 })).toEqual(stored);
      });

      it('tells when it was recorded, and time never runs backwards', async () => {
        const before = Date.now() - 1_000;
        const after = await store.head();
        await store.appendMany(Array.from({ length: 30 }, () => anAppend()));
        const times = (await store.readAll({ after, limit: 30 })).map((e) => e.recordedAt);
        for (const time of times) {
          expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
          expect(Date.parse(time)).toBeGreaterThan(before);
          expect(Date.parse(time)).toBeLessThan(Date.now() + 1_000);
        }
        expect(times.map(Date.parse)).toEqual(times.map(Date.parse).sort((a, b) => a - b));
      });

      it('reads a stream from a revision on', async () => {
        const stream = await existing();
        const revisions = async (from: bigint) =>
          (await store.readStream(stream, { from })).map((e) => e.revision);
        expect(await revisions(0n)).toEqual([0n, 1n]);
        expect(await revisions(1n)).toEqual([1n]);
        expect(await revisions(2n)).toEqual([]);
      });

      it('reads many streams, each from its own revision, and leaves out the missing', async () => {
        const [a, b, c] = [await existing(), await existing(), await existing()];
        const missing = aStream();
        const streams = await store.readStreams([
          { stream: a },
          { stream: missing },
          { stream: b, from: 1n },
          { stream: c, from: 2n },
        ]);
        expect(new Set(streams.keys())).toEqual(new Set([a, b]));
        expect(streams.get(a)?.map((e) => e.revision)).toEqual([0n, 1n]);
        expect(streams.get(b)?.map((e) => e.revision)).toEqual([1n]);
      });

      it('reads a stream once that is asked for twice, from the lower revision', async () => {
        const stream = await existing();
        for (const froms of [
          [1n, 0n],
          [0n, 1n],
        ]) {
          const streams = await store.readStreams(froms.map((from) => ({ stream, from })));
          expect(streams.get(stream)?.map((e) => e.revision)).toEqual([0n, 1n]);
        }
      });

      it('gives each of many readers at once what they asked for', async () => {
        const streams = [await existing(), await existing(), aStream()] as const;
        const reads = Array.from({ length: 2_000 }, async (_, i) => {
          const [stream, from] = [streams[i % 3] as string, BigInt((i >> 2) % 4)];
          const history = await store.readStream(stream, { from });
          const length = i % 3 === 2 ? 0 : Math.max(0, 2 - Number(from));
          expect(history.map((e) => [e.stream, e.revision])).toEqual(
            Array.from({ length }, (_, j) => [stream, from + BigInt(j)]),
          );
        });
        await Promise.all(reads);
      });

      it('pages through the log without gaps, each page after the last position', async () => {
        const after = await store.head();
        const sent = Array.from({ length: 25 }, () => anAppend());
        await store.appendMany(sent);
        const pages: number[] = [];
        const seen: string[] = [];
        let position = after;
        for (;;) {
          const page = await store.readAll({ after: position, limit: 10 });
          pages.push(page.length);
          for (const event of page) {
            position += 1n;
            expect(event.position).toBe(position);
            seen.push(event.id);
          }
          if (page.length === 0) break;
        }
        expect(pages).toEqual([10, 10, 5, 0]);
        expect(new Set(seen)).toEqual(new Set(sent.map((append) => append.events[0]?.id)));
        expect(position).toBe(await store.head());
      });

      it('gives only the wanted kinds of streams, in order, to the end of the log', async () => {
        const after = await store.head();
        const streams = ['purse-1', 'replenishment-1', 'customer-1', 'purses-1', 'purse-2'].map(
          (name) => `${name}-${randomUUID()}`,
        );
        for (const stream of streams) await store.append(anAppend({ stream }));
        const page = await store.readAll({ after, limit: 10, kinds: ['purse', 'customer'] });
        expect(page.map((event) => event.stream)).toEqual([streams[0], streams[2], streams[4]]);
        expect(page.map((event) => event.position - after)).toEqual([1n, 3n, 5n]);
        const first = await store.readAll({ after, limit: 2, kinds: ['purse', 'customer'] });
        expect(first).toEqual(page.slice(0, 2));
        expect(await store.readAll({ after, limit: 10, kinds: [] })).toEqual([]);
      });

      it('limits a page whatever is asked', async () => {
        const page = await store.readAll({ after: START, limit: READ_ALL_LIMIT_MAX * 10 });
        expect(page.length).toBeLessThanOrEqual(READ_ALL_LIMIT_MAX);
        expect(page.length).toBeGreaterThan(5_000);
      });
    });

    describe('waiting for growth', () => {
      const never = new AbortController().signal;
      const elapsed = async (waiting: Promise<void>): Promise<number> => {
        const start = performance.now();
        await waiting;
        return performance.now() - start;
      };

      it('ends when another writer appends', async () => {
        const head = await store.head();
        const waiting = elapsed(store.waitForGrowth(head, 10_000, never));
        await subject.another().append(anAppend());
        expect(await waiting).toBeLessThan(5_000);
        expect(await store.head()).toBe(head + 1n);
      });

      it('ends at once when the log has grown already', async () => {
        await store.append(anAppend());
        const head = await store.head();
        expect(await elapsed(store.waitForGrowth(head - 1n, 10_000, never))).toBeLessThan(2_000);
      });

      it('ends after the time-out', async () => {
        const waited = await elapsed(store.waitForGrowth(await store.head(), 60, never));
        expect(waited).toBeGreaterThanOrEqual(50);
      });

      it('ends when it is aborted, also before it began', async () => {
        const abort = new AbortController();
        const head = await store.head();
        const waiting = elapsed(store.waitForGrowth(head, 10_000, abort.signal));
        abort.abort();
        expect(await waiting).toBeLessThan(2_000);
        expect(await elapsed(store.waitForGrowth(head, 10_000, abort.signal))).toBeLessThan(2_000);
      });
    });

    describeModel(() => store);

    it('finishes what it accepted, then closes and refuses more', async () => {
      const other = (await create()) satisfies StoreUnderTest;
      const accepted = Array.from({ length: 300 }, () => other.store.append(anAppend()));
      const waiting = other.store.waitForGrowth(1_000_000n, 60_000, new AbortController().signal);
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

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to be refused.');
}
