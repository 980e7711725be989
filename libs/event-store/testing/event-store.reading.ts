import { randomUUID } from 'node:crypto';
import { type EventStore, READ_ALL_LIMIT_MAX, type RecordedEvent, START } from '../src/event-store';
import { anAppend, anEvent, aStream } from './an';
import {
  existingStream,
  MANY_APPENDS,
  MANY_STREAMS,
  type StoreUnderTest,
} from './store-under-test';

/** A plain object, whatever class a store reads its events as. */
function allOf(event: RecordedEvent) {
  const { id, type, data, metadata, schemaVersion, fingerprint, writtenAt } = event;
  const { stream, revision, position, recordedAt } = event;
  return {
    ...{ id, type, data, metadata, schemaVersion, fingerprint, writtenAt },
    ...{ stream, revision, position, recordedAt },
  };
}

/** The part of the contract about readers: what comes back, in which order, and when. */
export function describeReading(subject: () => StoreUnderTest): void {
  let store: EventStore;
  const existing = () => existingStream(store);

  beforeAll(() => {
    store = subject().store;
  });

  describe('reading', () => {
    it('gives back what was appended', async () => {
      const stream = `purse-Größe "\\'{}, 東京 🪙-${aStream()}`;
      const writtenAt = '2026-01-31T12:00:00.123Z';
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
            writtenAt,
            correlationId: 'c',
            causationId: 'd',
            traceparent: '00-1-2-01',
            reason: 'says "schemaVersion":9,"fingerprint":"x"',
          },
        }),
        anEvent({ data: {}, metadata: { reason: 'says "fingerprint":"x","writtenAt":"x"' } }),
      ];
      const after = await store.head();
      const { position } = await store.append({ stream, expected: 'no-stream', events });
      const stored = await store.readStream(stream);
      const recordedAt = expect.any(String);
      const first = stored[0]?.position;
      const place = { stream, recordedAt, schemaVersion: 1 };
      expect(stored.map(allOf)).toEqual([
        { ...events[0], ...place, fingerprint: 'abc', writtenAt, revision: 0n, position: first },
        {
          ...{ ...events[1], ...place, fingerprint: undefined, writtenAt: undefined },
          ...{ revision: 1n, position },
        },
      ]);
      expect(first).toBeGreaterThan(after);
      expect(first).toBeLessThan(position);
      const { events: read } = await store.readAll({ after, limit: 2 });
      expect(read.map(allOf)).toEqual(stored.map(allOf));
    });

    it('tells when it was recorded, and time never runs backwards', async () => {
      const before = Date.now() - 1_000;
      const after = await store.head();
      await store.appendMany(Array.from({ length: 30 }, () => anAppend()));
      const times = (await store.readAll({ after, limit: 30 })).events.map((e) => e.recordedAt);
      expect(times).toHaveLength(30);
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
      const reads = Array.from({ length: MANY_STREAMS }, async (_, i) => {
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
        const { events, end, atEnd } = await store.readAll({ after: position, limit: 10 });
        if (events.length > 0) pages.push(events.length);
        for (const event of events) {
          expect(event.position).toBeGreaterThan(position);
          position = event.position;
          seen.push(event.id);
        }
        expect(end).toBeGreaterThanOrEqual(position);
        if (atEnd) break;
        position = end;
      }
      expect(pages).toEqual([10, 10, 5]);
      expect(position).toBe(await store.head());
      expect(new Set(seen)).toEqual(new Set(sent.map((append) => append.events[0]?.id)));
      expect(seen).toHaveLength(25);
    });

    it('gives only the wanted kinds of streams, in order, to the end of the log', async () => {
      const after = await store.head();
      const streams = ['purse-1', 'replenishment-1', 'customer-1', 'purses-1', 'purse-2'].map(
        (name) => `${name}-${randomUUID()}`,
      );
      const positions: bigint[] = [];
      for (const stream of streams)
        positions.push((await store.append(anAppend({ stream }))).position);
      const kinds = ['purse', 'customer'];
      const page = await store.readAll({ after, limit: 10, kinds });
      const wanted = [0, 2, 4];
      expect(page.events.map((event) => event.stream)).toEqual(wanted.map((i) => streams[i]));
      expect(page.events.map((event) => event.position)).toEqual(wanted.map((i) => positions[i]));
      expect(page.atEnd).toBe(true);
      const first = await store.readAll({ after, limit: 2, kinds });
      expect(first).toMatchObject({ events: page.events.slice(0, 2), atEnd: false });
      expect(first.end).toBeGreaterThanOrEqual(positions[2] ?? 0n);
      expect(first.end).toBeLessThan(positions[4] ?? 0n);
      const second = await store.readAll({ after: first.end, limit: 2, kinds });
      expect(second.events).toEqual(page.events.slice(2));
      const none = await store.readAll({ after, limit: 10, kinds: [] });
      expect(none).toMatchObject({ events: [], atEnd: true });
    });

    it('never passes over a wanted event, wherever a page ends', async () => {
      const after = await store.head();
      const streams = Array.from({ length: 12 }, (_, i) =>
        i % 4 === 0 ? `customer-${randomUUID()}` : `purse-${randomUUID()}`,
      );
      for (const stream of streams) await store.append(anAppend({ stream }));
      for (const kinds of [['customer'], ['purse'], undefined]) {
        const seen: string[] = [];
        let from = after;
        for (let atEnd = false; !atEnd; ) {
          const page = await store.readAll({ after: from, limit: 2, ...(kinds && { kinds }) });
          seen.push(...page.events.map((event) => event.stream));
          expect(page.end).toBeGreaterThanOrEqual(page.events.at(-1)?.position ?? from);
          ({ end: from, atEnd } = page);
        }
        const isWanted = (stream: string) => kinds?.includes(stream.split('-')[0] ?? '') ?? true;
        expect(seen).toEqual(streams.filter(isWanted));
      }
    });

    it('limits a page whatever is asked', async () => {
      const page = await store.readAll({ after: START, limit: READ_ALL_LIMIT_MAX * 10 });
      expect(page.events.length).toBeLessThanOrEqual(READ_ALL_LIMIT_MAX);
      // There are more; a page that took its time has fewer, but says that it is not the end.
      if (page.atEnd) expect(page.events.length).toBeGreaterThan(MANY_APPENDS);
      else expect(page.end).toBeGreaterThan(START);
    });
  });

  describe('waiting for growth', () => {
    const never = new AbortController().signal;
    const elapsed = async (waiting: Promise<unknown>): Promise<number> => {
      const start = performance.now();
      await waiting;
      return performance.now() - start;
    };

    it('ends when another writer appends', async () => {
      const head = await store.head();
      const waiting = elapsed(store.waitForGrowth(head, 10_000, never));
      await subject().another().append(anAppend());
      expect(await waiting).toBeLessThan(5_000);
      expect(await store.head()).toBeGreaterThan(head);
    });

    it('ends at once when the log has grown already', async () => {
      const head = await store.head();
      await store.append(anAppend());
      expect(await elapsed(store.waitForGrowth(head, 10_000, never))).toBeLessThan(2_000);
    });

    it('ends after the time-out', async () => {
      const head = await store.head();
      const begun = performance.now();
      await store.waitForGrowth(head, 60, never);
      expect(performance.now() - begun).toBeGreaterThanOrEqual(50);
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
}
