import { createRandom } from '../../apps/chain-watcher/testing/random';
import { ACTS_A_DECK, type Act, actsOf, signalsOf } from './acts';

function decks(seed: number, count: number): readonly Act[] {
  const acts = actsOf(createRandom(seed));
  return Array.from({ length: count * ACTS_A_DECK }, () => acts.next().value as Act);
}

it('does the same for the same seed, and something else for another one', () => {
  expect(decks(7, 3)).toEqual(decks(7, 3));
  expect(decks(7, 3)).not.toEqual(decks(8, 3));
});

it('hits the broker too where there is one, but only with what its machine repairs', () => {
  const acts = actsOf(createRandom(1), true);
  const hits = Array.from({ length: 10 * ACTS_A_DECK }, () => acts.next().value as Act)
    .filter(({ victims }) => victims.includes('Kafka'))
    .map(({ kind }) => kind);
  expect(new Set(hits)).toEqual(new Set(['kill', 'pause']));
});

it('has twenty signals and every kind of act in each deck, and hits every process', () => {
  for (let seed = 0; seed < 100; seed++) {
    const acts = decks(seed, 1);
    const signals = acts.reduce((sum, act) => sum + signalsOf(act), 0);
    expect(signals).toBeGreaterThanOrEqual(20);
    expect(new Set(acts.map(({ kind }) => kind)).size).toBe(4);
    expect(new Set(acts.flatMap(({ victims }) => victims)).size).toBe(3);
  }
});
