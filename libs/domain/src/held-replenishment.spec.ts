import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { postings } from './events';
import { sumFor } from './held-sum';
import { replenishment } from './replenishment';

const given = specification(replenishment);
const asset = a.asset({ minimum: 10n });
const record = (report: Parameters<typeof a.recordTransfer>[0], facts = {}) =>
  a.recordTransfer({ amount: 4n, ...report }, { asset, ...facts });
const small = { amount: 4n } as const;
const transfer = a.transfer(small);
const detected = a.replenishmentDetected({ transfer });
const held = a.replenishmentHeld({ version: 2, ...small });
const second = 'b943ac0c-1c90-5f1a-902c-1a759be47e29';
const sum = {
  first: a.replenishmentId,
  amount: '11',
  count: 2,
  parts: [a.replenishmentId, second],
};
const release = (facts = { customerBlocked: false }, changes = {}) => ({
  ...({
    type: 'ReleaseReplenishment',
    blockHash: a.block().hash,
    amount: '4',
    sum,
    facts,
  } as const),
  ...changes,
});
const released = a.replenishmentReleased({ version: 2, ...small, sum });
const toAccount = { to: 'account', reason: 'customer-blocked' } as const;

describe('a transfer below the minimum', () => {
  it('is detected like any other, and held when it is final', () => {
    given()
      .when(record({ status: 'detected', version: 1 }))
      .emits(detected)
      .when(record({ status: 'final', version: 2 }))
      .emits(held)
      .when(record({ status: 'final', version: 3 }))
      .changesNothing()
      .when(record({ status: 'detected', version: 4 }))
      .emits(a.replenishmentLaterVersionNoted({ version: 4, transfer: detected.data.transfer }));
  });

  it('is worth no record while no block includes it', () => {
    given()
      .when(record({ status: 'seen', version: 1 }))
      .changesNothing()
      .when(record({ status: 'dropped', version: 2 }))
      .changesNothing();
  });

  it('is held for its purse if that is out of use, and for the minimum if the customer is blocked', () => {
    const heldFor = (reason: 'purse-archived' | 'below-minimum') =>
      a.replenishmentHeld({ version: 2, ...small, credit: { to: 'suspense', reason } });
    given(detected)
      .when(record({ status: 'final', version: 2 }, { purseStatus: 'archived' }))
      .emits(heldFor('purse-archived'))
      .when(release())
      .changesNothing();
    given(detected)
      .when(record({ status: 'final', version: 2 }, { customerBlocked: true }))
      .emits(heldFor('below-minimum'));
  });

  it('is held where it is not certain whose the purse is, of any amount, and blocked or not', () => {
    const unowned = { purseStatus: 'unowned', customerBlocked: true } as const;
    const credit = { to: 'suspense', reason: 'no-owner' } as const;
    given(a.replenishmentDetected())
      .when(a.recordTransfer({ status: 'final', version: 2 }, unowned))
      .emits(a.replenishmentHeld({ version: 2, credit }));
    const held = a.replenishmentHeld({ version: 2, credit });
    expect(postings(held)).toMatchObject([
      { kind: 'receipt', debit: 'custody/purse', credit: 'suspense/no-owner' },
    ]);
  });

  it('is held where the customer was erased, of any amount', () => {
    const credit = { to: 'suspense', reason: 'customer-erased' } as const;
    const held = a.replenishmentHeld({ version: 2, credit });
    given(a.replenishmentDetected())
      .when(a.recordTransfer({ status: 'final', version: 2 }, { customerErased: true }))
      .emits(held);
    expect(postings(held)).toMatchObject([
      { kind: 'receipt', debit: 'custody/purse', credit: 'suspense/erased' },
    ]);
    // The purse has its own reason where it may not be used.
    given(a.replenishmentDetected())
      .when(
        a.recordTransfer(
          { status: 'final', version: 2 },
          { customerErased: true, purseStatus: 'declined' },
        ),
      )
      .emits(
        a.replenishmentConfirmed({
          ...{ version: 2, credit: { to: 'suspense', reason: 'purse-declined' } },
        }),
      );
  });

  it('has its coins in custody, and counts as received', () => {
    expect(postings(held)).toMatchObject([
      { kind: 'receipt', debit: 'custody/purse', credit: 'suspense/below-minimum', amount: 4n },
    ]);
  });

  it('is screened before it is held, and never held when that declines it', () => {
    const started = a.complianceCheckStarted({ version: 2, transfer, belowMinimum: true });
    const resolve = (decision: 'approved' | 'declined') => ({
      ...({ type: 'ResolveCompliance', accountId: a.parties.accountId } as const),
      ...{ decision, facts: a.ownerFacts() },
    });
    given(detected)
      .when(record({ status: 'final', version: 2 }, { screening: true }))
      .emits(started)
      .when(resolve('approved'))
      .emits(held)
      .when(resolve('approved'))
      .changesNothing();
    given(detected, started)
      .when(resolve('declined'))
      .emits(a.replenishmentDeclined({ version: 2, ...small }))
      .when(release())
      .changesNothing();
  });

  it('that was rejected before such transfers were held is held by a later report, once', () => {
    const rejected = a.replenishmentRejected({ transfer, reason: 'below-minimum' });
    given(rejected)
      .when(record({ status: 'final', version: 1 }))
      .emits(detected, a.replenishmentHeld(small))
      .when(record({ status: 'final', version: 1 }))
      .changesNothing()
      .when(record({ status: 'final', version: 2 }))
      .changesNothing();
    given(rejected)
      .when(record({ status: 'final', version: 2 }))
      .emits(a.replenishmentDetected({ version: 2, transfer }), held);
  });

  it('may be swept while it is held, and stays swept when it is released', () => {
    const sweep = { outflowId: 'eip155:1/0x7b/log:0', txHash: a.outflow().txHash };
    const settle = (by: typeof sweep | null) =>
      ({ type: 'SettleReplenishment', blockHash: a.block().hash, amount: '4', sweep: by }) as const;
    given(detected, held)
      .when(settle(sweep))
      .emits(a.replenishmentSwept({ version: 2, transfer, sweep }))
      .when(release())
      .emits(released)
      .when(settle(sweep))
      .changesNothing();
  });
});

