import * as a from '../testing/a';
import { rejectionOf, sameContent } from './transfer';

const nft = 'eip155:1/erc721:0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d';

describe('the reason that forbids a credit', () => {
  it('is none for a registered asset at or above its minimum', () => {
    expect(rejectionOf(a.report({ amount: 10n }), a.asset({ minimum: 10n }))).toBeNull();
    expect(rejectionOf(a.report({ amount: 11n }), a.asset({ minimum: 10n }))).toBeNull();
    expect(rejectionOf(a.report({ amount: 1n }), a.asset({ minimum: 0n }))).toBeNull();
  });

  // Each line has every fault of the lines below it, so the order is the order of precedence.
  it.each([
    ['transaction-failed', a.report({ status: 'failed', asset: nft, amount: 0n }), null],
    ['not-fungible', a.report({ asset: nft, amount: 0n }), null],
    ['unknown-token', a.report({ amount: 0n }), null],
    ['zero-value', a.report({ amount: 0n }), a.asset({ minimum: 10n })],
    ['below-minimum', a.report({ amount: 9n }), a.asset({ minimum: 10n })],
  ])('is %s before all that come after it', (reason, report, asset) => {
    expect(rejectionOf(report, asset)).toBe(reason);
  });

  it('is not-fungible for an ERC-721 even if somebody registers it', () => {
    expect(rejectionOf(a.report({ asset: nft }), a.asset({ id: nft }))).toBe('not-fungible');
  });

  it('is zero-value even of an asset without a minimum', () => {
    expect(rejectionOf(a.report({ amount: 0n }), a.asset({ minimum: 0n }))).toBe('zero-value');
  });

  it.each(['seen', 'detected', 'final', 'reverted', 'dropped'] as const)(
    'does not depend on whether the transfer is %s',
    (status) => {
      expect(rejectionOf(a.report({ status }), a.asset())).toBeNull();
      expect(rejectionOf(a.report({ status }), null)).toBe('unknown-token');
    },
  );
});

describe('two reports of the same movement', () => {
  it('are the same whatever the place in the transaction is called', () => {
    expect(sameContent(a.transfer(), a.transfer({ ordinal: 'log:1' }))).toBe(true);
  });

  it.each([
    ['amount', a.transfer({ amount: 2n })],
    ['recipient', a.transfer({ to: '0x1' })],
    ['asset', a.transfer({ asset: 'eip155:1/slip44:60' })],
    ['sender', a.transfer({ from: '0x1' })],
  ])('are not the same with another %s', (_, other) => {
    expect(sameContent(a.transfer(), other)).toBe(false);
  });
});
