import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ANY,
  type AppendExpectedRevision,
  BACKWARDS,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  type Position,
  STREAM_EXISTS,
  streamNameFilter,
} from '@eventstore/db-client';
import { until } from '../../../../test/dependencies';
import { rejection } from '../store-under-test';
import { type StandIn, startEventStoreDbStandIn } from '.';

// The rules are those of EventStore.Core/Services/Storage/ReaderIndex/IndexWriter.cs, `CheckCommit`,
// and of "Idempotence" in the documentation of appends; the wire is that of Streams.*.cs in
// EventStore.Core/Services/Transport/Grpc, at version 23.10 to 25.0.

let standIn: StandIn;
let client: EventStoreDBClient;

beforeEach(async () => {
  standIn = await startEventStoreDbStandIn();
  client = EventStoreDBClient.connectionString(standIn.url);
});
afterEach(async () => {
  await client.dispose();
  await standIn.stop();
});

const anEvent = (id: string = randomUUID()) =>
  jsonEvent({ id, type: 'Happened', data: { note: 'so' } });
const aStream = () => `test-${randomUUID()}`;
const append = (stream: string, expectedRevision: AppendExpectedRevision, ...ids: string[]) =>
  client.appendToStream(
    stream,
    ids.map((id) => anEvent(id)),
    { expectedRevision },
  );
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(
  (x) => `${x.repeat(8)}-0000-4000-8000-${x.repeat(12)}`,
) as [string, string, string, string];

async function stored(stream: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { event } of client.readStream(stream)) if (event) ids.push(event.id);
  return ids;
}

