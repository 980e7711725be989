import { inWords } from './progress';

const advance = { title: 'Folding', unit: 'events', done: 1_234_567, fraction: 0.519 };

it('tells how far work is, how fast it goes and how long it will take', () => {
  const words = (secondsLeft: number) => inWords({ ...advance, perSecond: 98_765.4, secondsLeft });
  expect(words(7.2)).toBe('51%  1,234,567 events  98,765 events/s  8 s left');
  expect(words(61)).toContain('2 min left');
  expect(words(7_300)).toContain('2 h 2 min left');
});

it('says nothing of what nobody knows', () => {
  const unknown = { fraction: null, perSecond: 0, secondsLeft: null };
  expect(inWords({ ...advance, ...unknown })).toBe('1,234,567 events');
});
