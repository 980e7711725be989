import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { freePort, until } from '../../../../test/dependencies';
import { anAppend, anEvent, aStream } from '../../testing/an';
import {
  type AppendFault,
  type ReadFault,
  type StandIn,
  startEventStoreDbStandIn,
} from '../../testing/eventstoredb-stand-in';
import { InMemoryCheckpoints } from '../../testing/in-memory-checkpoints';
import { aCommand, jar } from '../../testing/jar';
import { rejection, SUITE_KINDS } from '../../testing/store-under-test';
import { decideAndAppend } from '../decide-and-append';
import { type AppendResult, OutcomeUnknown, START, StoreUnavailable } from '../event-store';
import { follow } from '../follow';
import { appendWithRetry } from '../retry';
import type { EventStoreDbEventStore } from './eventstoredb-event-store';
import { openEventStoreDb } from './open';
import { SEARCH_WINDOW } from './reads';

let standIn: StandIn;
let store: EventStoreDbEventStore;

beforeEach(async () => {
  standIn = await startEventStoreDbStandIn();
  store = await openEventStoreDb({ url: standIn.url, kinds: SUITE_KINDS });
});
afterEach(async () => {
  standIn.mute(false);
  await store.close();
  await standIn.stop();
});

const outcomeOf = (result: AppendResult | undefined) =>
  result && 'outcome' in result ? result.outcome : result?.code;

describe('an append during a fault', () => {
  const faults: [AppendFault, string, 'appended' | 'duplicate'][] = [
    ['busy', 'store-unavailable', 'appended'],
    ['not-ready', 'store-unavailable', 'appended'],
    ['timeout', 'outcome-unknown', 'appended'],
    ['not-leader', 'outcome-unknown', 'appended'],
    ['unavailable', 'outcome-unknown', 'appended'],
    ['request-lost', 'outcome-unknown', 'appended'],
    ['answer-lost', 'outcome-unknown', 'duplicate'],
    ['silent', 'outcome-unknown', 'appended'],
    ['silent-after', 'outcome-unknown', 'duplicate'],
  ];
  it.each(faults)('(%s) is %s, and its repeat is %s', async (fault, code, outcome) => {
    await store.append(anAppend());
    const request = anAppend({ events: [anEvent(), anEvent()] });
    standIn.fail(fault);
    expect(await rejection(store.append(request))).toMatchObject({ code });
    const [repeat] = await appendWithRetry(store, [request]);
    expect(repeat).toMatchObject({ revision: 1n, outcome, position: await store.head() });
    expect(await store.readStream(request.stream)).toHaveLength(2);
  });

  it.each(['slow', 'answered-twice'] as const)('(%s) is stored once', async (fault) => {
    standIn.fail(fault);
    const request = anAppend();
    expect(await store.append(request)).toMatchObject({ outcome: 'appended' });
    // Had the second answer ended the call, this would not be answered.
    expect(await store.append(anAppend())).toMatchObject({ outcome: 'appended' });
    expect(await store.readStream(request.stream)).toHaveLength(1);
  });

  it('(several at once) has one effect each when the command is repeated until it is answered', async () => {
    const order: (AppendFault | undefined)[] = [
      'busy',
      undefined,
      'answer-lost',
      'not-leader',
      undefined,
      'request-lost',
      'unavailable',
      'timeout',
    ];
    const stream = aStream();
    const commands = Array.from({ length: 32 }, (_, i) =>
      aCommand({ type: 'Put', coins: 1 }, { stream: i % 2 ? stream : `${stream}-${i}` }),
    );
    const run = (command: (typeof commands)[number]) =>
      decideAndAppend(store, { ...command, decider: jar });
    for (const [i, command] of commands.entries()) {
      const fault = order[i % order.length];
      if (fault) standIn.fail(fault);
      await run(command);
    }
    for (const command of commands) expect((await run(command)).outcome).toBe('replayed');
    const names = [...new Set(commands.map((command) => command.stream))];
    const streams = await store.readStreams(names.map((name) => ({ stream: name })));
    expect([...streams.values()].flat()).toHaveLength(32);
  });

  it('is refused or unknown while the server is away, and stored once when it is back', async () => {
    await standIn.halt();
    const request = anAppend();
    const failure = await rejection(store.append(request));
    expect([OutcomeUnknown, StoreUnavailable]).toContain((failure as Error).constructor);
    const patient = appendWithRetry(store, [request]);
    await standIn.start();
    expect(outcomeOf((await patient)[0])).toBe('appended');
    expect(await store.readStream(request.stream)).toHaveLength(1);
  });

  it('does not fail other appends of the same process', async () => {
    const requests = Array.from({ length: 100 }, () => anAppend());
    const faults: AppendFault[] = ['answer-lost', 'busy', 'unavailable', 'request-lost', 'timeout'];
    for (const fault of faults) standIn.fail(fault, 4);
    const results = await appendWithRetry(store, requests);
    for (const result of results) expect(['appended', 'duplicate']).toContain(outcomeOf(result));
    for (const [, events] of await store.readStreams(requests)) expect(events).toHaveLength(1);
  });
});

