import { DomainError } from '@daybook/domain';
import { anEvent } from '../testing/an';
import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { aCommand, COINS_PUT, COINS_TAKEN, type JarCommand, jar } from '../testing/jar';
import { rejection } from '../testing/store-under-test';
import { decideAndAppend } from './decide-and-append';
import { OutcomeUnknown, START, StoreUnavailable, type WriteReport } from './event-store';

let store: InMemoryEventStore;
let likelyNew: boolean;
const reports: WriteReport[] = [];

beforeEach(() => {
  store = new InMemoryEventStore();
  reports.length = 0;
  store.observer = (report) => void reports.push(report);
});

const run = (command: JarCommand, around?: Parameters<typeof aCommand>[1]) =>
  decideAndAppend(store, {
    ...aCommand(command, around),
    ...{ decider: jar, likelyNew },
  });

const put = { type: 'Put', coins: 5 } as const;
const take = { type: 'Take', coins: 2 } as const;
const stream = 'jar-1';

/** The writer's clock. */
const WRITTEN_AT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe.each([
  ['that reads first', false],
  ['that takes the stream for new', true],
])('decideAndAppend %s', (_, isLikelyNew) => {
  beforeEach(() => {
    likelyNew = isLikelyNew;
  });

  it('appends what was decided and answers with the state after it', async () => {
    await run(put, { stream });
    expect(await run(take, { stream })).toEqual({
      state: { coins: 3 },
      events: [{ type: COINS_TAKEN, data: { coins: 2 } }],
      revision: 1n,
      position: 2n,
      outcome: 'appended',
    });
  });

  it('stores the evidence with each event', async () => {
    await run(put, { stream, commandId: 'first', fingerprint: 'f' });
    await run({ type: 'Trim', coins: 3 }, { stream, commandId: 'second' });
    const stored = await store.readStream(stream);
    const who = { accountId: 'account', actor: 'system', writtenAt: WRITTEN_AT };
    const first = { commandId: 'first', correlationId: 'first', causationId: 'first' };
    const second = { commandId: 'second', correlationId: 'second', causationId: 'second' };
    expect(stored.map((e) => e.metadata)).toEqual([
      { ...who, ...first, fingerprint: 'f', schemaVersion: 2 },
      { ...who, ...second, schemaVersion: 1 },
      { ...who, ...second, schemaVersion: 1 },
    ]);
    expect(new Set(stored.map((e) => e.id)).size).toBe(3);
  });

  it('stores what the command belongs to and what led to it', async () => {
    const given = { correlationId: 'request', causationId: 'event', traceparent: '00-1-2-01' };
    const command = aCommand(put, { stream, commandId: 'c' });
    const metadata = { ...command.metadata, ...given };
    await decideAndAppend(store, { ...command, metadata, decider: jar, likelyNew });
    expect((await store.readStream(stream))[0]?.metadata).toEqual({
      ...metadata,
      commandId: 'c',
      schemaVersion: 2,
      writtenAt: WRITTEN_AT,
    });
  });

  it('reads old events in their present shape', async () => {
    const metadata = { schemaVersion: 1, commandId: 'old' };
    const old = anEvent({ type: COINS_PUT, data: { coins: 7 }, metadata });
    await store.append({ stream, expected: 'no-stream', events: [old] });
    const shape = { coins: 7, name: null, expiresAt: null };
    expect(await run(put, { stream, commandId: 'old' })).toMatchObject({
      outcome: 'replayed',
      events: [{ type: COINS_PUT, data: shape }],
    });
    expect(await run(take, { stream })).toMatchObject({ state: { coins: 5 } });
  });

  it('says when nothing had to be done, and where the stream stands', async () => {
    const trim = { type: 'Trim', coins: 9 } as const;
    expect(await run(trim, { stream })).toEqual({
      state: { coins: 0 },
      events: [],
      revision: -1n,
      position: START,
      outcome: 'unchanged',
    });
    await run(put);
    await run(put, { stream });
    const unchanged = { revision: 0n, position: 2n, outcome: 'unchanged', state: { coins: 5 } };
    expect(await run(trim, { stream })).toMatchObject(unchanged);
    expect(await store.head()).toBe(2n);
  });

  describe('with a precondition', () => {
    const counts = ({ type }: { readonly type: string }) => type !== COINS_TAKEN;
    const at = (...lastPositions: bigint[]) => ({ lastPositions, counts });
    const runAt = (command: JarCommand, ...lastPositions: bigint[]) =>
      decideAndAppend(store, {
        ...aCommand(command, { stream }),
        ...{ decider: jar, likelyNew, precondition: at(...lastPositions) },
      });
    const failed = { name: 'PreconditionFailed', code: 'precondition-failed' };

    it('decides on what the caller has seen, and on nothing else', async () => {
      await run(put, { stream });
      expect(await runAt(put, 7n, 1n)).toMatchObject({ outcome: 'appended', position: 2n });
      expect(await rejection(runAt(put, 1n))).toMatchObject(failed);
      expect(await rejection(runAt(put))).toMatchObject(failed);
      expect(await store.head()).toBe(2n);
    });

    it('passes over events that do not count', async () => {
      await run(put, { stream });
      await run(take, { stream });
      expect(await runAt(take, 1n)).toMatchObject({ outcome: 'appended', position: 3n });
    });

    it('finds that another process was faster', async () => {
      await run(put, { stream });
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => runAt(put, 1n)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.head()).toBe(2n);
    });

    it('is refused by the decider first', async () => {
      expect(await rejection(runAt(take, 1n))).toBeInstanceOf(DomainError);
      await run({ type: 'Put', coins: 1 }, { stream });
      expect(await rejection(runAt({ type: 'Take', coins: 9 }, 7n))).toBeInstanceOf(DomainError);
    });
  });

  it('passes a refusal on and writes nothing', async () => {
    expect(await rejection(run(take, { stream }))).toBeInstanceOf(DomainError);
    expect(await store.head()).toBe(START);
  });

  describe('a repeated command', () => {
    it('answers with the first result, whatever happened since', async () => {
      await run(put, { stream });
      const trim = { type: 'Trim', coins: 3 } as const;
      const first = await run(trim, { stream, commandId: 'c' });
      await run(put, { stream });
      const head = await store.head();
      expect(await run(trim, { stream, commandId: 'c' })).toEqual({
        ...first,
        outcome: 'replayed',
      });
      expect(first).toMatchObject({ state: { coins: 3 }, revision: 2n, position: 3n });
      expect(await store.head()).toBe(head);
    });

    it('is decided again when it wrote nothing the first time', async () => {
      await rejection(run(take, { stream, commandId: 'c' }));
      await run(put, { stream });
      expect(await run(take, { stream, commandId: 'c' })).toMatchObject({ outcome: 'appended' });
    });

    it('writes once when all repeats come at the same time', async () => {
      const key = { stream, commandId: 'key' };
      const all = await Promise.all(Array.from({ length: 20 }, () => run(put, key)));
      expect(all.filter((d) => d.outcome === 'appended')).toHaveLength(1);
      expect(all.filter((d) => d.outcome === 'replayed')).toHaveLength(19);
      expect(new Set(all.map((d) => d.position))).toEqual(new Set([1n]));
    });
  });

  describe('many callers on one stream', () => {
    it('lets all 64 succeed, each on the state the others left', async () => {
      const all = await Promise.all(Array.from({ length: 64 }, () => run(put, { stream })));
      const states = all.map((d) => d.state.coins).sort((a, b) => a - b);
      expect(states).toEqual(Array.from({ length: 64 }, (_, i) => 5 * (i + 1)));
      // They take turns, so none of them meets another at the store.
      expect(reports.reduce((sum, r) => sum + r.conflicts, 0)).toBe(0);
    });

    it('gives one the coins that two want', async () => {
      await run({ type: 'Put', coins: 3 }, { stream });
      const both = await Promise.allSettled([run(take, { stream }), run(take, { stream })]);
      expect(both.map((r) => r.status)).toEqual(['fulfilled', 'rejected']);
    });

    it('goes on with the next when one fails', async () => {
      const [first, second] = await Promise.allSettled([
        run(take, { stream }),
        run(put, { stream }),
      ]);
      expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled']);
    });

    it('decides again when another process was faster', async () => {
      await run({ type: 'Put', coins: 3 }, { stream });
      const other = anotherProcess(store);
      const both = await Promise.allSettled([
        run(take, { stream }),
        decideAndAppend(other, { ...aCommand(take, { stream }), decider: jar }),
      ]);
      expect(both.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
      expect(await run({ type: 'Trim', coins: 9 }, { stream })).toMatchObject({
        state: { coins: 1 },
      });
    });

    it('lets all succeed that come from 16 processes', async () => {
      const processes = Array.from({ length: 16 }, () => anotherProcess(store));
      const all = processes.flatMap((process) =>
        Array.from({ length: 4 }, () =>
          decideAndAppend(process, {
            ...aCommand(put, { stream }),
            decider: jar,
          }),
        ),
      );
      const states = (await Promise.all(all)).map((d) => d.state.coins);
      expect(Math.max(...states)).toBe(5 * 64);
      expect(new Set(states).size).toBe(64);
      expect(reports.reduce((sum, r) => sum + r.conflicts, 0)).toBeGreaterThan(0);
    });
  });

  describe('a store that is out of reach', () => {
    it('is asked again until it answers', async () => {
      store.faults.push('unreachable', 'unreachable');
      expect(await run(put, { stream })).toMatchObject({ outcome: 'appended', position: 1n });
    });

    it.each(['request-lost', 'answer-lost'] as const)('stores once when the %s', async (fault) => {
      store.faults.push(fault, 'unreachable', fault);
      expect(await run(put, { stream })).toMatchObject({ state: { coins: 5 }, position: 1n });
      expect(await store.readStream(stream)).toHaveLength(1);
    });

    it('does not mistake the loser of a race for the winner', async () => {
      store.faults.push('request-lost');
      const other = anotherProcess(store);
      const [mine, theirs] = await Promise.all([
        run(put, { stream }),
        decideAndAppend(other, { ...aCommand(put, { stream }), decider: jar }),
      ]);
      expect([mine.state.coins, theirs.state.coins].sort((a, b) => a - b)).toEqual([5, 10]);
      expect(await store.readStream(stream)).toHaveLength(2);
    });

    describe('for longer than anyone waits', () => {
      let now = 0;
      beforeEach(() => {
        // Each look at the clock is a long second, so the patience ends after a few attempts.
        jest.spyOn(performance, 'now').mockImplementation(() => (now += 2_000));
      });
      afterEach(() => jest.restoreAllMocks());

      it('says that nothing was written', async () => {
        store.faults.push(...Array<'unreachable'>(50).fill('unreachable'));
        expect(await rejection(run(put))).toBeInstanceOf(StoreUnavailable);
      });

      it('says that it does not know when one answer was lost', async () => {
        store.faults.push('answer-lost', ...Array<'unreachable'>(50).fill('unreachable'));
        expect(await rejection(run(put))).toBeInstanceOf(OutcomeUnknown);
      });
    });
  });

  it('reports how each call went', async () => {
    await run(put, { stream, commandId: 'c' });
    await run(put, { stream, commandId: 'c' });
    await run({ type: 'Trim', coins: 9 }, { stream });
    await rejection(run({ type: 'Take', coins: 9 }, { stream }));
    await store.close();
    const outcomes = reports.map(({ outcomes }) =>
      Object.entries(outcomes).flatMap(([outcome, times]) => (times > 0 ? [outcome] : [])),
    );
    expect(outcomes).toEqual([['appended'], ['replayed'], ['unchanged'], ['refused']]);
    for (const { durationMs } of reports) expect(durationMs).toBeGreaterThanOrEqual(0);
  });
});

/** The same log through another object: callers through one do not take turns with those of the other. */
describe('a command that most likely creates', () => {
  const likely = { decider: jar, likelyNew: true };

  it('costs no read where nothing is, and one where something is', async () => {
    store = new InMemoryEventStore();
    const reads = jest.spyOn(store, 'readStreams');
    await decideAndAppend(store, { ...aCommand(put, { stream }), ...likely });
    expect(reads).not.toHaveBeenCalled();
    const second = await decideAndAppend(store, { ...aCommand(put, { stream }), ...likely });
    expect(second).toMatchObject({ state: { coins: 10 }, revision: 1n });
    expect(reads).toHaveBeenCalledTimes(1);
  });
});

function anotherProcess(log: InMemoryEventStore): InMemoryEventStore {
  return new Proxy(log, {});
}
