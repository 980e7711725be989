import { randomUUID } from 'node:crypto';
import { surviveErrors } from '@daybook/platform/plain';
import * as fc from 'fast-check';
import { Client } from 'pg';
import { anAppend, anEvent, aStream } from '../../testing/an';
import { freshLog, type LogDatabase } from '../../testing/postgres';
import { PostgresEventStore } from './postgres-event-store';

// The role of a service may call `event_store.append` with whatever it likes.

let log: LogDatabase;
let store: PostgresEventStore;
let client: Client;

beforeAll(async () => {
  log = await freshLog();
  store = new PostgresEventStore(log.url);
  client = surviveErrors(new Client({ connectionString: log.url }));
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await store.close();
  await log.drop();
});

/** The arguments of an append of one event to one new stream. */
const ONE = {
  stream: "ARRAY['forged-1']",
  expected: 'ARRAY[-1]::bigint[]',
  count: 'ARRAY[1]',
  id: 'ARRAY[gen_random_uuid()]',
  type: "ARRAY['Happened']",
  data: "ARRAY['{}']",
  metadata: "ARRAY['{}']",
};

function call(argument: Partial<typeof ONE>) {
  return client.query<{ positions: string[] | null }>(
    `SELECT positions FROM event_store.append(${Object.values({ ...ONE, ...argument }).join(', ')})`,
  );
}

/** The log as a list of places, which must be without gaps. */
async function requireGapless(): Promise<void> {
  const [row] = await log.sql(`
    SELECT (SELECT count(*) = coalesce(max(position), 0) FROM event_store.event) AS log,
      NOT EXISTS (SELECT FROM event_store.event GROUP BY stream_id
                  HAVING count(*) <> max(revision) + 1) AS streams`);
  expect(row).toEqual({ log: true, streams: true });
}

describe('event_store.append', () => {
  it.each([
    ['no append', { stream: "'{}'", expected: "'{}'", count: "'{}'" }],
    ['no arrays at all', { stream: 'NULL', expected: 'NULL', count: 'NULL' }],
    ['no count', { count: 'ARRAY[NULL]::integer[]' }],
    ['a count of none', { count: 'ARRAY[0]' }],
    ['a negative count', { count: 'ARRAY[-500]' }],
    ['a larger count than there are events', { count: 'ARRAY[1000]' }],
    [
      'counts that add up to the number',
      { stream: "'{a,b}'", expected: "'{-1,-1}'", count: "'{3,-2}'" },
    ],
    [
      'fewer expectations than streams',
      { stream: "'{a,b}'", id: 'ARRAY[gen_random_uuid(), gen_random_uuid()]' },
    ],
    [
      'more ids than data',
      { count: 'ARRAY[2]', id: 'ARRAY[gen_random_uuid(), gen_random_uuid()]' },
    ],
    [
      'streams that begin at another index',
      { stream: "'[5:5]={s}'", expected: "'[5:5]={-1}'", count: "'[5:5]={1}'" },
    ],
    ['streams in two dimensions', { stream: "'{{s}}'", expected: "'{{-1}}'", count: "'{{1}}'" }],
  ] as const)('refuses %s', async (_, argument) => {
    const head = await store.head();
    await expect(call(argument)).rejects.toThrow('do not fit together');
    expect(await store.head()).toBe(head);
  });

  it.each([
    ['stream', 'ARRAY[NULL]::text[]'],
    ['id', 'ARRAY[NULL]::uuid[]'],
    ['type', 'ARRAY[NULL]::text[]'],
    ['data', 'ARRAY[NULL]::text[]'],
    ['metadata', 'ARRAY[NULL]::text[]'],
  ] as const)('refuses an event without %s', async (name, value) => {
    const head = await store.head();
    await expect(call({ [name]: value })).rejects.toThrow('null value');
    expect(await store.head()).toBe(head);
  });

  it('has no parameter for a place in the log or in a stream', async () => {
    const [row] = await log.sql<{ parameters: string }>(
      `SELECT string_agg(pg_get_function_identity_arguments(oid), ';') AS parameters
       FROM pg_proc WHERE pronamespace = 'event_store'::regnamespace AND proname = 'append'`,
    );
    expect(row?.parameters).toBe(
      'a_stream text[], a_expected bigint[], a_count integer[], e_id uuid[], e_type text[], ' +
        'e_data text[], e_metadata text[], OUT head bigint, OUT revisions bigint[], OUT positions bigint[]',
    );
  });

  it.each([
    ['none', 'ARRAY[NULL]::bigint[]'],
    ['any (-2), as an early version knew it', 'ARRAY[-2]::bigint[]'],
    ['that it exists (-4), as an early version knew it', 'ARRAY[-4]::bigint[]'],
    ['a revision far behind the end', 'ARRAY[1000]::bigint[]'],
  ])('stores nothing on an expectation of %s', async (_, expected) => {
    const stream = aStream();
    await store.append(anAppend({ stream }));
    const head = await store.head();
    const { rows } = await call({ stream: `ARRAY['${stream}']`, expected });
    expect(rows).toEqual([{ positions: ['0'] }]);
    expect(await store.head()).toBe(head);
  });

  it('stores nothing when a stream is named twice', async () => {
    const head = await store.head();
    const twice = {
      stream: "'{twice,twice}'",
      expected: "'{-1,-1}'",
      count: "'{1,1}'",
      id: 'ARRAY[gen_random_uuid(), gen_random_uuid()]',
      type: "'{T,T}'",
      data: "ARRAY['{}','{}']",
      metadata: "ARRAY['{}','{}']",
    };
    await expect(call(twice)).rejects.toThrow('duplicate key');
    expect(await store.head()).toBe(head);
  });

  it('puts appends of several sizes behind the head, with conflicts and repeats between them', async () => {
    const taken = anAppend();
    const repeated = anAppend({ events: [anEvent(), anEvent()] });
    await store.appendMany([taken, repeated]);
    const head = await store.head();
    const results = await store.appendMany([
      anAppend({ events: [anEvent(), anEvent(), anEvent()] }),
      anAppend({ stream: taken.stream }),
      repeated,
      anAppend(),
      anAppend({ stream: taken.stream, expected: 0n, events: [anEvent(), anEvent()] }),
    ]);
    expect(
      results.map((r) => ('outcome' in r ? [r.outcome, r.revision, r.position] : r.code)),
    ).toEqual([
      ['appended', 2n, head + 3n],
      'concurrency-conflict',
      ['duplicate', 1n, head],
      ['appended', 0n, head + 4n],
      ['appended', 2n, head + 6n],
    ]);
    await requireGapless();
  });

  it('leaves no gap after random arguments', async () => {
    const streams = Array.from({ length: 3 }, () => randomUUID());
    const small = fc.integer({ min: -1, max: 2 });
    const appends = fc.array(fc.tuple(fc.constantFrom(...streams), small, small), {
      ...{ minLength: 1, maxLength: 3 },
    });
    const calls = fc.tuple(appends, fc.integer({ min: 1, max: 4 }));
    for (const [lists, events] of fc.sample(calls, 200)) {
      const list = (of: () => unknown) => Array.from({ length: events }, of);
      await client
        .query('SELECT event_store.append($1, $2, $3, $4, $5, $6, $7)', [
          ...[0, 1, 2].map((n) => lists.map((append) => append[n])),
          list(() => randomUUID()),
          ...[1, 2, 3].map(() => list(() => '{}')),
        ])
        .catch((error: { code?: string }) => expect(['22023', '23505']).toContain(error.code));
    }
    expect(await store.head()).toBeGreaterThan(0n);
    await requireGapless();
  });
});
