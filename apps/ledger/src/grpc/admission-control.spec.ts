import { Registry } from 'prom-client';
import { type AdmissionOptions, createAdmissionControl } from './admission-control';

const FAR = Number.MAX_SAFE_INTEGER;

function make(options: AdmissionOptions = {}) {
  const registry = new Registry();
  const admission = createAdmissionControl(registry, {
    workingMax: { read: 1, write: 1 },
    ...options,
  });
  const readingOf = async (name: string, labels: object) => {
    const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
    return values.find((value) => JSON.stringify(value.labels) === JSON.stringify(labels))?.value;
  };
  return {
    admission,
    turnedAway: (reason: string) =>
      readingOf('daybook_grpc_calls_turned_away_total', { reason }).then((value) => value ?? 0),
    calls: (state: string) => readingOf('daybook_grpc_calls', { state }),
  };
}

const isSettled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);

describe('admission control', () => {
  it('lets calls work one after the other, in the order of asking', async () => {
    const { admission, calls } = make();
    const [first, second, third] = [FAR, FAR, FAR].map((until) => admission.admit(until));
    await first?.start('read');
    const order: string[] = [];
    const later = [
      second?.start('read').then(() => order.push('second')),
      third?.start('read').then(() => order.push('third')),
    ];
    expect([await calls('working'), await calls('waiting')]).toEqual([1, 2]);
    first?.end();
    await later[0];
    expect(order).toEqual(['second']);
    second?.end();
    await later[1];
    third?.end();
    expect(order).toEqual(['second', 'third']);
    expect([await calls('working'), await calls('waiting')]).toEqual([0, 0]);
  });

  it('keeps reads and commands apart', async () => {
    const { admission } = make();
    await admission.admit(FAR).start('read');
    await expect(admission.admit(FAR).start('write')).resolves.toBeUndefined();
  });

  it.each(['deadline', 'cancelled'] as const)(
    'skips a call that is abandoned (%s) and runs the next',
    async (why) => {
      const { admission, turnedAway } = make();
      const [first, second, third] = [FAR, FAR, FAR].map((until) => admission.admit(until));
      await first?.start('read');
      const refused = expect(second?.start('read')).rejects.toMatchObject({ code: 'timeout' });
      const worked = third?.start('read');
      second?.abandon(why);
      await refused;
      second?.end();
      first?.end();
      await expect(worked).resolves.toBeUndefined();
      expect(await turnedAway(why)).toBe(1);
    },
  );

  it('does not begin what is late, though no timer has said so', async () => {
    const { admission, turnedAway } = make();
    const late = admission.admit(Date.now());
    await expect(late.start('read')).rejects.toMatchObject({ code: 'timeout' });
    late.end();
    expect(await turnedAway('deadline')).toBe(1);
    await expect(admission.admit(FAR).start('read')).resolves.toBeUndefined();
  });

  it('gives a place on that came in the same moment as the end of its call', async () => {
    const { admission } = make();
    const [first, second, third] = [FAR, FAR, FAR].map((until) => admission.admit(until));
    await first?.start('read');
    const refused = expect(second?.start('read')).rejects.toMatchObject({ code: 'timeout' });
    first?.end();
    second?.abandon('cancelled');
    await refused;
    const worked = third?.start('read') ?? Promise.reject();
    expect(await isSettled(worked)).toBe(false);
    second?.end();
    await worked;
  });

  it('turns away what is too much, of all and of one key', async () => {
    const { admission, turnedAway } = make({ callsMax: 3, callsPerKeyMax: 2 });
    const [first, second, third] = [FAR, FAR, FAR].map((until) => admission.admit(until));
    expect(() => admission.admit(FAR)).toThrow(expect.objectContaining({ code: 'overloaded' }));
    first?.countFor('a');
    second?.countFor('a');
    expect(() => third?.countFor('a')).toThrow(expect.objectContaining({ code: 'overloaded' }));
    third?.end();
    const fourth = admission.admit(FAR);
    fourth.countFor('b');
    first?.end();
    admission.admit(FAR).countFor('a');
    expect(await turnedAway('overloaded')).toBe(2);
  });
});
