import * as a from '../testing/a';
import { specification } from '../testing/specification';
import type { HeldReason } from './credit';
import { postings } from './events';
import { replenishment } from './replenishment';
import type { ResolutionCommand, Resolver } from './resolve-held';

const given = specification(replenishment);
const { accountId } = a.parties;
const detected = a.replenishmentDetected();
const held = (reason: HeldReason) =>
  a.replenishmentHeld({ version: 2, credit: { to: 'suspense', reason } });
const resolve = (
  to: 'customer' | 'account',
  changes: Partial<ResolutionCommand> = {},
): ResolutionCommand => ({
  ...{ type: 'ResolveHeld', accountId, to, ...a.act },
  by: 'operator',
  facts: { customerBlocked: false },
  ...changes,
});
const toAccount = { to: 'account', reason: 'resolved' } as const;
const released = (to: 'customer' | 'account', changes = {}) =>
  a.replenishmentReleased({
    ...{ version: 2, heldFor: 'purse-archived', act: a.act, resolvedTo: to },
    credit: to === 'account' ? toAccount : { to: 'customer' },
    ...changes,
  });

describe('resolving what is held', () => {
  it('gives it to the customer or to the account, once', () => {
    for (const to of ['customer', 'account'] as const) {
      given(detected, held('purse-archived'))
        .when(resolve(to))
        .emits(released(to))
        .when(resolve(to))
        .changesNothing()
        .when(resolve(to, { reference: 'case-2' }))
        .refuses('replenishment-not-held');
    }
    expect(postings(released('account'))).toMatchObject([
      { kind: 'resolution', debit: 'suspense/archived', credit: 'claim/account' },
    ]);
  });

  it('refuses the reference of another resolution', () => {
    given(detected, held('purse-archived'), released('customer'))
      .when(resolve('account'))
      .refuses('reference-reused');
  });

  it("gives a blocked customer's to the account", () => {
    const credit = { to: 'account', reason: 'customer-blocked' } as const;
    given(detected, held('purse-archived'))
      .when(resolve('customer', { facts: { customerBlocked: true } }))
      .emits(released('customer', { credit }));
  });

  it.each<[HeldReason, Resolver, boolean]>([
    ['below-minimum', 'account', true],
    ['purse-archived', 'account', true],
    ['purse-declined', 'account', false],
    ['compliance-declined', 'account', false],
    ['shared-address', 'account', false],
    ['no-owner', 'account', false],
    ['shared-address', 'operator', true],
    ['no-owner', 'operator', true],
  ])('of what is held for %s by the %s is allowed: %s', (reason, by, isAllowed) => {
    const tried = given(detected, held(reason)).when(resolve('customer', { by }));
    if (isAllowed) tried.emits(released('customer', { heldFor: reason }));
    else tried.refuses('resolution-not-allowed');
  });

  it('is for operators where compliance declined, and not before a review is decided', () => {
    const declined = a.replenishmentDeclined({ version: 2 });
    given(detected, declined)
      .when(resolve('account'))
      .emits(released('account', { heldFor: 'compliance-declined' }));
    given(detected, a.complianceCheckStarted({ version: 2 }))
      .when(resolve('account'))
      .refuses('replenishment-not-held');
  });

  it('releases what earlier versions confirmed to suspense', () => {
    const credit = { to: 'suspense', reason: 'purse-archived' } as const;
    given(detected, a.replenishmentConfirmed({ version: 2, credit }))
      .when(resolve('customer'))
      .emits(released('customer'));
  });

  it('is taken back exactly, and restored where it was', () => {
    const history = [detected, held('purse-archived'), released('account')];
    given(...history)
      .when(a.recordTransfer({ status: 'reverted', version: 3 }))
      .emits(a.replenishmentReverted({ version: 3, credit: toAccount }));
    const custody = 10n ** 30n;
    const again = { ...a.act, reference: 'case-3' };
    given(...history)
      .when({ type: 'VoidReplenishment', ...a.act, reference: 'case-2', facts: { custody } })
      .emits(a.replenishmentVoided({ version: 2, credit: toAccount, reference: 'case-2' }))
      .when({ type: 'CreditReplenishment', ...again, facts: { customerBlocked: false } })
      .emits(a.replenishmentConfirmed({ version: 2, credit: toAccount, restored: again }));
  });

  it("does not find another account's, and refuses what is not held", () => {
    given(detected, held('purse-archived'))
      .when(resolve('account', { accountId: a.otherAccountId }))
      .refuses('replenishment-not-found');
    given().when(resolve('account')).refuses('replenishment-not-found');
    given(detected).when(resolve('account')).refuses('replenishment-not-held');
    given(detected, a.replenishmentConfirmed({ version: 2 }))
      .when(resolve('account'))
      .refuses('replenishment-not-held');
  });
});
