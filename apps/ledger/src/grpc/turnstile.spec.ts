import { Registry } from 'prom-client';
import { createTurnstile, type TurnstileOptions } from './turnstile';

const FAR = Number.MAX_SAFE_INTEGER;

function make(options: TurnstileOptions = {}) {
  const registry = new Registry();
  const turnstile = createTurnstile(registry, {
    workingMax: { read: 1, write: 1 },
    ...options,
  });
  const readingOf = async (name: string, labels: object) => {
    const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
    return values.find((value) => JSON.stringify(value.labels) === JSON.stringify(labels))?.value;
  };
  return {
    turnstile,
    turnedAway: (reason: string) =>
      readingOf('daybook_grpc_calls_turned_away_total', { reason }).then((value) => value ?? 0),
    calls: (state: string) => readingOf('daybook_grpc_calls', { state }),
  };
}

const isSettled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);

describe('the turnstile', () => {
  it('lets calls work one after the other, in the order of asking', async () => {
    const { turnstile, calls } = make();
    const [first, second, third] = [FAR, FAR, FAR].map((until) => turnstile.enter(until));
    await first?.work('read');
    const order: string[] = [];
    const later = [
      second?.work('read').then(() => order.push('second')),
      third?.work('read').then(() => order.push('third')),
    ];
    expect([await calls('working'), await calls('waiting')]).toEqual([1, 2]);
    first?.leave();
    await later[0];
    expect(order).toEqual(['second']);
    second?.leave();
    await later[1];
    third?.leave();
    expect(order).toEqual(['second', 'third']);
    expect([await calls('working'), await calls('waiting')]).toEqual([0, 0]);
  });

  it('keeps reads and commands apart', async () => {
    const { turnstile } = make();
    await turnstile.enter(FAR).work('read');
    await expect(turnstile.enter(FAR).work('write')).resolves.toBeUndefined();
  });

  it.each(['deadline', 'cancelled'] as const)(
    'gives no place to a call that is over (%s), and the place to the next',
    async (why) => {
      const { turnstile, turnedAway } = make();
      const [first, second, third] = [FAR, FAR, FAR].map((until) => turnstile.enter(until));
      await first?.work('read');
      const refused = expect(second?.work('read')).rejects.toMatchObject({ code: 'timeout' });
      const worked = third?.work('read');
      second?.over(why);
      await refused;
      second?.leave();
      first?.leave();
      await expect(worked).resolves.toBeUndefined();
      expect(await turnedAway(why)).toBe(1);
    },
  );

  it('does not begin what is late, though no timer has said so', async () => {
    const { turnstile, turnedAway } = make();
    const late = turnstile.enter(Date.now());
    await expect(late.work('read')).rejects.toMatchObject({ code: 'timeout' });
    late.leave();
    expect(await turnedAway('deadline')).toBe(1);
    await expect(turnstile.enter(FAR).work('read')).resolves.toBeUndefined();
  });

  it('gives a place on that came in the same moment as the end of its call', async () => {
    const { turnstile } = make();
    const [first, second, third] = [FAR, FAR, FAR].map((until) => turnstile.enter(until));
    await first?.work('read');
    const refused = expect(second?.work('read')).rejects.toMatchObject({ code: 'timeout' });
    first?.leave();
    second?.over('cancelled');
    await refused;
    const worked = third?.work('read') ?? Promise.reject();
    expect(await isSettled(worked)).toBe(false);
    second?.leave();
    await worked;
  });

  it('turns away what is too much, of all and of one key', async () => {
    const { turnstile, turnedAway } = make({ callsMax: 3, callsPerKeyMax: 2 });
    const [first, second, third] = [FAR, FAR, FAR].map((until) => turnstile.enter(until));
    expect(() => turnstile.enter(FAR)).toThrow(expect.objectContaining({ code: 'overloaded' }));
    first?.belongsTo('a');
    second?.belongsTo('a');
    expect(() => third?.belongsTo('a')).toThrow(expect.objectContaining({ code: 'overloaded' }));
    third?.leave();
    const fourth = turnstile.enter(FAR);
    fourth.belongsTo('b');
    first?.leave();
    turnstile.enter(FAR).belongsTo('a');
    expect(await turnedAway('overloaded')).toBe(2);
  });
});