describe('a read during a fault', () => {
  it.each(['read-unavailable', 'read-breaks', 'read-silent'] as ReadFault[])(
    '(%s) says that the store is unavailable, and works again',
    async (fault) => {
      const stream = aStream();
      const events = Array.from({ length: 10 }, () => anEvent());
      const after = await store.head();
      await store.append(anAppend({ stream, events }));
      standIn.fail(fault);
      expect(await rejection(store.readStream(stream))).toBeInstanceOf(StoreUnavailable);
      expect(await store.readStream(stream)).toHaveLength(10);
      standIn.fail(fault);
      expect(await rejection(store.readAll({ after, limit: 10 }))).toBeInstanceOf(StoreUnavailable);
      expect((await store.readAll({ after, limit: 10 })).events).toHaveLength(10);
    },
  );

  it('comes from the leader when something is decided by it', async () => {
    const request = anAppend();
    const { position } = await store.append(request);
    // Only a read that requires the leader is refused by a follower, so each must use up one refusal.
    standIn.fail('read-not-leader', 2);
    const refused = await rejection(store.head());
    expect(refused).toBeInstanceOf(StoreUnavailable);
    standIn.fail('read-not-leader');
    expect(await store.head()).toBe(position);
    standIn.fail('read-not-leader', 2);
    expect(await rejection(store.readStream(request.stream))).toBeInstanceOf(StoreUnavailable);
    standIn.fail('read-not-leader');
    expect(await store.readStream(request.stream)).toHaveLength(1);
  });

  it('skips events of other kinds, and reports how far it has read', async () => {
    const after = await store.head();
    await store.appendMany(Array.from({ length: SEARCH_WINDOW + 100 }, () => anAppend()));
    const { position } = await store.append(anAppend({ stream: `purse-${aStream()}` }));
    const page = await store.readAll({ after, limit: 10, kinds: ['purse'] });
    expect(page.events.map((event) => event.position)).toEqual([position]);
    const nothing = await store.readAll({ after, limit: 10, kinds: ['customer'] });
    expect(nothing).toMatchObject({ events: [], atEnd: true });
    expect(nothing.end).toBeGreaterThan(after);
    expect(nothing.end).toBeLessThanOrEqual(position);
    const rest = await store.readAll({ after: nothing.end, limit: 10, kinds: ['purse'] });
    expect(rest.events.map((event) => event.position)).toEqual([position]);
  });
});

describe('the subscription', () => {
  const never = new AbortController().signal;

  /** Resolves when `happens` has led to a new subscription. */
  async function subscribes(happens: () => unknown): Promise<void> {
    const before = standIn.subscriptions();
    await happens();
    await until(() => standIn.subscriptions() > before);
  }

  const subscribed = () => subscribes(() => void store.waitForGrowth(2n ** 62n, 60_000, never));

  /** Another process, so this one hears of what is written only from the server. */
  async function growsFor(another: EventStoreDbEventStore): Promise<number> {
    const start = performance.now();
    const grown = store.waitForGrowth(await store.head(), 20_000, never);
    await another.append(anAppend());
    await grown;
    return performance.now() - start;
  }

  it.each([
    ['its connection is dropped', async () => standIn.dropConnections()],
    ['the server restarts', () => standIn.restart()],
    ['the server restarts twice', () => standIn.restart().then(() => standIn.restart())],
  ])('is made again after %s', async (_, happens) => {
    await subscribed();
    await subscribes(happens);
    const another = await openEventStoreDb({ url: standIn.url, kinds: SUITE_KINDS });
    // Faster than the poll, so the subscription told: one of a few is enough, as the poll may be due.
    const times = [await growsFor(another), await growsFor(another), await growsFor(another)];
    expect(Math.min(...times)).toBeLessThan(500);
    await another.close();
  });

  it('is made again when it says nothing while the log grows; the poll notices meanwhile', async () => {
    await subscribed();
    const another = await openEventStoreDb({ url: standIn.url, kinds: SUITE_KINDS });
    standIn.mute(true);
    await subscribes(async () => expect(await growsFor(another)).toBeLessThan(5_000));
    standIn.mute(false);
    expect(await growsFor(another)).toBeLessThan(5_000);
    await another.close();
  });
});

