import { until } from '../../../test/dependencies';
import { anAppend, anEvent, aStream } from '../testing/an';
import { InMemoryCheckpoints } from '../testing/in-memory-checkpoints';
import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { type Follower, type FollowOptions, follow } from './follow';

let store: InMemoryEventStore;
let checkpoints: InMemoryCheckpoints<bigint>;
let followers: Follower[];

beforeEach(() => {
  store = new InMemoryEventStore();
  checkpoints = new InMemoryCheckpoints();
  followers = [];
});
afterEach(async () => {
  await Promise.all(followers.map((follower) => follower.stop()));
  await store.close();
});

const write = (count: number) =>
  store.append(
    anAppend({ stream: aStream(), events: Array.from({ length: count }, () => anEvent()) }),
  );

/** Follows into a list of the positions that were handled. */
function start(options: Partial<FollowOptions<bigint[]>> = {}): Follower {
  const follower = follow<bigint[]>({
    name: 'reader',
    store,
    checkpoints,
    limit: 10,
    handle: async (events, tx) => void tx.push(...events.map((e) => e.position)),
    ...options,
  });
  followers.push(follower);
  return follower;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => BigInt(i + 1));

describe('follow', () => {
  it('handles everything once and in order, in pages, and goes on when the log grows', async () => {
    await write(25);
    const sizes: number[] = [];
    const follower = start({ onProgress: ({ events }) => void sizes.push(events) });
    expect(await follower.waitFor(25n, 5_000)).toBe(true);
    expect(sizes).toEqual([10, 10, 5]);
    await write(3);
    expect(await follower.waitFor(28n, 5_000)).toBe(true);
    expect(checkpoints.rows).toEqual(upTo(28));
    expect(checkpoints.positions.get('reader')).toBe(28n);
  });

  it('goes on after its checkpoint when it starts again', async () => {
    await write(12);
    const first = start();
    await first.waitFor(12n, 5_000);
    await first.stop();
    await write(5);
    await start().waitFor(17n, 5_000);
    expect(checkpoints.rows).toEqual(upTo(17));
  });

  it('handles only the kinds of streams that it is for, and passes over the others', async () => {
    for (const stream of ['purse-1', 'customer-1', 'purse-2', 'customer-2']) {
      await store.append(anAppend({ stream }));
    }
    const follower = start({ kinds: ['purse'] });
    expect(await follower.waitFor(4n, 5_000)).toBe(true);
    expect(checkpoints.rows).toEqual([1n, 3n]);
    await store.append(anAppend({ stream: 'purse-3' }));
    expect(await follower.waitFor(5n, 5_000)).toBe(true);
    expect(checkpoints.rows).toEqual([1n, 3n, 5n]);
  });

  it('keeps readers of different names apart', async () => {
    await write(3);
    await start({ name: 'one' }).waitFor(3n, 5_000);
    await start({ name: 'two' }).waitFor(3n, 5_000);
    expect(checkpoints.rows).toEqual([...upTo(3), ...upTo(3)]);
  });

  it('leaves nothing of a transaction that did not commit, and does it again', async () => {
    await write(30);
    let failures = 0;
    checkpoints.beforeCommit = () => {
      failures += 1;
      if (failures % 2 === 0) throw new Error('The connection was lost.');
    };
    await start().waitFor(30n, 5_000);
    expect(checkpoints.rows).toEqual(upTo(30));
    expect(failures).toBeGreaterThan(3);
  });

  it('handles each event once when two of the same name run', async () => {
    await write(100);
    const two = [start({ limit: 7 }), start({ limit: 7 })];
    await Promise.all(two.map((follower) => follower.waitFor(100n, 10_000)));
    await write(20);
    expect(await Promise.all(two.map((f) => f.waitFor(120n, 10_000)))).toEqual([true, true]);
    expect(checkpoints.rows).toEqual(upTo(120));
  });

  it('starts over from where a checkpoint was set back to', async () => {
    await write(5);
    const follower = start();
    await follower.waitFor(5n, 5_000);
    checkpoints.positions.set('reader', 3n);
    await write(1);
    await until(() => checkpoints.rows.length === 8);
    expect(checkpoints.rows).toEqual([...upTo(5), 4n, 5n, 6n]);
  });

  describe('an event that cannot be handled', () => {
    const poison = 17n;
    let cured = false;
    const errors: unknown[] = [];
    const handle: FollowOptions<bigint[]>['handle'] = async (events, tx) => {
      tx.push(...events.map((e) => e.position));
      if (!cured && events.some((e) => e.position === poison)) throw new Error('What is this?');
    };
    beforeEach(() => {
      cured = false;
      errors.length = 0;
    });

    it('stops the reader in front of it and is named; all before it is handled', async () => {
      await write(40);
      const follower = start({ handle, onError: (error) => void errors.push(error) });
      await until(() => follower.status().stalled?.position === poison);
      await until(() => follower.status().head === 40n);
      expect(follower.status()).toMatchObject({
        name: 'reader',
        position: poison - 1n,
        lag: 24n,
        running: true,
      });
      expect(follower.status().secondsSinceProgress).toBeGreaterThan(0);
      expect(String(follower.status().stalled?.error)).toContain('What is this?');
      expect(checkpoints.rows).toEqual(upTo(16));
      expect(await follower.waitFor(poison, 20)).toBe(false);
      expect(errors.length).toBeGreaterThan(0);
    });

    it('is never skipped, and handled as soon as it can be', async () => {
      await write(40);
      const follower = start({ handle });
      await until(() => follower.status().stalled?.position === poison);
      cured = true;
      expect(await follower.waitFor(40n, 10_000)).toBe(true);
      expect(checkpoints.rows).toEqual(upTo(40));
      expect(follower.status()).toMatchObject({ stalled: null, lag: 0n });
    });
  });

  it('survives a store that cannot be read for a while', async () => {
    await write(3);
    const read = store.readAll.bind(store);
    let failures = 3;
    const flaky = Object.assign(Object.create(store), {
      readAll: async (options: { after: bigint; limit: number }) => {
        if (failures-- > 0) throw new Error('The store is not reached.');
        return read(options);
      },
    }) as InMemoryEventStore;
    expect(await start({ store: flaky }).waitFor(3n, 5_000)).toBe(true);
    expect(checkpoints.rows).toEqual(upTo(3));
  });

  describe('a part of the log without events for the reader', () => {
    /** Between the events lie places of others, as on EventStoreDB: ten a place here. */
    const sparse = () =>
      Object.assign(Object.create(store), {
        head: async () => (await store.head()) * 10n,
        readAll: async ({ after, limit }: { after: bigint; limit: number }) => {
          const page = await store.readAll({ after: after / 10n, limit });
          const events = page.events.map((e) => ({ ...e, position: e.position * 10n }));
          const ofOthers = page.atEnd ? passedOver : 0n;
          return { ...page, events, end: page.end * 10n + ofOthers };
        },
        waitForGrowth: async (after: bigint, timeoutMs: number, signal: AbortSignal) =>
          (await store.waitForGrowth(after / 10n, Math.min(timeoutMs, 20), signal)) * 10n,
      }) as InMemoryEventStore;
    let passedOver = 0n;
    beforeEach(() => {
      passedOver = 0n;
    });

    it('is passed over for good, without a write for each step', async () => {
      await write(3);
      let transactions = 0;
      checkpoints.beforeCommit = () => {
        transactions += 1;
      };
      const follower = start({ store: sparse() });
      expect(await follower.waitFor(30n, 5_000)).toBe(true);
      const written = transactions;
      const startedAt = performance.now();
      for (let i = 1n; i <= 9n; i++) {
        passedOver = i;
        expect(await follower.waitFor(30n + i, 5_000)).toBe(true);
      }
      const seconds = (performance.now() - startedAt) / 1_000;
      expect(transactions - written).toBeLessThanOrEqual(1 + seconds);
      await until(() => checkpoints.positions.get('reader') === 39n);
      expect(follower.status()).toMatchObject({ position: 39n, lag: 0n, stalled: null });
      passedOver = 0n;
      await write(2);
      expect(await follower.waitFor(50n, 5_000)).toBe(true);
      expect(checkpoints.rows).toEqual([10n, 20n, 30n, 40n, 50n]);
    });

    it('does not hide that the checkpoint was set back meanwhile', async () => {
      await write(3);
      passedOver = 5n;
      const follower = start({ store: sparse() });
      expect(await follower.waitFor(35n, 5_000)).toBe(true);
      checkpoints.positions.set('reader', 20n);
      await write(1);
      await until(() => checkpoints.rows.length === 5);
      expect(checkpoints.rows).toEqual([10n, 20n, 30n, 30n, 40n]);
    });
  });

  it('reads on from where a page ended that was neither full nor the end', async () => {
    await write(10);
    const short = Object.assign(Object.create(store), {
      readAll: async ({ after }: { after: bigint }) => {
        const page = await store.readAll({ after, limit: 2 });
        const events = page.events.filter((e) => e.position % 4n === 0n);
        return { events, end: page.end, atEnd: page.atEnd };
      },
    }) as InMemoryEventStore;
    expect(await start({ store: short }).waitFor(10n, 5_000)).toBe(true);
    expect(checkpoints.rows).toEqual([4n, 8n]);
  });

  describe('waiting for a position', () => {
    it('ends as soon as it is passed', async () => {
      const follower = start();
      const waiting = [follower.waitFor(1n, 5_000), follower.waitFor(2n, 5_000)];
      await write(1);
      expect(await waiting[0]).toBe(true);
      await write(1);
      expect(await waiting[1]).toBe(true);
      expect(await follower.waitFor(2n, 0)).toBe(true);
    });

    it('ends after the time-out, and when the reader stops', async () => {
      const follower = start();
      expect(await follower.waitFor(9n, 20)).toBe(false);
      const waiting = follower.waitFor(9n, 60_000);
      await follower.stop();
      expect(await waiting).toBe(false);
      expect(await follower.waitFor(9n, 60_000)).toBe(false);
      expect(follower.status().running).toBe(false);
    });
  });

  describe('stopping', () => {
    it('finishes the transaction under way', async () => {
      await write(20);
      let go = (): void => undefined;
      const gate = new Promise<void>((resolve) => (go = resolve));
      let handling = false;
      const follower = start({
        handle: async (events, tx) => {
          handling = true;
          await gate;
          tx.push(...events.map((e) => e.position));
        },
      });
      await until(() => handling);
      const stopped = follower.stop();
      go();
      await stopped;
      expect(checkpoints.rows).toEqual(upTo(10));
      expect(checkpoints.positions.get('reader')).toBe(10n);
    });

    it('ends at the head, in a stall and behind another owner', async () => {
      const idle = start({ name: 'idle' });
      const failing = start({ name: 'failing', handle: () => Promise.reject(new Error('no')) });
      void checkpoints.advance('behind', () => new Promise(() => undefined));
      const behind = start({ name: 'behind' });
      await write(1);
      await until(() => failing.status().stalled !== null && idle.status().position === 1n);
      await Promise.all([idle.stop(), failing.stop(), behind.stop()]);
      expect([idle, failing, behind].map((f) => f.status().running)).toEqual([false, false, false]);
    });
  });
});
