import { earliestExpiry, expiryOf, NEVER_EXPIRES } from './expiry';

const policy = { unusedDays: 30, idleDays: 60 };
const activeSince = '2025-01-01T12:00:00.000Z';

describe('the expiry of a purse', () => {
  it('counts from the mint while nothing was received', () => {
    expect(expiryOf(policy, { activeSince, lastReceiptAt: null })).toEqual({
      at: '2025-01-31T12:00:00.000Z',
      reason: 'never-replenished',
    });
  });

  it('counts from the last receipt, which renews it', () => {
    expect(expiryOf(policy, { activeSince, lastReceiptAt: '2025-01-20T00:00:00.123456Z' })).toEqual(
      {
        at: '2025-03-21T00:00:00.123Z',
        reason: 'unused',
      },
    );
  });

  it('counts from the restoration when that is later than the last receipt', () => {
    expect(expiryOf(policy, { activeSince, lastReceiptAt: '2024-12-01T00:00:00.000Z' })).toEqual({
      at: '2025-03-02T12:00:00.000Z',
      reason: 'unused',
    });
  });

  it('is never without a period', () => {
    const used = { activeSince, lastReceiptAt: activeSince };
    const unused = { activeSince, lastReceiptAt: null };
    expect(expiryOf(NEVER_EXPIRES, used)).toBeNull();
    expect(expiryOf(NEVER_EXPIRES, unused)).toBeNull();
    expect(expiryOf({ unusedDays: 30, idleDays: null }, used)).toBeNull();
    expect(expiryOf({ unusedDays: null, idleDays: 60 }, unused)).toBeNull();
  });
});

it.each([
  [{ unusedDays: 30, idleDays: 60 }, '2025-01-31T12:00:00.000Z'],
  [{ unusedDays: 60, idleDays: 30 }, '2025-01-31T12:00:00.000Z'],
  [{ unusedDays: null, idleDays: 30 }, '2025-01-31T12:00:00.000Z'],
  [{ unusedDays: 30, idleDays: null }, '2025-01-31T12:00:00.000Z'],
  [NEVER_EXPIRES, null],
])('with %j a purse may expire at %p at the earliest', (periods, at) => {
  expect(earliestExpiry(periods, activeSince)).toBe(at);
});
