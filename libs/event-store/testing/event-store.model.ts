import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { AppendResult, EventStore, Expected } from '../src/event-store';
import { anEvent } from './an';

const RUNS = 40;
const STREAMS = ['a', 'b', 'c'] as const;

interface Step {
  readonly stream: (typeof STREAMS)[number];
  /** A number is relative to where the stream stands: 0 is its revision. */
  readonly expected: 'no-stream' | number;
  readonly ids: readonly number[];
}

const step: fc.Arbitrary<Step> = fc.record({
  stream: fc.constantFrom(...STREAMS),
  expected: fc.oneof(
    { weight: 1, arbitrary: fc.constant('no-stream' as const) },
    { weight: 3, arbitrary: fc.integer({ min: -3, max: 1 }) },
  ),
  // A small set of ids, so that repeats and partial repeats are common.
  ids: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
});

/** Compares a store with the simplest thing that could be right: an array a stream and one log. */
export function describeModel(subject: () => EventStore): void {
  it('does what the model does, one at a time or many at once', async () => {
    const history = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(history, async (batches) => {
        await compare(subject(), batches);
      }),
      { numRuns: RUNS },
    );
  });
}

async function compare(store: EventStore, batches: readonly (readonly Step[])[]): Promise<void> {
  const run = randomUUID();
  const idOf = new Map<number, string>();
  const uuid = (n: number): string => {
    const known = idOf.get(n) ?? randomUUID();
    idOf.set(n, known);
    return known;
  };
  const streams = new Map<string, { id: string; position: bigint }[]>();
  const start = await store.head();
  let head = start;

  for (const batch of batches) {
    // Requests of one batch meet streams that are distinct, as their fates would else depend on
    // each other and the model would have to know in which order.
    const distinct = batch.filter((s, i) => batch.findIndex((t) => t.stream === s.stream) === i);
    const requests = distinct.map(({ stream, expected, ids }) => {
      const name = `test-${stream}-${run}`;
      const length = streams.get(name)?.length ?? 0;
      const relative = expected === 'no-stream' ? -1 : length - 1 + expected;
      const absolute: Expected = relative < 0 ? 'no-stream' : BigInt(relative);
      return { stream: name, expected: absolute, events: ids.map((n) => anEvent({ id: uuid(n) })) };
    });
    const results = await store.appendMany(requests);
    const histories = await store.readStreams(requests);
    const appended: bigint[] = [];
    requests.forEach(({ stream, expected, events }, i) => {
      const past = streams.get(stream) ?? [];
      const from = expected === 'no-stream' ? 0 : Number(expected) + 1;
      const result = results[i] as AppendResult;
      if (from === past.length) {
        if ('code' in result) throw result;
        const revision = BigInt(past.length + events.length - 1);
        expect(result).toMatchObject({ outcome: 'appended', revision });
        for (const { id, position } of histories.get(stream)?.slice(past.length) ?? []) {
          past.push({ id, position });
          appended.push(position);
        }
        expect(past.slice(-events.length).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(past.at(-1)?.position).toBe(result.position);
        streams.set(stream, past);
      } else if (events.every((event, j) => past[from + j]?.id === event.id)) {
        const last = from + events.length - 1;
        const { position } = past[last] as { position: bigint };
        expect(result).toEqual({ outcome: 'duplicate', revision: BigInt(last), position });
      } else {
        const actual = past.length === 0 ? 'no-stream' : BigInt(past.length - 1);
        expect(result).toMatchObject({ code: 'concurrency-conflict', actual });
      }
    });
    for (const position of appended.sort((a, b) => Number(a - b))) {
      expect(position).toBeGreaterThan(head);
      head = position;
    }
    expect(await store.head()).toBe(head);
  }

  const log = (await store.readAll({ after: start, limit: 10_000 })).events;
  const inOrder = [...streams].flatMap(([stream, past]) =>
    past.map((event) => ({ ...event, stream })),
  );
  inOrder.sort((a, b) => Number(a.position - b.position));
  expect(log.map(({ id, position, stream }) => ({ id, position, stream }))).toEqual(inOrder);
}
