import { until } from '../../../test/dependencies';
import type { DurableLog, PartitionLag, Poison, ReceivedMessage } from '../src/durable-log';
import { type DurableLogHarness, LogFixture, message, numbered, range } from './log-fixture';
import { parkingContract } from './parking.contract';

/** What every durable log does. `harness` is called after the suite's set-up. */
export function durableLogContract(harness: () => DurableLogHarness): void {
  const fixture = new LogFixture(harness);

  it('delivers what was published, unchanged and in order', async () => {
    const log = await fixture.open();
    const sent = [
      ...numbered(250),
      { id: 'x', key: 'ключ', value: '"\\u0000 \u{1F4B0} \'"', headers: { ce_id: 'x', a: 'b' } },
      { id: 'y', key: '', value: `"${'long '.repeat(50_000)}"`, headers: {} },
    ];
    await log.publish(fixture.topic, sent);
    const { messages } = await fixture.collect(log);
    await until(() => messages.length === sent.length);
    const plain = messages.map(({ id, key, value, headers }) => ({ id, key, value, headers }));
    for (const key of ['k', 'ключ', '']) {
      expect(plain.filter((m) => m.key === key)).toEqual(sent.filter((m) => m.key === key));
    }
    expect(messages[0]?.topic).toBe(fixture.topic);
    expect(messages[0]?.publishedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(Math.abs(Date.parse(messages[0]?.publishedAt ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('delivers everything to every group, from the beginning', async () => {
    const log = await fixture.open();
    await log.publish(fixture.topic, numbered(5));
    const one = await fixture.collect(log, { group: 'one' });
    await until(() => one.messages.length === 5);
    const two = await fixture.collect(log, { group: 'two' });
    await until(() => two.messages.length === 5);
    await log.publish(fixture.topic, numbered(1));
    await until(() => one.messages.length === 6 && two.messages.length === 6);
  });

  it('names the groups that read a topic', async () => {
    const log = await fixture.open();
    await log.publish(fixture.topic, numbered(1));
    const readers = ['one', 'two-31337-store'];
    const collected = await Promise.all(readers.map((group) => fixture.collect(log, { group })));
    await until(() => collected.every(({ messages }) => messages.length === 1));
    const groups = (await log.groups()).filter(({ topic }) => topic === fixture.topic);
    expect(groups.map(({ group }) => group)).toEqual(readers);
  });

  it('tells how far a group is, also of one that is not running or never was', async () => {
    const log = await fixture.open();
    const waiting = async (group: string) =>
      (await log.lag(fixture.topic, group)).reduce((sum, each) => sum + each.waiting, 0n);
    expect(await waiting('g')).toBe(0n);
    await log.publish(fixture.topic, numbered(3));
    expect(await waiting('g')).toBe(3n);
    const { subscription } = await fixture.collect(log);
    await until(async () => (await waiting('g')) === 0n);
    await subscription.stop();
    await log.publish(fixture.topic, numbered(2));
    expect([await waiting('g'), await waiting('other')]).toEqual([2n, 5n]);
    const [{ place, waiting: left }] = (await log.lag(fixture.topic, 'g')).filter(
      (each) => each.waiting > 0n,
    ) as [PartitionLag];
    expect(left).toBe(2n);
    await fixture.collect(log);
    await until(async () =>
      (await log.lag(fixture.topic, 'g')).some((p) => p.place === place + 2n),
    );
  });

  it('keeps the order of every publisher when many publish at once', async () => {
    const publishers = await Promise.all(range(3).map(() => fixture.open()));
    const { messages } = await fixture.collect(await fixture.open());
    await Promise.all(
      range(24).map(async (n) => {
        const log = publishers[n % 3] as DurableLog;
        for (const step of range(20)) {
          await log.publish(fixture.topic, [
            message(`p${n}`, step * 2),
            message(`p${n}`, step * 2 + 1),
          ]);
        }
      }),
    );
    await until(() => messages.length === 24 * 40);
    for (const n of range(24)) {
      const own = messages.filter(({ key }) => key === `p${n}`);
      expect(own.map(({ value }) => JSON.parse(value))).toEqual(range(40));
    }
    expect(new Set(messages.map(({ id }) => id)).size).toBe(24 * 40);
  });

  it('delivers again a batch whose offset was not stored when its member crashed', async () => {
    const first = await fixture.open();
    await first.publish(fixture.topic, numbered(10));
    const effects: ReceivedMessage[] = [];
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    await fixture.collect(first, {
      limit: 4,
      handle: async (batch) => {
        effects.push(...batch);
        if (effects.length === 8) await hanging;
        return [];
      },
    });
    await until(() => effects.length === 8);
    const second = await fixture.collect(await fixture.open());
    await harness().crash(first);
    await until(() => second.messages.length >= 6);
    expect(second.values()).toEqual([4, 5, 6, 7, 8, 9]);
    release();
  });

  it('never lets two members of a group handle a key at the same time', async () => {
    const log = await fixture.open();
    const busy = new Set<string>();
    const handled = new Map<string, number[]>();
    let overlaps = 0;
    const handle = async (batch: readonly ReceivedMessage[]): Promise<readonly Poison[]> => {
      const keys = new Set(batch.map(({ key }) => key));
      for (const key of keys) {
        if (busy.has(key)) overlaps += 1;
        busy.add(key);
      }
      await new Promise((resolve) => setImmediate(resolve));
      for (const { key, value } of batch) {
        handled.set(key, [...(handled.get(key) ?? []), JSON.parse(value)]);
      }
      for (const key of keys) busy.delete(key);
      return [];
    };
    await Promise.all(
      range(3).map(async () => fixture.collect(await fixture.open(), { limit: 7, handle })),
    );
    for (const n of range(60)) {
      await log.publish(fixture.topic, [message('a', n), message('b', n), message('c', n)]);
    }
    await until(() => ['a', 'b', 'c'].every((key) => handled.get(key)?.length === 60));
    expect(overlaps).toBe(0);
    for (const key of ['a', 'b', 'c']) expect(handled.get(key)).toEqual(range(60));
  });

  it('delivers a failed batch again until it is handled, and skips nothing', async () => {
    const log = await fixture.open();
    const attempts: number[] = [];
    const handled: number[] = [];
    let status: string | null | undefined;
    const { subscription } = await fixture.collect(log, {
      limit: 3,
      handle: async (batch) => {
        const values = batch.map(({ value }) => JSON.parse(value));
        if (values.includes(4) && attempts.length < 3) throw new Error('not yet');
        handled.push(...values);
        return [];
      },
      onError: (error, attempt) => {
        expect((error as Error).message).toBe('not yet');
        attempts.push(attempt);
        void subscription.status().then(({ lastError }) => {
          status = lastError;
        });
      },
    });
    await log.publish(fixture.topic, numbered(6));
    await until(() => handled.length === 6);
    expect(handled).toEqual(range(6));
    expect(attempts).toEqual([1, 2, 3]);
    expect(status).toBe('not yet');
    await until(async () => (await subscription.status()).lag === 0n);
    expect((await subscription.status()).lastError).toBeNull();
  });

  it('continues after a restart where it stopped', async () => {
    const first = await fixture.open();
    await first.publish(fixture.topic, numbered(3));
    const before = await fixture.collect(first);
    await until(() => before.messages.length === 3);
    await first.close();
    const second = await fixture.open();
    await second.publish(fixture.topic, [message('k', 3)]);
    const after = await fixture.collect(second);
    await until(() => after.messages.length > 0);
    expect(after.values()).toEqual([3]);
  });

  it('hands a slow member one bounded batch at a time', async () => {
    const log = await fixture.open();
    const sizes: number[] = [];
    const releases: (() => void)[] = [];
    const { subscription } = await fixture.collect(log, {
      limit: 10,
      handle: (batch) => {
        sizes.push(batch.length);
        return new Promise((resolve) => releases.push(() => resolve([])));
      },
    });
    await log.publish(fixture.topic, numbered(10));
    await until(() => sizes.length === 1);
    // Publishing does not wait for consumers, and nothing more is handed out meanwhile.
    await log.publish(fixture.topic, numbered(15));
    expect((await subscription.status()).lag).toBe(25n);
    expect(sizes).toEqual([10]);
    for (const expected of [
      [10, 10],
      [10, 10, 5],
    ]) {
      releases.shift()?.();
      await until(() => sizes.length === expected.length);
      expect(sizes).toEqual(expected);
    }
    releases.shift()?.();
    await until(async () => (await subscription.status()).lag === 0n);
    expect((await subscription.status()).lastProgressAt).not.toBeNull();
  });

  it('finishes the current batch when it is closed, and takes no other', async () => {
    const log = await fixture.open();
    let release: () => void = () => undefined;
    let started = 0;
    await fixture.collect(log, {
      handle: () => {
        started += 1;
        return new Promise((resolve) => {
          release = () => resolve([]);
        });
      },
    });
    await log.publish(fixture.topic, numbered(2));
    await until(() => started === 1);
    const closed = log.close();
    await expect(log.publish(fixture.topic, numbered(1))).rejects.toThrow('closed');
    release();
    await closed;
    const later = await fixture.open();
    const next = await fixture.collect(later);
    await later.publish(fixture.topic, [message('k', 'new')]);
    await until(() => next.values().includes('new'));
    expect(next.values()).toEqual(next.messages.length === 1 ? ['new'] : [1, 'new']);
  });

  it('says whether it can be reached', async () => {
    const log = await fixture.open();
    await expect(log.check()).resolves.toBeUndefined();
    await log.close();
    await expect(log.check()).rejects.toThrow('closed');
  });

  parkingContract(fixture);
}
