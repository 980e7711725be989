import type { Figure } from '../measurement';
import { rowsOf } from './rows';

const figure = (name: string, value: number, unit = '/s'): Figure => ({
  ...{ name, value, unit, better: 'more', limit: null, target: null, notes: [] },
});
const run = (...figures: Figure[]) => ({
  ...{ name: 'tail', title: 'Tail', seconds: 1, strangers: null },
  figures,
});

describe('the rows of a comparison', () => {
  it('have a value of both commits for each round', () => {
    const rounds = [
      { base: run(figure('a', 1), figure('b', 2)), now: run(figure('b', 3), figure('a', 4)) },
      { base: run(figure('a', 5), figure('b', 6)), now: run(figure('b', 7), figure('a', 8)) },
    ];
    expect(rowsOf('tail', rounds)).toMatchObject([
      { name: 'a', base: [1, 5], now: [4, 8] },
      { name: 'b', base: [2, 6], now: [3, 7] },
    ]);
  });

  it('are found by name without its numbers when only one row is left that fits', () => {
    const rounds = [
      {
        base: run(figure('1 caller', 1), figure('tail of 1,000 events', 2)),
        now: run(figure('1 caller', 3), figure('32 callers', 9), figure('tail of 1,024 events', 4)),
      },
    ];
    expect(rowsOf('tail', rounds)).toMatchObject([
      { name: '1 caller', base: [1], now: [3] },
      { name: 'tail of 1,000 events', base: [2], now: [4] },
      { name: '32 callers', base: [null], now: [9] },
    ]);
  });

  it('have no value where a run failed, a row is gone or has another unit', () => {
    const rounds = [
      { base: run(figure('a', 1), figure('b', 1), figure('c', 1)), now: run(figure('a', 2, 'ms')) },
      { base: run(figure('a', 1), figure('b', 1), figure('c', 1)), now: null },
    ];
    for (const row of rowsOf('tail', rounds)) {
      expect(row).toMatchObject({ base: [1, 1], now: [null, null] });
    }
  });
});
