import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { postings } from './events';
import { type ReplenishmentCommand, replenishment } from './replenishment';
import type { ComplianceCommand } from './resolve-compliance';

const given = specification(replenishment);

const record = (
  report: Parameters<typeof a.report>[0],
  screening = true,
): ReplenishmentCommand => ({
  type: 'RecordTransfer',
  report: a.report(report),
  facts: a.facts({ screening }),
});

const resolve = (
  decision: 'approved' | 'declined',
  accountId = a.parties.accountId,
  changes: Partial<ComplianceCommand> = {},
): ReplenishmentCommand => ({
  type: 'ResolveCompliance',
  accountId,
  decision: decision === 'approved' ? a.passed : a.refused,
  facts: a.ownerFacts(),
  ...changes,
});

const detected = a.replenishmentDetected({ version: 1 });
const screening = a.complianceCheckStarted({ version: 2 });
const heldFor = 'in-review' as const;
const inReview = { to: 'suspense', reason: heldFor } as const;
const released = a.replenishmentReleased({ version: 2, heldFor, compliance: a.passed });
const declined = a.replenishmentDeclined({ version: 2, heldFor, compliance: a.refused });

describe('a final transfer of an account that screens', () => {
  it('waits for the decision instead of being credited', () => {
    given(detected)
      .when(record({ status: 'final', version: 2 }))
      .emits(screening);
    given()
      .when(record({ status: 'final', version: 2 }))
      .emits(a.replenishmentDetected({ version: 2 }), screening);
  });

  it('is not screened before it is final', () => {
    given()
      .when(record({ status: 'detected', version: 1 }))
      .emits(detected);
  });

  it('goes on waiting when the account stops screening meanwhile', () => {
    given(detected, screening)
      .when(record({ status: 'final', version: 3 }, false))
      .changesNothing();
  });

  it('is no longer screened when a reorg removes it, which takes it out of review', () => {
    given(detected, screening)
      .when(record({ status: 'reverted', version: 3 }))
      .emits(a.replenishmentReverted({ version: 3, credit: inReview }))
      .when(resolve('approved'))
      .refuses('replenishment-not-screening');
  });

  it('is screened again when it comes back', () => {
    given(detected, screening, a.replenishmentReverted({ version: 3, credit: inReview }))
      .when(record({ status: 'final', version: 4 }))
      .emits(a.replenishmentDetected({ version: 4 }), a.complianceCheckStarted({ version: 4 }))
      .when(resolve('approved'))
      .emits(a.replenishmentReleased({ version: 4, heldFor, compliance: a.passed }));
  });

  it('is screened again when it shows another amount', () => {
    given(detected, screening)
      .when(record({ status: 'final', version: 3, amount: 9n }))
      .emits(
        a.replenishmentReverted({ version: 3, credit: inReview }),
        a.replenishmentDetected({ version: 3, transfer: a.transfer({ amount: 9n }) }),
        a.complianceCheckStarted({ version: 3, transfer: a.transfer({ amount: 9n }) }),
      );
  });
});

