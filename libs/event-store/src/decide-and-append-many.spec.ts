import { DomainError } from '@daybook/domain';
import { anEvent } from '../testing/an';
import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { aCommand, COINS_PUT, type JarCommand, jar } from '../testing/jar';
import { decideAndAppendMany } from './decide-and-append';
import { type CommandForStream, IdempotencyKeyReused } from './decision';
import type { AppendRequest, WriteReport } from './event-store';

let store: CountingStore;
const reports: WriteReport[] = [];

/** Counts what reaches the store, as the point of many at once is to ask it few times. */
class CountingStore extends InMemoryEventStore {
  reads = 0;
  readonly appends: number[] = [];
  /** Runs before the next `appendMany`, as another process may. */
  meanwhile: (() => Promise<unknown>) | undefined;

  override readStreams(streams: readonly { stream: string; from?: bigint }[]) {
    this.reads += 1;
    return super.readStreams(streams);
  }

  override async appendMany(requests: readonly AppendRequest[]) {
    this.appends.push(requests.length);
    const { meanwhile } = this;
    this.meanwhile = undefined;
    await meanwhile?.();
    return super.appendMany(requests);
  }
}

beforeEach(() => {
  store = new CountingStore();
  reports.length = 0;
  store.observer = (report) => void reports.push(report);
});

const run = (commands: readonly CommandForStream<JarCommand>[]) =>
  decideAndAppendMany(store, jar, commands);

const put = (coins: number) => ({ type: 'Put', coins }) as const;
const take = (coins: number) => ({ type: 'Take', coins }) as const;
const trim = (coins: number) => ({ type: 'Trim', coins }) as const;
const stream = 'jar-1';

