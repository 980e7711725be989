import { EventStoreDBClient } from '@eventstore/db-client';
import { checkOf, readerAt } from '../../testing/event-store.identity';
import { startEventStoreDbStandIn } from '../../testing/eventstoredb-stand-in';
import { aCommand, jar } from '../../testing/jar';
import { rejection, SUITE_KINDS } from '../../testing/store-under-test';
import { LOG_STREAM, type ReaderPlace } from '../check-log';
import { claimStream } from '../claims';
import { decideAndAppend, decideAndAppendMany } from '../decide-and-append';
import { type RecordedEvent, StreamIncomplete } from '../event-store';
import type { EventStoreDbEventStore } from './eventstoredb-event-store';
import { openEventStoreDb } from './open';
import { DEFAULT_PREFIX } from './stream-names';

/** A real server is used when its address is given. */
const REAL = process.env.EVENTSTOREDB_URL;

let stop: () => Promise<void>;
let store: EventStoreDbEventStore;
let administrator: EventStoreDBClient;
/** A stream with three events, which the tests damage, and one that nobody touches. */
let stream: string;
let other: string;
let first: ReturnType<typeof put>;

const atServer = () => DEFAULT_PREFIX + stream;

const put = (into?: string, commandId?: string) =>
  aCommand(
    { type: 'Put', coins: 1 },
    { ...(into !== undefined && { stream: into }), ...(commandId !== undefined && { commandId }) },
  );
const decide = (command: ReturnType<typeof put>, likelyNew = false) =>
  decideAndAppend(store, { ...command, decider: jar, likelyNew });

beforeEach(async () => {
  const standIn = REAL ? undefined : await startEventStoreDbStandIn();
  const url = REAL ?? standIn?.url ?? '';
  store = await openEventStoreDb({ url, kinds: [...SUITE_KINDS, 'claim'] });
  administrator = EventStoreDBClient.connectionString(url);
  first = put();
  ({ stream } = first);
  ({ stream: other } = put());
  await decide(first);
  for (const into of [stream, stream, other]) await decide(put(into));
  stop = async () => {
    await Promise.all([store.close(), administrator.dispose()]);
    await standIn?.stop();
  };
});
afterEach(() => stop());

/** All events of the log from a position on. */
async function readFrom(after: bigint): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let from = after; ; ) {
    const page = await store.readAll({ after: from, limit: 100 });
    events.push(...page.events);
    if (page.atEnd) return events;
    from = page.end;
  }
}

const damages: [string, string, () => Promise<unknown>][] = [
  [
    'whose retention keeps one event',
    'its events before revision 2 are gone',
    () => administrator.setStreamMetadata(atServer(), { maxCount: 1 }),
  ],
  [
    'whose retention keeps none',
    'all its events are gone',
    () => administrator.setStreamMetadata(atServer(), { truncateBefore: 3 }),
  ],
  ['that was deleted', 'it was deleted.', () => administrator.deleteStream(atServer())],
  [
    'that was deleted for good',
    'it was deleted for good, with a tombstone',
    () => administrator.tombstoneStream(atServer()),
  ],
];

describe.each(damages)('a stream %s', (_, reason, damage) => {
  let before: bigint;
  beforeEach(async () => {
    before = await store.head();
    await damage();
  });

  it('is incomplete to whoever reads it, and nothing is decided on it', async () => {
    const errors = [
      await rejection(store.readStream(stream)),
      await rejection(decide(put(stream))),
      await rejection(decide(first)),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(StreamIncomplete);
      expect(error).toMatchObject({ stream, code: 'stream-incomplete' });
      expect(String(error)).toContain(reason);
    }
    expect(store.incomplete.sentences().join()).toContain(stream);
    expect(await readFrom(before)).toEqual([]);
  });

  it('is taken for no new one by a command that guesses, and what that appends does not count', async () => {
    const guess = put(stream);
    const error = await rejection(decide(guess, true));
    expect(error).toBeInstanceOf(StreamIncomplete);
    expect(await rejection(decide(guess, true))).toBeInstanceOf(StreamIncomplete);
    await decide(put(other));
    expect((await readFrom(before)).map((event) => event.stream)).toEqual([other]);
  });

  it('keeps no other stream from going on, in the same call either', async () => {
    const commands = [put(other), put(stream), put(), put(stream)];
    const results = await decideAndAppendMany(store, jar, commands);
    expect(results.map((it) => (it instanceof Error ? it.name : it.outcome))).toEqual([
      ...['appended', 'StreamIncomplete', 'appended', 'StreamIncomplete'],
    ]);
    const events = await readFrom(before);
    expect(events.map((event) => event.stream)).toEqual([other, commands[2]?.stream]);
    const all = await store.readStreams([{ stream: other }, { stream }]);
    expect(all.get(other)).toHaveLength(2);
    expect(() => all.get(stream)).toThrow(StreamIncomplete);
  });
});

it('executes no request again whose claim of a key was deleted', async () => {
  const keyed = { ...put(other), claim: { request: 'a', fingerprint: 'a', isNew: false } };
  const execute = () => decideAndAppend(store, { ...keyed, decider: jar });
  expect(await execute()).toMatchObject({ outcome: 'appended' });
  const head = await store.head();
  const claim = claimStream(keyed.commandId);
  await administrator.deleteStream(DEFAULT_PREFIX + claim);
  const error = await rejection(execute());
  expect(error).toBeInstanceOf(StreamIncomplete);
  expect(error).toMatchObject({ stream: claim });
  expect(await readFrom(head)).toEqual([]);
});

it('goes on with a log whose identity was deleted, if its readers know it and have an event of it', async () => {
  await store.checkWith(checkOf(() => []));
  const { identity } = store;
  const [last] = (await store.readStream(other)).slice(-1);
  if (last === undefined) throw new Error('There is no event.');
  const reader = readerAt(store, last);
  await administrator.tombstoneStream(DEFAULT_PREFIX + LOG_STREAM);
  await store.checkWith(checkOf(() => [reader]));
  expect(store.identity).toEqual(identity);
  await decide(put(other));
  expect(store.incomplete.sentences().join()).toContain(LOG_STREAM);
  const unproven = [
    [],
    [{ ...reader, last: null }],
    [{ ...reader, log: { ...reader.log, epoch: 2 } }],
    [reader, { ...reader, log: { id: 'another', epoch: 1 } }],
  ] as ReaderPlace[][];
  for (const readers of unproven) {
    expect(await rejection(store.checkWith(checkOf(() => readers)))).toBeInstanceOf(
      StreamIncomplete,
    );
  }
});

it('says at which revision an append landed behind a deletion', async () => {
  await administrator.deleteStream(atServer());
  await rejection(decide(put(stream), true));
  expect(store.incomplete.sentences()).toEqual([
    expect.stringContaining(
      `${stream} is incomplete: it was deleted, and an append landed behind the deletion, at revision 3; it does not count.`,
    ),
  ]);
});

it('reads events of the server in our streams as what they are', async () => {
  const before = await store.head();
  await administrator.tombstoneStream(atServer());
  await decide(put(other));
  expect((await readFrom(before)).map((event) => event.stream)).toEqual([other]);
  expect(store.incomplete.sentences()).toEqual([
    expect.stringMatching(/was deleted for good, with a tombstone at position \d+\./),
  ]);
});