describe('following', () => {
  it('reads nothing while nothing is written, where the last events are of other kinds', async () => {
    await store.append(anAppend());
    const handled: string[] = [];
    const follower = follow<string[]>({
      ...{ name: 'reader of purses', store, checkpoints: new InMemoryCheckpoints<string>() },
      ...{ limit: 20, kinds: ['purse'] },
      handle: async (events) => void handled.push(...events.map((event) => event.stream)),
    });
    // It has read once before it knew how far the log reaches, and once since.
    const reads = standIn.subscriptions();
    await until(() => standIn.subscriptions() >= reads + 2);
    const settled = standIn.subscriptions();
    await expect(
      until(() => standIn.subscriptions() > settled + 2, { timeoutMs: 500 }),
    ).rejects.toThrow();
    const stream = `purse-${aStream()}`;
    await store.append(anAppend({ stream }));
    await until(() => handled.includes(stream), { timeoutMs: 2_000 });
    await follower.stop();
  });

  it('loses and repeats no event during faults of reads, connections and the server', async () => {
    const checkpoints = new InMemoryCheckpoints<string>();
    const follower = follow<string[]>({
      name: 'reader',
      store,
      checkpoints,
      limit: 20,
      handle: async (events, tx) => void tx.push(...events.map((event) => event.id)),
    });
    const requests: ReturnType<typeof anAppend>[] = [];
    const mishaps = [
      () => standIn.fail('read-breaks', 2),
      () => standIn.dropConnections(),
      () => standIn.fail('read-unavailable', 2),
      () => standIn.restart(),
      () => standIn.fail('answer-lost'),
    ];
    for (let i = 0; i < 2 * mishaps.length; i++) {
      const batch = Array.from({ length: 25 }, () => anAppend());
      requests.push(...batch);
      const appending = appendWithRetry(store, batch);
      await mishaps[i % mishaps.length]?.();
      for (const result of await appending) expect(result).toHaveProperty('outcome');
    }
    expect(await follower.waitFor(await store.head(), 30_000)).toBe(true);
    await follower.stop();
    expect(checkpoints.rows).toHaveLength(requests.length);
    expect(new Set(checkpoints.rows)).toEqual(
      new Set(requests.map((request) => request.events[0]?.id)),
    );
  });
});

describe('a server that is killed', () => {
  const ROOT = join(__dirname, '../../../..');
  let folder: string;
  let server: ChildProcess | undefined;
  let port: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-stand-in-'));
    port = await freePort();
  });
  afterEach(() => {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** The stand-in as a process of its own, with its log on the disk. */
  async function start(): Promise<void> {
    const register = join(ROOT, 'test/register.cjs');
    const main = join(ROOT, 'libs/event-store/testing/eventstoredb-stand-in/main.ts');
    const args = ['-r', register, main, String(port), join(folder, 'log')];
    server = surviveErrors(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
    await once(server.stdout as NonNullable<typeof server.stdout>, 'data');
  }

  async function kill(): Promise<void> {
    const gone = once(server as ChildProcess, 'exit');
    server?.kill('SIGKILL');
    await gone;
  }

  it('has each append once, whether it was stored before or after the kill', async () => {
    await start();
    const url = `esdb://127.0.0.1:${port}?tls=false`;
    const other = await openEventStoreDb({ url, kinds: SUITE_KINDS });
    const outcomes = new Set<string | undefined>();
    // The first kill meets an empty log, the second one what came back from the disk.
    for (let round = 0; round < 2; round++) {
      const requests = Array.from({ length: 200 }, () => anAppend());
      const appending = appendWithRetry(other, requests);
      await until(async () => (await other.readStream(requests[50]?.stream ?? '')).length > 0);
      await kill();
      await start();
      const results = await appending;
      for (const result of results) outcomes.add(outcomeOf(result));
      const streams = await other.readStreams(requests);
      for (const { stream } of requests) expect(streams.get(stream)).toHaveLength(1);
    }
    for (const outcome of outcomes) expect(['appended', 'duplicate']).toContain(outcome);
    const all: string[] = [];
    for (let after = START, atEnd = false; !atEnd; ) {
      const page = await other.readAll({ after, limit: 500 });
      all.push(...page.events.map((event) => event.id));
      ({ end: after, atEnd } = page);
    }
    expect(all).toHaveLength(2 * 200);
    await other.close();
  });
});
