import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type ReplenishmentCommand, replenishment } from './replenishment';

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
): ReplenishmentCommand => ({
  type: 'ResolveCompliance',
  accountId,
  decision,
  facts: a.ownerFacts(),
});

const detected = a.replenishmentDetected({ version: 1 });
const screening = a.complianceCheckStarted({ version: 2 });
const confirmed = a.replenishmentConfirmed({ version: 2 });
const declined = a.replenishmentDeclined({ version: 2 });

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

  it('is no longer screened when a reorg removes it, and nothing is reversed', () => {
    given(detected, screening)
      .when(record({ status: 'reverted', version: 3 }))
      .emits(a.replenishmentReverted({ version: 3, credit: null }))
      .when(resolve('approved'))
      .refuses('replenishment-not-screening');
  });

  it('is screened again when it comes back', () => {
    given(detected, screening, a.replenishmentReverted({ version: 3, credit: null }))
      .when(record({ status: 'final', version: 4 }))
      .emits(a.replenishmentDetected({ version: 4 }), a.complianceCheckStarted({ version: 4 }))
      .when(resolve('approved'))
      .emits(a.replenishmentConfirmed({ version: 4 }));
  });

  it('is screened again when it shows another amount', () => {
    given(detected, screening)
      .when(record({ status: 'final', version: 3, amount: 9n }))
      .emits(
        a.replenishmentReverted({ version: 3, credit: null }),
        a.replenishmentDetected({ version: 3, transfer: a.transfer({ amount: 9n }) }),
        a.complianceCheckStarted({ version: 3, transfer: a.transfer({ amount: 9n }) }),
      );
  });
});

describe('resolving the screening', () => {
  it('credits what is approved, by the finality that was applied', () => {
    const finality = { kind: 'tag', tag: 'safe' } as const;
    given(detected, a.complianceCheckStarted({ version: 2, finality }))
      .when(resolve('approved'))
      .emits(a.replenishmentConfirmed({ version: 2, finality }));
  });

  it('holds what is declined in suspense', () => {
    given(detected, screening).when(resolve('declined')).emits(declined);
  });

  it('holds what is declined in suspense even if the customer is blocked or the purse archived', () => {
    const facts = a.ownerFacts({ customerBlocked: true, purseStatus: 'archived' });
    const { accountId } = a.parties;
    given(detected, screening)
      .when({ type: 'ResolveCompliance', accountId, decision: 'declined', facts })
      .emits(declined);
  });

  it('is quiet when the same decision is repeated', () => {
    given(detected, screening, confirmed).when(resolve('approved')).changesNothing();
    given(detected, screening, declined).when(resolve('declined')).changesNothing();
  });

  it('refuses the other decision afterwards', () => {
    given(detected, screening, confirmed)
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
    ['reverted', [detected, screening, a.replenishmentReverted({ version: 3, credit: null })]],
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
    for (const history of [[detected], [detected, screening], [detected, screening, confirmed]]) {
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