describe('decideAndAppendMany', () => {
  it('asks the store once to read and once to append', async () => {
    const results = await run(Array.from({ length: 500 }, (_, i) => aCommand(put(i + 1))));
    expect(results.map((r) => 'state' in r && r.state.coins)).toEqual(
      Array.from({ length: 500 }, (_, i) => i + 1),
    );
    expect(store.reads).toBe(1);
    expect(store.appends).toEqual([500]);
    expect(await store.head()).toBe(500n);
  });

  it('does nothing for nothing', async () => {
    expect(await run([])).toEqual([]);
    expect(store.reads).toBe(0);
  });

  it('gives each command its own result', async () => {
    const [known, reused] = [aCommand(put(5)), aCommand(put(1), { fingerprint: 'one' })];
    await run([known, reused]);
    const results = await run([
      aCommand(take(1)),
      known,
      aCommand(put(3)),
      aCommand(trim(9)),
      reused,
      aCommand(take(2), { stream: known.stream }),
    ]);
    expect(results[0]).toBeInstanceOf(DomainError);
    expect(results[1]).toMatchObject({ outcome: 'replayed', state: { coins: 5 }, position: 1n });
    expect(results[2]).toMatchObject({ outcome: 'appended', state: { coins: 3 }, revision: 0n });
    expect(results[3]).toMatchObject({ outcome: 'unchanged', revision: -1n });
    expect(results[4]).toBeInstanceOf(IdempotencyKeyReused);
    expect(results[5]).toMatchObject({ outcome: 'appended', state: { coins: 3 }, revision: 1n });
    expect(await store.head()).toBe(4n);
    expect(reports.at(-1)?.outcomes).toEqual({
      appended: 2,
      unchanged: 1,
      replayed: 1,
      refused: 2,
      failed: 0,
    });
  });

  it('decides the commands of one stream in order, each on what the one before left', async () => {
    await run([aCommand(put(1), { stream })]);
    const results = await run([
      aCommand(take(3), { stream }),
      aCommand(put(9), { stream }),
      aCommand(put(2)),
      aCommand(take(3), { stream }),
      aCommand(take(8), { stream }),
      aCommand(trim(7), { stream }),
      aCommand(trim(4), { stream }),
    ]);
    expect(results[0]).toBeInstanceOf(DomainError);
    expect(results[1]).toMatchObject({ state: { coins: 10 }, revision: 1n, position: 6n });
    expect(results[3]).toMatchObject({ state: { coins: 7 }, revision: 2n, position: 6n });
    expect(results[4]).toBeInstanceOf(DomainError);
    expect(results[5]).toMatchObject({ outcome: 'unchanged', revision: 2n, position: 6n });
    expect(results[6]).toMatchObject({ state: { coins: 4 }, revision: 5n, position: 6n });
    expect(store.appends).toEqual([1, 2]);
    const stored = await store.readStream(stream);
    expect(stored.map((e) => e.position)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
  });

  it('reads of streams that are likely new only those that exist, or on which nothing was written', async () => {
    await run([aCommand(put(1), { stream })]);
    store.reads = 0;
    const likely = (commands: CommandForStream<JarCommand>[]) =>
      run(commands.map((command) => ({ ...command, likelyNew: true })));
    const created = await likely([aCommand(put(2)), aCommand(put(3))]);
    expect(created).toMatchObject([{ state: { coins: 2 } }, { state: { coins: 3 } }]);
    expect(store.reads).toBe(0);
    const results = await likely([
      aCommand(put(5), { stream }),
      aCommand(take(6), { stream }),
      aCommand(take(1)),
      aCommand(trim(1)),
      aCommand(put(4)),
    ]);
    expect(results[0]).toMatchObject({ outcome: 'appended', state: { coins: 6 }, revision: 1n });
    expect(results[1]).toMatchObject({ outcome: 'appended', state: { coins: 0 }, revision: 2n });
    expect(results[2]).toBeInstanceOf(DomainError);
    expect(results[3]).toMatchObject({ outcome: 'unchanged', revision: -1n });
    expect(results[4]).toMatchObject({ outcome: 'appended', revision: 0n });
    expect(store.reads).toBe(1);
    expect(reports.at(-1)).toMatchObject({ conflicts: 0 });
  });

  it('takes the same command twice in one call for a repeat', async () => {
    const command = aCommand(put(5), { stream });
    const results = await run([command, aCommand(put(1), { stream }), command]);
    expect(results[0]).toMatchObject({ outcome: 'appended', state: { coins: 5 }, position: 2n });
    expect(results[2]).toEqual({ ...results[0], outcome: 'replayed', position: 1n });
    expect(await store.readStream(stream)).toHaveLength(2);
  });

  it('decides again only what met another writer', async () => {
    const event = anEvent({
      type: COINS_PUT,
      data: { coins: 100 },
      metadata: { schemaVersion: 2 },
    });
    store.meanwhile = () => store.append({ stream, expected: 'no-stream', events: [event] });
    const results = await run([
      aCommand(put(1)),
      aCommand(put(2), { stream }),
      aCommand(take(50), { stream }),
      aCommand(put(3)),
    ]);
    expect(results.map((r) => ('state' in r ? r.state.coins : r.code))).toEqual([1, 102, 52, 3]);
    expect(store.appends).toEqual([3, 1]);
    expect(reports.at(-1)).toMatchObject({ conflicts: 2 });
  });

  it('answers with what its twin in another process stored', async () => {
    const command = aCommand(put(5), { stream });
    store.meanwhile = () => decideAndAppendMany(store, jar, [command]);
    const [result] = await run([command]);
    expect(result).toMatchObject({ outcome: 'replayed', state: { coins: 5 }, position: 1n });
    expect(await store.head()).toBe(1n);
  });

  it('stores each command once when answers and requests are lost', async () => {
    store.faults.push('answer-lost', 'unreachable', 'request-lost', 'answer-lost', 'unreachable');
    const commands = Array.from({ length: 6 }, (_, i) => aCommand(put(i + 1)));
    const results = await run(commands);
    expect(results.map((r) => 'state' in r && r.state.coins)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await store.head()).toBe(6n);
    for (const { stream } of commands) expect(await store.readStream(stream)).toHaveLength(1);
  });

  it('lets a command that cannot be stored fail alone, also among others of its stream', async () => {
    const nul = { ...aCommand(put(1)), stream: 'jar-\0' };
    const results = await run([aCommand(put(2)), nul, aCommand(put(3), { stream })]);
    expect(results.map((r) => ('code' in r ? r.code : r.outcome))).toEqual([
      'appended',
      'append-rejected',
      'appended',
    ]);
    const large = { ...aCommand(put(4), { stream }).metadata, actor: 'x'.repeat(600 * 1024) };
    const together = [put(4), put(5)].map((c) => ({ ...aCommand(c, { stream }), metadata: large }));
    expect(await run(together)).toMatchObject([{ state: { coins: 7 } }, { state: { coins: 12 } }]);
  });

  it('rejects as a whole only for a fault of the program, before anything is written', async () => {
    const broken = {
      ...jar,
      decide: () => {
        throw new TypeError('a fault');
      },
    };
    const commands = [aCommand(put(1))];
    await expect(decideAndAppendMany(store, broken, commands)).rejects.toThrow(TypeError);
    expect(await store.head()).toBe(0n);
  });
});
