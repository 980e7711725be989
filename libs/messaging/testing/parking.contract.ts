import { until } from '../../../test/dependencies';
import type { DurableLog, Poison, ReceivedMessage, Subscription } from '../src/durable-log';
import { type LogFixture, message, numbered, range } from './log-fixture';

/** What every durable log does with poison messages. */
export function parkingContract(fixture: LogFixture): void {
  const parked = (log: DurableLog) => log.parked(fixture.topic, 'g');
  const retry = (log: DurableLog, key: string) => log.retryParked(fixture.topic, 'g', key);

  /** A handler for which these values of key `bad` are poison until they are removed from the set. */
  const strict = (poisonous: Set<number>) => {
    const handled: { key: string; value: number }[] = [];
    const handle = async (batch: readonly ReceivedMessage[]): Promise<readonly Poison[]> => {
      const poisons: Poison[] = [];
      const halted = new Set<string>();
      for (const one of batch) {
        const value: number = JSON.parse(one.value);
        if (halted.has(one.key)) continue;
        if (one.key === 'bad' && poisonous.has(value)) {
          poisons.push({ message: one, reason: `No ${value} can be handled.` });
          halted.add(one.key);
        } else handled.push({ key: one.key, value });
      }
      return poisons;
    };
    const of = (key: string) => handled.filter((one) => one.key === key).map(({ value }) => value);
    return { handle, of };
  };
  const member = async (log: DurableLog, poisonous: Set<number>, rest?: Partial<Subscription>) => {
    const { handle, of } = strict(poisonous);
    const { subscription } = await fixture.collect(log, { handle, ...rest });
    const idle = async () => (await subscription.status()).lag === 0n;
    return { of, subscription, idle };
  };

  it('parks the key of a message that can never be handled, and continues with the others', async () => {
    const log = await fixture.open();
    const { of, subscription, idle } = await member(log, new Set([2, 3]));
    await log.publish(fixture.topic, [...numbered(4, 'bad'), ...numbered(3, 'good')]);
    await until(async () => of('good').length === 3 && (await idle()));
    await log.publish(fixture.topic, [message('bad', 4), message('good', 3)]);
    await until(async () => of('good').length === 4 && (await idle()));
    expect(of('bad')).toEqual([0, 1]);
    expect(of('good')).toEqual(range(4));
    const since = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await parked(log)).toEqual([
      { key: 'bad', reason: 'No 2 can be handled.', since, messages: 3 },
    ]);
    expect((await subscription.status()).parkedKeys).toBe(1);
    expect(await log.parked(fixture.topic, 'other')).toEqual([]);
    const isParked = (group: string, ...keys: string[]) => log.isParked(fixture.topic, group, keys);
    expect(await isParked('g', 'good', 'bad')).toBe(true);
    expect(await isParked('g', 'good')).toBe(false);
    expect(await isParked('g')).toBe(false);
    expect(await isParked('other', 'bad')).toBe(false);
  });

  it('retries the waiting messages when asked, in order and complete, and then the later ones', async () => {
    const log = await fixture.open();
    const poisonous = new Set([0]);
    const seen: ReceivedMessage[] = [];
    const { handle, of } = strict(poisonous);
    const { subscription } = await fixture.collect(log, {
      limit: 7,
      handle: (batch) => {
        seen.push(...batch);
        return handle(batch);
      },
    });
    const sent = numbered(40, 'bad');
    await log.publish(fixture.topic, sent);
    await until(async () => (await subscription.status()).lag === 0n);
    expect(await parked(log)).toMatchObject([{ key: 'bad', messages: 40 }]);
    poisonous.clear();
    seen.length = 0;
    expect(await retry(log, 'bad')).toBe(true);
    await log.publish(fixture.topic, [message('bad', 40), message('good', 0)]);
    await until(() => of('bad').length === 41 && of('good').length === 1);
    expect(of('bad')).toEqual(range(41));
    const whole = seen.filter(({ key }) => key === 'bad').slice(0, 40);
    expect(whole.map(({ id, value, headers }) => ({ id, value, headers }))).toEqual(
      sent.map(({ id, value, headers }) => ({ id, value, headers })),
    );
    expect(whole[0]).toMatchObject({ topic: fixture.topic, publishedAt: expect.any(String) });
    await until(async () => (await parked(log)).length === 0);
    expect((await subscription.status()).parkedKeys).toBe(0);
    expect(await retry(log, 'bad')).toBe(false);
  });

  it('parks the rest again, with the new reason, from the next poison message', async () => {
    const log = await fixture.open();
    const poisonous = new Set([1, 3]);
    const { of, idle } = await member(log, poisonous);
    await log.publish(fixture.topic, numbered(5, 'bad'));
    await until(idle);
    poisonous.delete(1);
    await retry(log, 'bad');
    await until(() => of('bad').length === 3);
    await until(async () => (await parked(log))[0]?.messages === 2);
    expect(await parked(log)).toMatchObject([{ key: 'bad', reason: 'No 3 can be handled.' }]);
    await log.publish(fixture.topic, [message('bad', 5)]);
    await until(idle);
    expect(of('bad')).toEqual([0, 1, 2]);
    poisonous.clear();
    await retry(log, 'bad');
    await until(() => of('bad').length === 6);
    expect(of('bad')).toEqual(range(6));
  });

  it('retries for ever when the failure is not due to the message', async () => {
    const log = await fixture.open();
    const poisonous = new Set([0]);
    const { handle, of } = strict(poisonous);
    let outages = 3;
    const { subscription } = await fixture.collect(log, {
      handle: async (batch) => {
        if (poisonous.size === 0 && outages-- > 0) throw new Error('out');
        return handle(batch);
      },
    });
    await log.publish(fixture.topic, numbered(2, 'bad'));
    await until(async () => (await subscription.status()).lag === 0n);
    poisonous.clear();
    await retry(log, 'bad');
    await until(() => of('bad').length === 2);
    expect(of('bad')).toEqual([0, 1]);
    expect(outages).toBeLessThan(0);
  });

  it('keeps keys parked when members leave and join', async () => {
    const first = await fixture.open();
    const before = await member(first, new Set([0]));
    await first.publish(fixture.topic, numbered(2, 'bad'));
    await until(before.idle);
    await first.close();
    const second = await fixture.open();
    const after = await member(second, new Set());
    await second.publish(fixture.topic, [message('bad', 2), message('good', 0)]);
    await until(async () => after.of('good').length === 1 && (await after.idle()));
    expect(after.of('bad')).toEqual([]);
    expect(await parked(second)).toMatchObject([{ key: 'bad', messages: 3 }]);
    await retry(second, 'bad');
    await until(() => after.of('bad').length === 3);
    expect(after.of('bad')).toEqual([0, 1, 2]);
  });

  it('never handles a new message of a key while another member retries the waiting ones', async () => {
    const log = await fixture.open();
    const poisonous = new Set([0]);
    const handled: number[] = [];
    let busy = 0;
    let overlaps = 0;
    const handle = async (batch: readonly ReceivedMessage[]): Promise<readonly Poison[]> => {
      const values = batch.filter(({ key }) => key === 'bad').map(({ value }) => JSON.parse(value));
      if (values.length === 0) return [];
      busy += 1;
      if (busy > 1) overlaps += 1;
      await new Promise((resolve) => setImmediate(resolve));
      busy -= 1;
      const bad = batch.find(({ key, value }) => key === 'bad' && poisonous.has(Number(value)));
      if (bad) return [{ message: bad, reason: 'not yet' }];
      handled.push(...values);
      return [];
    };
    const members = await Promise.all(
      range(3).map(async () => fixture.collect(await fixture.open(), { limit: 3, handle })),
    );
    await log.publish(fixture.topic, numbered(10, 'bad'));
    await until(async () => (await parked(log))[0]?.messages === 10);
    poisonous.clear();
    for (const n of range(60)) {
      if (n % 20 === 5) await retry(log, 'bad');
      await log.publish(fixture.topic, [message('bad', 10 + n), message(`other-${n}`, n)]);
    }
    await until(async () => (await members[0]?.subscription.status())?.lag === 0n);
    await retry(log, 'bad');
    await until(() => handled.length >= 70);
    expect(handled).toEqual(range(70));
    expect(overlaps).toBe(0);
  });
}
