import type { EventStore } from '@daybook/event-store';
import {
  nameOfLog,
  orderOf,
  positionOf,
  requireEpoch,
  withNamedCursor,
  withOwnCursor,
} from './log-epochs';
import { Problem } from './problem';

const id = '5e1b9c0a-3c5d-4e7f-8a9b-0c1d2e3f4a5b';
const other = 'aaaaaaaa-3c5d-4e7f-8a9b-0c1d2e3f4a5b';
const ended = [
  { epoch: 1, validThrough: '400' },
  { epoch: 2, validThrough: '300' },
  { epoch: 3, validThrough: '900' },
];

function storeIn(epoch: number): EventStore {
  const identity = { id, epoch, streamPrefix: '', ended: ended.slice(0, epoch - 1) };
  return { identity } as unknown as EventStore;
}

const unchecked = { identity: undefined } as unknown as EventStore;
const cursor = (text: string) => Buffer.from(text).toString('base64url');

function refusal(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('It was not refused.');
}

describe('a position of an epoch', () => {
  it('is taken in its own epoch, and where no epoch is said', () => {
    expect(nameOfLog(storeIn(2).identity)).toBe(`${id}.2`);
    requireEpoch(storeIn(2), `${id}.2`);
    requireEpoch(storeIn(2), undefined);
    requireEpoch(unchecked, `${other}.7`);
  });

  it.each([
    [1, '300'],
    [2, '300'],
    [3, '900'],
  ])(
    'is refused when epoch %s has ended, with the position up to which it holds',
    (epoch, valid) => {
      const { code, detail } = refusal(() => requireEpoch(storeIn(4), `${id}.${epoch}`));
      expect(code).toBe('epoch-ended');
      expect(detail).toContain(`The event log is ${id}.4 now`);
      expect(detail).toContain(`beyond position ${valid} is void`);
      expect(detail).toContain(`continue after ${valid}`);
    },
  );

  it.each([`${other}.1`, `${id}.5`])('is refused from a log that this never was: %s', (name) => {
    expect(refusal(() => requireEpoch(storeIn(4), name)).detail).toContain('which it never was');
  });
});

describe('the order of positions', () => {
  const order = (epoch: number, position: bigint) => orderOf(position, storeIn(epoch).identity);

  it('is the position in the first epoch, and for what earlier epochs wrote that still holds', () => {
    expect([order(1, 401n), order(2, 400n), order(3, 300n), orderOf(7n, undefined)]).toEqual([
      ...[401n, 400n, 300n, 7n],
    ]);
  });

  it('puts what a later epoch wrote after all that earlier ones ever wrote', () => {
    expect(order(2, 401n)).toBeGreaterThan(10n ** 18n - 1n);
    expect(order(3, 301n)).toBeGreaterThan(order(2, 10n ** 18n - 1n));
    expect(order(4, 901n)).toBeGreaterThan(order(4, 900n));
    expect(order(4, 900n)).toBe(order(3, 900n));
    expect(positionOf(order(4, 901n))).toBe(901n);
    // The topic has 20 digits for it.
    expect(String(order(4, 10n ** 18n - 1n)).length).toBeLessThanOrEqual(20);
  });
});

describe('the cursor of a list', () => {
  const own = cursor('123.abc');
  const page = { data: [], nextCursor: own };

  it('has the epoch in it, and comes back as it was', () => {
    const { nextCursor } = withNamedCursor(storeIn(2), page);
    expect(nextCursor).not.toBe(own);
    expect(nextCursor).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    expect(withOwnCursor(storeIn(2), { cursor: nextCursor })).toEqual({ cursor: own });
    const longest = withNamedCursor(storeIn(1), {
      nextCursor: cursor(`${'9'.repeat(18)}.1z141z3`),
    });
    expect(longest.nextCursor.length).toBeLessThanOrEqual(128);
  });

  it('is refused in another epoch, also one of a version that knew none', () => {
    const { nextCursor } = withNamedCursor(storeIn(1), page);
    for (const each of [nextCursor, own]) {
      expect(refusal(() => withOwnCursor(storeIn(2), { cursor: each })).code).toBe('epoch-ended');
      expect(withOwnCursor(storeIn(1), { cursor: each })).toEqual({ cursor: own });
    }
  });

  it('stays absent at the end, and in a request without one', () => {
    expect(withNamedCursor(storeIn(1), { data: [], nextCursor: null })).toEqual({
      ...{ data: [], nextCursor: null },
    });
    expect(withOwnCursor(storeIn(1), {})).toEqual({});
  });
});