describe('a release in a sum', () => {
  it('credits the customer, once, and names the parts', () => {
    given(detected, held)
      .when(release())
      .emits(released)
      .when(release())
      .changesNothing()
      .when(record({ status: 'final', version: 3 }))
      .changesNothing();
    expect(postings(released)).toMatchObject([
      { kind: 'resolution', debit: 'suspense/below-minimum', credit: 'claim/customer', amount: 4n },
    ]);
  });

  it('credits the account while the customer is blocked', () => {
    const blocked = a.replenishmentReleased({ version: 2, ...small, sum, credit: toAccount });
    given(detected, held)
      .when(release({ customerBlocked: true }))
      .emits(blocked);
    expect(postings(blocked)).toMatchObject([
      { kind: 'resolution', debit: 'suspense/below-minimum', credit: 'claim/account' },
    ]);
  });

  it('takes only what is held as it was when it was added up', () => {
    given(detected, held)
      .when(release(undefined, { blockHash: a.block('b').hash }))
      .changesNothing()
      .when(release(undefined, { amount: '5' }))
      .changesNothing();
    given(detected).when(release()).changesNothing();
    given().when(release()).changesNothing();
  });

  it('lists the parts in each event, of many in that of the first alone', () => {
    expect(sumFor(second, sum)).toEqual(sum);
    const many = Array.from({ length: 101 }, (_, i) => (i === 0 ? sum.first : `part-${i}`));
    const long = { first: sum.first, amount: '101', count: 101 };
    expect(sumFor(sum.first, { ...long, parts: many })).toEqual({ ...long, parts: many });
    expect(sumFor('part-7', { ...long, parts: many })).toEqual(long);
  });
});

describe('a reorg', () => {
  it('takes what is held out of suspense', () => {
    const reverted = a.replenishmentReverted({ version: 3, ...small, credit: held.data.credit });
    given(detected, held)
      .when(record({ status: 'reverted', version: 3 }))
      .emits(reverted)
      .when(record({ status: 'final', version: 4 }))
      .emits(
        a.replenishmentDetected({ version: 4, transfer }),
        a.replenishmentHeld({ version: 4, ...small }),
      );
    expect(postings(reverted)).toMatchObject([
      { kind: 'reversal', debit: 'suspense/below-minimum', credit: 'custody/purse', amount: 4n },
    ]);
  });

  it('takes what was released from who was credited', () => {
    const reverted = a.replenishmentReverted({ version: 3, ...small });
    given(detected, held, released)
      .when(record({ status: 'reverted', version: 3 }))
      .emits(reverted);
    expect(postings(reverted)).toMatchObject([
      { kind: 'reversal', debit: 'claim/customer', credit: 'custody/purse', amount: 4n },
    ]);
  });
});

describe('an operator', () => {
  const credit = {
    type: 'CreditReplenishment',
    ...a.act,
    facts: { customerBlocked: false },
  } as const;
  const other = { reason: 'a mistake', reference: 'case-1743' };
  const voidIt = { type: 'VoidReplenishment', ...other, facts: { custody: 4n } } as const;

  it('credits what is held, whatever for, once', () => {
    const byHand = a.replenishmentReleased({ version: 2, ...small, act: a.act });
    given(detected, held)
      .when(credit)
      .emits(byHand)
      .when(credit)
      .changesNothing()
      .when(release())
      .changesNothing()
      .when({ ...credit, reference: 'case-9' })
      .refuses('replenishment-not-voided');
    const archived = { to: 'suspense', reason: 'purse-archived' } as const;
    given(detected, a.replenishmentHeld({ version: 2, ...small, credit: archived }))
      .when({ ...credit, facts: { customerBlocked: true } })
      .emits(
        a.replenishmentReleased({
          ...{ version: 2, ...small, act: a.act, heldFor: 'purse-archived', credit: toAccount },
        }),
      );
  });

  it('does not credit what is not held yet', () => {
    given(detected).when(credit).refuses('replenishment-not-voided');
    given(detected, held, released).when(credit).refuses('replenishment-not-voided');
  });

  it('voids what is held, and holds it again', () => {
    const voided = a.replenishmentVoided({
      ...{ version: 2, ...small, ...other, credit: held.data.credit },
    });
    given(detected, held)
      .when(voidIt)
      .emits(voided)
      .when(release())
      .changesNothing()
      .when(credit)
      .emits(a.replenishmentHeld({ version: 2, ...small, restored: a.act }))
      .when(release())
      .emits(released);
    expect(postings(voided)).toMatchObject([
      { kind: 'void', debit: 'suspense/below-minimum', credit: 'custody/purse', amount: 4n },
    ]);
  });

  it('voids what was released, and credits it again without a sum', () => {
    given(detected, held, released)
      .when(voidIt)
      .emits(a.replenishmentVoided({ version: 2, ...small, ...other }))
      .when(credit)
      .emits(a.replenishmentConfirmed({ version: 2, ...small, restored: a.act }));
  });
});
