import { CircuitOpen, circuit, OPEN_MS } from './circuit';

const works = async () => 'done';
const fails = async () => {
  throw new Error('no answer');
};

it('refuses calls after five failures in a row, and tries one at a time later', async () => {
  let now = 0;
  const guarded = circuit(() => now);
  for (let n = 0; n < 4; n++) await expect(guarded(fails)).rejects.toThrow('no answer');
  await expect(guarded(works)).resolves.toBe('done');
  for (let n = 0; n < 5; n++) await expect(guarded(fails)).rejects.toThrow('no answer');
  await expect(guarded(works)).rejects.toThrow(CircuitOpen);
  now += OPEN_MS;
  await expect(guarded(fails)).rejects.toThrow('no answer');
  await expect(guarded(works)).rejects.toThrow(CircuitOpen);
  now += OPEN_MS;
  const trial = guarded(works);
  await expect(guarded(works)).rejects.toThrow(CircuitOpen);
  await expect(trial).resolves.toBe('done');
  await expect(guarded(works)).resolves.toBe('done');
});