describe('resolving the screening', () => {
  it('has the coins in custody and in suspense until it is decided, and moves them once', () => {
    const moves = [screening, released, declined].map((event) => postings(event));
    const { asset } = a.transfer();
    expect(moves).toMatchObject([
      [{ kind: 'receipt', debit: 'custody/purse', credit: 'suspense/in-review', asset }],
      [{ kind: 'resolution', debit: 'suspense/in-review', credit: 'claim/customer', asset }],
      [{ kind: 'resolution', debit: 'suspense/in-review', credit: 'suspense/declined', asset }],
    ]);
  });

  it('releases what is approved to the customer, or to the account of a blocked one', () => {
    given(detected, screening).when(resolve('approved')).emits(released);
    const facts = a.ownerFacts({ customerBlocked: true });
    const credit = { to: 'account', reason: 'customer-blocked' } as const;
    given(detected, screening)
      .when(resolve('approved', undefined, { facts }))
      .emits(a.replenishmentReleased({ version: 2, heldFor, compliance: a.passed, credit }));
  });

  it('holds what is approved for the state of its purse', () => {
    const facts = a.ownerFacts({ purseStatus: 'archived' });
    const credit = { to: 'suspense', reason: 'purse-archived' } as const;
    given(detected, screening)
      .when(resolve('approved', undefined, { facts }))
      .emits(a.replenishmentHeld({ version: 2, credit, heldFor, compliance: a.passed }));
  });

  it('books the receipt of a check that earlier versions began, by the finality that was applied', () => {
    const finality = { kind: 'tag', tag: 'safe' } as const;
    const before = a.complianceCheckStartedUnbooked({ version: 2, finality });
    expect(postings(before)).toEqual([]);
    const confirmed = a.replenishmentConfirmed({ version: 2, finality, compliance: a.passed });
    given(detected, before).when(resolve('approved')).emits(confirmed);
    expect(postings(confirmed)).toMatchObject([{ kind: 'receipt', debit: 'custody/purse' }]);
    given(detected, before)
      .when(record({ status: 'reverted', version: 3 }))
      .emits(a.replenishmentReverted({ version: 3, credit: null }));
  });

  it('keeps who decided and why, once for each reference', () => {
    given(detected, screening)
      .when(resolve('approved', undefined, { act: a.act }))
      .emits(a.replenishmentReleased({ version: 2, heldFor, compliance: a.passed, act: a.act }))
      .when(resolve('approved', undefined, { act: a.act }))
      .changesNothing()
      .when({ type: 'VoidReplenishment', ...a.act, facts: { custody: 10n ** 30n } })
      .refuses('reference-reused');
    given(detected, screening)
      .when(resolve('declined', undefined, { act: { reason: ' ', reference: 'case-1' } }))
      .refuses('invalid-reason');
  });

  it('decides about what was checked alone', () => {
    const amount = a.transfer().amount;
    const checked = { blockHash: a.block().hash, amount };
    given(detected, screening)
      .when(resolve('approved', undefined, { checked: { ...checked, amount: '9' } }))
      .changesNothing()
      .when(resolve('approved', undefined, { checked: { ...checked, blockHash: '0xother' } }))
      .changesNothing()
      .when(resolve('approved', undefined, { checked }))
      .emits(released);
  });

  it('cannot be voided before it is decided', () => {
    given(detected, screening)
      .when({ type: 'VoidReplenishment', ...a.act, facts: { custody: 10n ** 30n } })
      .refuses('replenishment-not-credited');
  });

  it('holds what is declined in suspense', () => {
    given(detected, screening).when(resolve('declined')).emits(declined);
  });

  it('holds what is declined in suspense even if the customer is blocked or the purse archived', () => {
    const facts = a.ownerFacts({ customerBlocked: true, purseStatus: 'archived' });
    const { accountId } = a.parties;
    given(detected, screening)
      .when(resolve('declined', accountId, { facts }))
      .emits(declined);
  });

  it('is quiet when the same decision is repeated', () => {
    given(detected, screening, released).when(resolve('approved')).changesNothing();
    given(detected, screening, declined).when(resolve('declined')).changesNothing();
  });

  it('refuses the other decision afterwards', () => {
    given(detected, screening, released)
      .when(resolve('declined'))
      .refuses('replenishment-not-screening');
    given(detected, screening, declined)
      .when(resolve('approved'))
      .refuses('replenishment-not-screening');
  });

  it.each([
    ['seen', [a.replenishmentSeen()]],
    ['dropped', [a.replenishmentSeen(), a.replenishmentDropped()]],
    ['detected', [detected]],
    ['rejected', [a.replenishmentRejected()]],
    ['reverted', [detected, screening, a.replenishmentReverted({ version: 3, credit: inReview })]],
  ])('refuses a replenishment that is %s', (_, history) => {
    for (const decision of ['approved', 'declined'] as const) {
      given(...history)
        .when(resolve(decision))
        .refuses('replenishment-not-screening');
    }
  });

  it('refuses an unknown replenishment', () => {
    given().when(resolve('approved')).refuses('replenishment-not-found');
  });

  it("does not find another account's replenishment in any status", () => {
    for (const history of [[detected], [detected, screening], [detected, screening, released]]) {
      given(...history)
        .when(resolve('approved', a.otherAccountId))
        .refuses('replenishment-not-found');
    }
  });

  it('leaves what was declined to a reorg like any credit', () => {
    given(detected, screening, declined)
      .when(record({ status: 'reverted', version: 3 }))
      .emits(
        a.replenishmentReverted({
          version: 3,
          credit: { to: 'suspense', reason: 'compliance-declined' },
        }),
      );
  });
});
