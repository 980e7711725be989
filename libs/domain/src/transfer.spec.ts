import * as a from '../testing/a';
import { isBelowMinimum, rejectionOf, sameContent } from './transfer';

const listed = (minimum: bigint) => a.facts({ asset: a.asset({ minimum }) });
const unlisted = a.facts({ asset: null });
const collectible = a.facts({ asset: null, isFungible: false });

describe('the reason that forbids a credit', () => {
  it('is none for a registered asset at or above its minimum', () => {
    expect(rejectionOf(a.report({ amount: 10n }), listed(10n))).toBeNull();
    expect(rejectionOf(a.report({ amount: 11n }), listed(10n))).toBeNull();
    expect(rejectionOf(a.report({ amount: 1n }), listed(0n))).toBeNull();
  });

  // Each line has every fault of the lines below it, so the order is the order of precedence.
  it.each([
    ['transaction-failed', a.report({ status: 'failed', amount: 0n }), collectible],
    ['not-fungible', a.report({ amount: 0n }), collectible],
    ['unknown-token', a.report({ amount: 0n }), unlisted],
    ['unreadable', a.report({ amount: 0n, unreadable: true }), listed(10n)],
    ['zero-value', a.report({ amount: 0n }), listed(10n)],
    [
      'netted',
      a.report({ amount: 9n, netted: '9' }),
      { ...listed(10n), sender: 'purse-of-account' },
    ],
    ['internal', a.report({ amount: 9n }), { ...listed(10n), sender: 'purse-of-account' }],
    [
      'top-up',
      a.report({ asset: 'eip155:1/slip44:60', amount: 9n }),
      { ...listed(10n), sender: 'gas-address' },
    ],
  ] as const)('is %s before all that come after it', (reason, report, facts) => {
    expect(rejectionOf(report, facts)).toBe(reason);
  });

  it('is unreadable whatever the amount says', () => {
    expect(rejectionOf(a.report({ amount: 50n, unreadable: true }), listed(1n))).toBe('unreadable');
  });

  it('counts what is left of the amount after what left again', () => {
    expect(isBelowMinimum(a.transfer({ amount: 19n, netted: '10' }), listed(10n))).toBe(true);
    expect(isBelowMinimum(a.transfer({ amount: 20n, netted: '10' }), listed(10n))).toBe(false);
  });

  it('is top-up for the coin from a gas address, of any amount, and none for its tokens', () => {
    const ether = 'eip155:1/slip44:60';
    const facts = { ...a.facts({ asset: a.asset({ id: ether, minimum: 10n }) }) };
    const fromGas = { ...facts, sender: 'gas-address' as const };
    expect(rejectionOf(a.report({ asset: ether, amount: 5n }), fromGas)).toBe('top-up');
    expect(rejectionOf(a.report({ asset: ether, amount: 50n }), facts)).toBeNull();
    expect(rejectionOf(a.report(), a.facts({ sender: 'gas-address' }))).toBeNull();
  });

  it('is not-fungible for a collectible even if somebody lists it', () => {
    expect(rejectionOf(a.report(), a.facts({ isFungible: false }))).toBe('not-fungible');
  });

  it('is zero-value even of an asset without a minimum', () => {
    expect(rejectionOf(a.report({ amount: 0n }), listed(0n))).toBe('zero-value');
  });

  it.each(['seen', 'detected', 'final', 'reverted', 'dropped'] as const)(
    'does not depend on whether the transfer is %s',
    (status) => {
      expect(rejectionOf(a.report({ status }), a.facts())).toBeNull();
      expect(rejectionOf(a.report({ status }), unlisted)).toBe('unknown-token');
    },
  );
});

describe('two reports of the same movement', () => {
  it('are the same with any ordinal in the transaction', () => {
    expect(sameContent(a.transfer(), a.transfer({ ordinal: 'log:1' }))).toBe(true);
  });

  it.each([
    ['amount', a.transfer({ amount: 2n })],
    ['recipient', a.transfer({ to: '0x1' })],
    ['asset', a.transfer({ asset: 'eip155:1/slip44:60' })],
    ['sender', a.transfer({ from: '0x1' })],
    ['netted part', a.transfer({ netted: '1' })],
  ])('are not the same with another %s', (_, other) => {
    expect(sameContent(a.transfer(), other)).toBe(false);
  });
});
