import type { ChainBlock } from '@daybook/chains';
import { createWatchMemory } from './watch-memory';

const START = Date.UTC(2026, 0, 1);
let nowMs: number;
beforeEach(() => {
  nowMs = START;
});

function block(number: number): ChainBlock {
  return {
    ...{ number, hash: `0x${number}`, parentHash: '0x0', time: 0 },
    ...{ proven: 'none', contentDigest: '', transactions: [], transfers: [] },
  };
}

const alarmOf = (number: number, field = 'slot') => `Block ${number} has an unknown ${field}.`;

it('remembers the last reorg and the deepest one', () => {
  const memory = createWatchMemory(() => nowMs);
  expect(memory.recalled()).toEqual({
    since: '2026-01-01T00:00:00.000Z',
    reorgs: { count: 0, deepest: null, last: null },
    alarms: { count: 0, last: null },
  });
  for (const [depth, ancestor] of [
    [2, 10],
    [5, 20],
    [1, 30],
  ] as const) {
    nowMs += 1_000;
    memory.reorganised(block(ancestor), depth);
  }
  expect(memory.recalled().reorgs).toEqual({
    count: 3,
    deepest: { depth: 5, ancestor: 20, at: '2026-01-01T00:00:02.000Z' },
    last: { depth: 1, ancestor: 30, at: '2026-01-01T00:00:03.000Z' },
  });
});

it('counts every alarm, and tells a new kind from one that only names another block', () => {
  const memory = createWatchMemory(() => nowMs);
  const isNew = (number: number, field?: string) =>
    memory.alarmed(block(number), alarmOf(number, field));
  expect([isNew(7), isNew(8), isNew(9, 'type'), isNew(10)]).toEqual([true, false, true, false]);
  expect(memory.recalled().alarms).toEqual({
    count: 4,
    last: { block: 10, hash: '0x10', sentence: alarmOf(10), at: '2026-01-01T00:00:00.000Z' },
  });
});

it('bounds what a node can make it remember', () => {
  const memory = createWatchMemory(() => nowMs);
  for (let n = 0; n < 1_000; n++) memory.alarmed(block(7), `Kind ${n} ${'x'.repeat(1_000)}`);
  const { count, last } = memory.recalled().alarms;
  expect([count, last?.sentence.length]).toEqual([1_000, 600]);
});
