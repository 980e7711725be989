import * as a from '../testing/a';
import { specification } from '../testing/specification';
import type { Act } from './act';
import type { Credit } from './credit';
import { fold } from './decider';
import { postings } from './events';
import { type ReplenishmentCommand, replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';

const given = specification(replenishment);

const record = a.recordTransfer;
const custody = 1_500_000n;

const voids = (act: Partial<Act> = {}, held = custody): ReplenishmentCommand => ({
  ...{ type: 'VoidReplenishment', ...a.act, ...act },
  facts: { custody: held },
});
const credits = (act: Partial<Act> = {}, customerBlocked = false): ReplenishmentCommand => ({
  ...{ type: 'CreditReplenishment', ...restored, ...act },
  facts: { customerBlocked },
});

const restored = { reason: 'the token is honest', reference: 'case-1743' };
const detected = a.replenishmentDetected({ version: 1 });
const confirmed = a.replenishmentConfirmed({ version: 2 });
const voided = a.replenishmentVoided({ version: 2 });
const credited = [detected, confirmed] as const;
const netted = replenishment.decide(
  record({ netted: '500000', status: 'final', version: 2 }),
  replenishment.initialState,
);

describe('a void', () => {
  it.each<[string, Credit]>([
    ['the customer', { to: 'customer' }],
    ['the account', { to: 'account', reason: 'customer-blocked' }],
    ['suspense', { to: 'suspense', reason: 'purse-archived' }],
  ])('takes back from %s exactly what was credited', (_, credit) => {
    const receipt = a.replenishmentConfirmed({ version: 2, credit });
    const taken = a.replenishmentVoided({ version: 2, credit });
    given(detected, receipt).when(voids()).emits(taken);
    const [[inward], [outward]] = [postings(receipt), postings(taken)];
    expect(outward).toEqual({
      ...{ ...inward, kind: 'void' },
      ...{ debit: inward?.credit, credit: inward?.debit },
    });
  });

  it('takes back what compliance declined', () => {
    const credit = { to: 'suspense', reason: 'compliance-declined' } as const;
    given(detected, a.replenishmentDeclined({ version: 2 }))
      .when(voids())
      .emits(a.replenishmentVoided({ version: 2, credit }));
  });

  it('refuses coins of the account itself, which are no deposit', () => {
    given(a.ownCoinsDetected(), a.ownCoinsBooked({ version: 2 }))
      .when(voids())
      .refuses('replenishment-not-credited');
  });

  it('takes back what was credited without what left again in its transaction', () => {
    given(...netted)
      .when(voids({}, 999_999n))
      .refuses('custody-too-low');
    const [taken] = replenishment.decide(voids({}, 1_000_000n), fold(replenishment, netted));
    expect(taken).toMatchObject({ type: 'ReplenishmentVoided', data: { amount: '1000000' } });
  });

  it('ends the cover by sweeps, which the next credit has again by a command of its own', () => {
    const swept = a.replenishmentSwept({ version: 2 });
    const { amount } = voided.data;
    const settle = { type: 'SettleReplenishment', blockHash: a.block().hash, amount } as const;
    given(...credited, swept)
      .when(voids())
      .emits(voided)
      .when({ ...settle, sweep: swept.data.sweep })
      .changesNothing()
      .when(credits())
      .emits(a.replenishmentConfirmed({ version: 2, restored }))
      .when({ ...settle, sweep: null })
      .changesNothing()
      .when({ ...settle, sweep: swept.data.sweep })
      .emits(swept);
  });

  it('is one void, however often it is repeated, and its reference says which', () => {
    given(...credited, voided)
      .when(voids())
      .changesNothing()
      .when(voids({ reference: 'case-1800' }))
      .refuses('replenishment-voided')
      .when(voids({ reason: 'another reason' }))
      .refuses('reference-reused');
  });

  it('needs something that is credited', () => {
    const histories: readonly (readonly ReplenishmentEvent[])[] = [
      [a.replenishmentSeen()],
      [a.replenishmentSeen(), a.replenishmentDropped()],
      [detected],
      [detected, a.complianceCheckStarted({ version: 2 })],
      [a.replenishmentRejected()],
      [...credited, a.replenishmentReverted({ version: 3 })],
    ];
    for (const history of histories) {
      given(...history)
        .when(voids())
        .refuses('replenishment-not-credited');
    }
    given().when(voids()).refuses('replenishment-not-found');
  });

  it('does not take coins out of a purse that no longer holds them', () => {
    given(...credited)
      .when(voids({}, custody - 1n))
      .refuses('custody-too-low');
  });

  it('has a reason and a reference', () => {
    given(...credited)
      .when(voids({ reason: ' ' }))
      .refuses('invalid-reason')
      .when(voids({ reference: '' }))
      .refuses('invalid-reference')
      .when(voids({ reference: 'x'.repeat(129) }))
      .refuses('invalid-reference');
  });
});

describe('a report of a voided transfer', () => {
  const moved = a.block('b', 101);

  it('is recorded and moves nothing, whatever it says', () => {
    const noted = a.replenishmentReportNoted({ version: 3 });
    given(...credited, voided)
      .when(record({ status: 'final', version: 3 }))
      .emits(noted)
      .when(record({ status: 'final', version: 3 }))
      .changesNothing()
      .when(record({ status: 'reverted', version: 4 }))
      .emits(
        a.replenishmentReportNoted({
          ...{ version: 4, reported: 'reverted', block: null, finality: null },
        }),
      )
      .when(record({ status: 'detected', version: 5, block: moved }))
      .emits(
        a.replenishmentReportNoted({
          ...{ version: 5, reported: 'detected', block: moved, finality: null },
        }),
      )
      .when(record({ status: 'final', version: 6, block: moved }))
      .emits(a.replenishmentReportNoted({ version: 6, block: moved }))
      .when(record({ status: 'failed', version: 7, block: moved }))
      .emits(
        a.replenishmentReportNoted({
          ...{ version: 7, reported: 'failed', block: moved, finality: null },
        }),
      )
      .when({
        ...{ type: 'ResolveCompliance', accountId: a.parties.accountId, decision: a.passed },
        facts: a.ownerFacts(),
      })
      .refuses('replenishment-not-screening');
    expect(postings(noted)).toEqual([]);
  });
});

describe('an operator who credits a voided replenishment again', () => {
  it('gives back what was taken, by what holds of the customer now', () => {
    const byNow: readonly [Credit, boolean, Credit][] = [
      [{ to: 'customer' }, false, { to: 'customer' }],
      [{ to: 'customer' }, true, { to: 'account', reason: 'customer-blocked' }],
      [{ to: 'account', reason: 'customer-blocked' }, false, { to: 'customer' }],
      [
        { to: 'suspense', reason: 'purse-archived' },
        false,
        { to: 'suspense', reason: 'purse-archived' },
      ],
    ];
    for (const [before, blocked, credit] of byNow) {
      given(
        detected,
        a.replenishmentConfirmed({ version: 2, credit: before }),
        a.replenishmentVoided({ version: 2, credit: before }),
      )
        .when(credits({}, blocked))
        .emits(a.replenishmentConfirmed({ version: 2, credit, restored }));
    }
  });

  it('never gives a customer what compliance declined', () => {
    const declined = a.replenishmentDeclined({ version: 2 });
    const { credit } = declined.data;
    given(detected, declined, a.replenishmentVoided({ version: 2, credit }))
      .when(credits())
      .emits(a.replenishmentDeclined({ version: 2, restored }));
  });

  it('does it once, after which the chain decides again, and an operator may void again', () => {
    given(...credited, voided)
      .when(credits())
      .emits(a.replenishmentConfirmed({ version: 2, restored }))
      .when(credits())
      .changesNothing()
      .when(voids())
      .refuses('reference-reused')
      .when(credits({ reference: 'case-1900' }))
      .refuses('replenishment-not-voided')
      .when(voids({ reference: 'case-1901' }))
      .emits(a.replenishmentVoided({ version: 2, reference: 'case-1901' }))
      .when(credits({ reference: 'case-1902' }))
      .emits(
        a.replenishmentConfirmed({ version: 2, restored: { ...restored, reference: 'case-1902' } }),
      )
      .when(record({ status: 'reverted', version: 3 }))
      .emits(a.replenishmentReverted({ version: 3 }))
      .when(record({ status: 'detected', version: 4 }))
      .emits(a.replenishmentDetected({ version: 4 }))
      .when(record({ status: 'final', version: 5 }))
      .emits(a.replenishmentConfirmed({ version: 5 }))
      .when(voids({ reference: 'case-1901' }))
      .refuses('reference-reused');
  });

  it('is refused while the chain does not show the same transfer as final', () => {
    const moved = a.block('b', 101);
    given(...credited, voided)
      .when(record({ status: 'reverted', version: 3 }))
      .emits(
        a.replenishmentReportNoted({
          ...{ version: 3, reported: 'reverted', block: null, finality: null },
        }),
      )
      .when(credits())
      .refuses('replenishment-not-final')
      .when(record({ status: 'detected', version: 4, block: moved }))
      .emits(
        a.replenishmentReportNoted({
          ...{ version: 4, reported: 'detected', block: moved, finality: null },
        }),
      )
      .when(credits())
      .refuses('replenishment-not-final')
      .when(record({ status: 'final', version: 5, block: moved }))
      .emits(a.replenishmentReportNoted({ version: 5, block: moved }))
      .when(credits())
      .emits(a.replenishmentConfirmed({ version: 5, block: moved, restored }));
  });

  it('is refused when a reorg changed what the transaction moves', () => {
    const transfer = a.transfer({ amount: 9n });
    given(...credited, voided)
      .when(record({ status: 'final', version: 3, amount: 9n }))
      .emits(a.replenishmentReportNoted({ version: 3, transfer }))
      .when(credits())
      .refuses('replenishment-not-final');
  });

  it('is not refused for a pending copy of the transaction, or the same block once more', () => {
    given(...credited, voided)
      .when(record({ status: 'seen', version: 3 }))
      .emits(
        a.replenishmentReportNoted({
          ...{ version: 3, reported: 'seen', block: null, finality: null },
        }),
      )
      .when(record({ status: 'detected', version: 4 }))
      .emits(a.replenishmentReportNoted({ version: 4, reported: 'detected', finality: null }))
      .when(credits())
      .emits(a.replenishmentConfirmed({ version: 4, restored }));
  });

  it('is refused for what is not voided', () => {
    for (const history of [[detected], credited, [a.replenishmentRejected()]]) {
      given(...history)
        .when(credits())
        .refuses('replenishment-not-voided');
    }
    given().when(credits()).refuses('replenishment-not-found');
  });
});

it('keeps the acts of operators through whatever the chain does', () => {
  const state = fold(replenishment, [
    ...[...credited, voided, a.replenishmentConfirmed({ version: 2, restored })],
    ...[a.replenishmentReverted({ version: 3 }), a.replenishmentDetected({ version: 4 })],
  ]);
  expect(state).toMatchObject({
    status: 'detected',
    acts: [
      { type: 'void', ...a.act },
      { type: 'credit', ...restored },
    ],
  });
});
