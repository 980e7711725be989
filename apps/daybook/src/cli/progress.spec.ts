import { inWords } from './progress';

const advance = { title: 'Folding', unit: 'events', done: 1_234_567, fraction: 0.519 };

it('shows progress, rate and remaining time', () => {
  const words = (secondsLeft: number) => inWords({ ...advance, perSecond: 98_765.4, secondsLeft });
  expect(words(7.2)).toBe('51%  1,234,567 events  98,765 events/s  8 s left');
  expect(words(61)).toContain('2 min left');
  expect(words(7_300)).toContain('2 h 2 min left');
});

it('leaves out what is unknown', () => {
  const unknown = { fraction: null, perSecond: 0, secondsLeft: null };
  expect(inWords({ ...advance, ...unknown })).toBe('1,234,567 events');
});