describe('the stand-in for EventStoreDB', () => {
  it.each<[AppendExpectedRevision, boolean, boolean]>([
    [NO_STREAM, false, true],
    [NO_STREAM, true, false],
    [ANY, false, true],
    [ANY, true, true],
    [STREAM_EXISTS, false, false],
    [STREAM_EXISTS, true, true],
    [0n, true, true],
    [0n, false, false],
    [1n, true, false],
  ])('takes an append at %s when the stream exists (%s): %s', async (expected, exists, taken) => {
    const stream = aStream();
    if (exists) await append(stream, NO_STREAM, A);
    const appending = append(stream, expected, B);
    if (taken) {
      expect(await appending).toMatchObject({ nextExpectedRevision: exists ? 1n : 0n });
    } else {
      const actualVersion = exists ? 0n : 'no_stream';
      expect(await rejection(appending)).toMatchObject({
        type: 'wrong-expected-version',
        actualVersion,
      });
    }
  });

  it('rule 1: finds a repeat at an explicit revision by the stored ids, also after a restart', async () => {
    const stream = aStream();
    const first = await append(stream, NO_STREAM, A, B);
    await append(stream, 1n, C);
    expect(await append(stream, NO_STREAM, A, B)).toEqual(first);
    expect(await append(stream, NO_STREAM, A)).toMatchObject({ nextExpectedRevision: 0n });
    await standIn.restart();
    await rejection(append(aStream(), NO_STREAM, D));
    expect(await append(stream, NO_STREAM, A, B)).toEqual(first);
    expect(await append(stream, 0n, B)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await stored(stream)).toEqual([A, B, C]);
  });

  it('rule 1: refuses what is a repeat in part only', async () => {
    const stream = aStream();
    await append(stream, NO_STREAM, A, B);
    for (const ids of [
      [A, C],
      [C, B],
      [A, B, C],
    ]) {
      expect(await rejection(append(stream, NO_STREAM, ...ids))).toMatchObject({
        actualVersion: 1n,
      });
    }
  });

  it('rule 2: does not look at ids where the stream is as expected', async () => {
    const stream = aStream();
    await append(stream, NO_STREAM, A);
    expect(await append(stream, 0n, A)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await stored(stream)).toEqual([A, A]);
  });

  it('rule 3: remembers the ids of any append in its process only, and only for the first stream', async () => {
    const [stream, other] = [aStream(), aStream()];
    const first = await append(stream, ANY, A);
    expect(await append(stream, ANY, A)).toEqual(first);
    await append(other, ANY, A);
    await append(other, ANY, A);
    expect(await stored(other)).toEqual([A, A]);
    await standIn.restart();
    await rejection(append(aStream(), NO_STREAM, D));
    await append(stream, ANY, A);
    expect(await stored(stream)).toEqual([A, A]);
  });

  it('rule 4: does not answer a repeat of a write that is not committed yet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-stand-in-'));
    const onDisk = await startEventStoreDbStandIn({ file: join(folder, 'log') });
    const one = EventStoreDBClient.connectionString(onDisk.url);
    const stream = aStream();
    const writes = 200;
    const answers: unknown[] = [];
    const note = (answer: unknown) => void answers.push(answer);
    for (let i = 0; i < writes; i++) {
      const expectedRevision = i === 0 ? NO_STREAM : BigInt(i - 1);
      const event = anEvent();
      const send = () => one.appendToStream(stream, event, { expectedRevision });
      const first = send();
      await nextTurn();
      await nextTurn();
      send().then(note, note);
      await first;
    }
    // Which repeats meet the write on its way to the disk is a matter of luck, but not 200 times.
    expect(answers.length).toBeLessThan(writes);
    for (const answer of answers) expect(answer).toHaveProperty('success', true);
    const ids: string[] = [];
    for await (const { event } of one.readStream(stream)) if (event) ids.push(event.id);
    expect(ids).toHaveLength(writes);
    await one.dispose();
    await onDisk.stop();
    rmSync(folder, { recursive: true });
  });

  it('rule 5: takes many new streams at once', async () => {
    const streams = Array.from({ length: 100 }, aStream);
    const results = await Promise.all(
      streams.map((stream) => append(stream, NO_STREAM, randomUUID())),
    );
    expect(new Set(results.map(({ position }) => position?.commit)).size).toBe(100);
  });

  it('refuses more than 1 MiB of data, metadata and type at two bytes a character', async () => {
    const sized = (bytes: number) => {
      const note = 'x'.repeat(bytes - '{"note":""}'.length - 2 * 'Happened'.length);
      return jsonEvent({ type: 'Happened', data: { note } });
    };
    await client.appendToStream(aStream(), sized(1024 * 1024));
    const error = await rejection(client.appendToStream(aStream(), sized(1024 * 1024 + 1)));
    expect(error).toMatchObject({ type: 'maximum-append-size-exceeded' });
  });

  it('has positions that count bytes, its own events between, and never 0 for a user', async () => {
    for (let i = 0; i < 20; i++) await append(aStream(), NO_STREAM, randomUUID());
    const seen: { stream: string; position: bigint }[] = [];
    for await (const { event } of client.readAll()) {
      if (event) seen.push({ stream: event.streamId, position: event.position?.commit ?? -1n });
    }
    expect(seen[0]).toMatchObject({ position: 0n });
    expect(seen[0]?.stream).toMatch(/^\$/);
    expect(seen.filter(({ stream }) => stream.startsWith('$')).length).toBeGreaterThan(2);
    const positions = seen.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => Number(a - b)));
    expect(positions.slice(1).every((p, i) => p - (positions[i] as bigint) > 1n)).toBe(true);
  });

  it('reads from a position on, that one included, and backwards before it', async () => {
    const stream = aStream();
    await append(stream, NO_STREAM, A, B, C);
    const at: Position[] = [];
    for await (const { event } of client.readStream(stream))
      if (event) at.push(event.position as Position);
    const ids = async (direction: 'forwards' | 'backwards') => {
      const found: (string | undefined)[] = [];
      const options = { direction, fromPosition: at[1] as Position, maxCount: 2 };
      for await (const { event } of client.readAll(options)) found.push(event?.id);
      return found;
    };
    expect(await ids('forwards')).toEqual([B, C]);
    expect((await ids(BACKWARDS))[0]).toBe(A);
    const between = { commit: (at[1]?.commit ?? 0n) + 1n, prepare: 0n };
    const broken = (async () => {
      for await (const _ of client.readAll({ fromPosition: between })) break;
    })();
    expect(await rejection(broken)).toMatchObject({ code: 3 });
  });

  it('subscribes after a position, through a filter, with checkpoints, and says when it has caught up', async () => {
    const stream = aStream();
    await append(stream, NO_STREAM, A, B, C);
    let second: Position | undefined;
    for await (const { event } of client.readStream(stream, { fromRevision: 1n, maxCount: 1 })) {
      second = event?.position;
    }
    const seen: string[] = [];
    const checkpoints: bigint[] = [];
    const subscription = client.subscribeToAll({
      fromPosition: second as Position,
      filter: streamNameFilter({
        prefixes: ['test-'],
        maxSearchWindow: 4,
        checkpointReached: async (_, { commit }) => void checkpoints.push(commit),
      }),
    });
    subscription.on('confirmation', () => seen.push('confirmed'));
    subscription.on('caughtUp', () => seen.push('caught up'));
    subscription.on('data', ({ event }) => seen.push(event?.id ?? ''));
    await until(() => seen.includes('caught up'));
    expect(new Set(seen)).toEqual(new Set(['confirmed', C, 'caught up']));
    for (let i = 0; i < 12; i++) await append(`other-${randomUUID()}`, NO_STREAM, randomUUID());
    await append(stream, 2n, D);
    await until(() => seen.includes(D));
    expect(seen).toHaveLength(4);
    expect(checkpoints.length).toBeGreaterThanOrEqual(3);
    await subscription.unsubscribe();
  });

  it('keeps its log in a file, but for what was half written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-stand-in-'));
    const file = join(folder, 'log');
    const stream = aStream();
    for (const [id, lengths] of [
      [A, [A]],
      [B, [A, B]],
      [C, [A, B, C]],
    ] as const) {
      const onDisk = await startEventStoreDbStandIn({ file });
      const one = EventStoreDBClient.connectionString(onDisk.url);
      await one.appendToStream(stream, anEvent(id));
      const ids: (string | undefined)[] = [];
      for await (const { event } of one.readStream(stream)) ids.push(event?.id);
      expect(ids).toEqual(lengths);
      await one.appendToStream('$torn', anEvent(D));
      await one.dispose();
      await onDisk.stop();
      truncateSync(file, statSync(file).size - 5);
    }
    rmSync(folder, { recursive: true });
  });
});
