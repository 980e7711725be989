import * as a from '../testing/a';
import { specification } from '../testing/specification';
import type { OwnerFacts } from './credit';
import { fold } from './decider';
import { replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import type { ReplenishmentStatus } from './replenishment-state';

const given = specification(replenishment);

const record = a.recordTransfer;

const seen = a.replenishmentSeen({ version: 1 });
const detected = a.replenishmentDetected({ version: 2 });
const confirmed = a.replenishmentConfirmed({ version: 3 });
const dropped = a.replenishmentDropped({ version: 2 });

describe('a transfer that goes as it should', () => {
  it('is seen in the mempool, detected in a block and confirmed when final', () => {
    given()
      .when(record({ status: 'seen', version: 1 }))
      .emits(seen)
      .when(record({ status: 'detected', version: 2 }))
      .emits(detected)
      .when(record({ status: 'final', version: 3 }))
      .emits(confirmed);
  });

  it('is detected without ever having been seen', () => {
    given()
      .when(record({ status: 'detected', version: 2 }))
      .emits(detected);
  });

  it('is detected and confirmed at once when back-fill reports it final first', () => {
    given()
      .when(record({ status: 'final', version: 3 }))
      .emits(a.replenishmentDetected({ version: 3 }), confirmed);
  });

  it('is detected and confirmed at once when it was only seen before', () => {
    given(seen)
      .when(record({ status: 'final', version: 3 }))
      .emits(a.replenishmentDetected({ version: 3 }), confirmed);
  });

  it('keeps the policy that made it final, whichever that was', () => {
    const finality = { kind: 'tag', tag: 'finalized' } as const;
    given(detected)
      .when(record({ status: 'final', version: 3, finality }))
      .emits(a.replenishmentConfirmed({ version: 3, finality }));
  });

  it('is recorded in another block when it moves before it is final', () => {
    given(detected)
      .when(record({ status: 'final', version: 3, block: a.block('b') }))
      .emits(
        a.replenishmentDetected({ version: 3, block: a.block('b') }),
        a.replenishmentConfirmed({ version: 3, block: a.block('b') }),
      );
  });

  it('is credited in the largest amount that a token can move', () => {
    const amount = 2n ** 256n - 1n;
    given()
      .when(record({ status: 'final', amount }))
      .emits(
        a.replenishmentDetected({ transfer: a.transfer({ amount }) }),
        a.replenishmentConfirmed({ amount }),
      );
  });
});

describe('the order id of the purse', () => {
  const order = (outsideOrderId: string | null) => ({ outsideOrderId });
  const second = { ...a.parties, purseId: 'second-purse' };
  const to = 'second-address';

  it('is carried by everything that is recorded of the transfer', () => {
    const screens = { ...order('order-7'), screening: true };
    const inReview = { to: 'suspense', reason: 'in-review' } as const;
    given()
      .when(record({ status: 'seen', version: 1 }, screens))
      .emits(a.replenishmentSeen({ version: 1, ...order('order-7') }))
      .when(record({ status: 'final', version: 2 }, screens))
      .emits(
        a.replenishmentDetected({ version: 2, ...order('order-7') }),
        a.complianceCheckStarted({ version: 2, ...order('order-7') }),
      )
      .when(record({ status: 'reverted', version: 3 }, screens))
      .emits(a.replenishmentReverted({ version: 3, credit: inReview, ...order('order-7') }));
  });

  it('stays that of the first observation, also when there was none', () => {
    for (const first of ['order-7', null]) {
      given(a.replenishmentSeen({ version: 1, ...order(first) }))
        .when(record({ status: 'final', version: 2 }, order('order-8')))
        .emits(
          a.replenishmentDetected({ version: 2, ...order(first) }),
          a.replenishmentConfirmed({ version: 2, ...order(first) }),
        );
    }
  });

  it('is that of the other purse when a reorg moves the transfer there', () => {
    given(a.replenishmentDetected({ version: 1, ...order('order-7') }))
      .when(
        record({ status: 'detected', version: 2, to }, { parties: second, ...order('order-8') }),
      )
      .emits(
        a.replenishmentDetected({
          ...second,
          version: 2,
          transfer: a.transfer({ to }),
          ...order('order-8'),
        }),
      );
  });

  it('is taken from the purse when the stream began with events that do not say', () => {
    const { outsideOrderId: _, ...old } = seen.data;
    given({ type: 'ReplenishmentSeen', data: old })
      .when(record({ status: 'dropped', version: 2 }, order('order-7')))
      .emits({ ...dropped, data: { ...dropped.data, outsideOrderId: undefined } })
      .when(record({ status: 'detected', version: 3 }, order('order-7')))
      .emits(a.replenishmentDetected({ version: 3, ...order('order-7') }));
  });
});

describe('a sighting', () => {
  it('is dropped, and may be seen again', () => {
    given(seen)
      .when(record({ status: 'dropped', version: 2 }))
      .emits(dropped)
      .when(record({ status: 'seen', version: 3 }))
      .emits(a.replenishmentSeen({ version: 3 }));
  });

  it('is dropped, and may still come in a block', () => {
    given(seen, dropped)
      .when(record({ status: 'detected', version: 3 }))
      .emits(a.replenishmentDetected({ version: 3 }));
    given(seen, dropped)
      .when(record({ status: 'final', version: 3 }))
      .emits(a.replenishmentDetected({ version: 3 }), confirmed);
  });

  it('is recorded with its beginning when its end arrives first, so that the beginning is late', () => {
    given()
      .when(record({ status: 'dropped', version: 2 }))
      .emits(a.replenishmentSeen({ version: 2 }), dropped)
      .when(record({ status: 'seen', version: 1 }))
      .changesNothing();
  });

  it('is not repeated', () => {
    given(seen)
      .when(record({ status: 'seen', version: 2 }))
      .changesNothing();
    given(seen, dropped)
      .when(record({ status: 'dropped', version: 3 }))
      .changesNothing();
  });

  it('never counts against something better', () => {
    const rejected = a.replenishmentRejected({ version: 3 });
    const reverted = a.replenishmentReverted({ version: 3, credit: null });
    for (const history of [[detected], [detected, confirmed], [rejected], [detected, reverted]]) {
      given(...history)
        .when(record({ status: 'seen', version: 4 }))
        .changesNothing()
        .when(record({ status: 'dropped', version: 5 }))
        .changesNothing();
    }
  });

  it('is left out when it could never be credited: only a block makes it worth a record', () => {
    for (const status of ['seen', 'dropped'] as const) {
      given()
        .when(record({ status }, { asset: null }))
        .changesNothing();
      given()
        .when(record({ status, amount: 0n }))
        .changesNothing();
      given()
        .when(record({ status, amount: 9n }, { asset: a.asset({ minimum: 10n }) }))
        .changesNothing();
    }
  });

  it('never credits, with any finality', () => {
    given()
      .when(record({ status: 'seen', version: 1, finality: a.depth, block: a.block() }))
      .emits(seen);
  });
});

describe('a transfer that is never credited', () => {
  it.each([
    ['transaction-failed', { status: 'failed' }, {}],
    ['not-fungible', {}, { asset: null, isFungible: false }],
    ['unknown-token', {}, { asset: null }],
    ['zero-value', { amount: 0n }, {}],
  ] as const)('is recorded with the reason %s, detected or final', (reason, report, facts) => {
    for (const status of ['detected', 'final'] as const) {
      const told = a.report({ status, version: 4, ...report });
      given()
        .when({ type: 'RecordTransfer', report: told, facts: a.facts(facts) })
        .emits(a.replenishmentRejected({ version: 4, transfer: told.content, reason }));
    }
  });

  it('is recorded once, with its first reason', () => {
    given(a.replenishmentRejected())
      .when(record({ version: 2, status: 'detected' }, { asset: null }))
      .changesNothing()
      .when(record({ version: 3, status: 'final' }, { asset: null }))
      .emits(a.replenishmentLaterVersionNoted({ version: 3 }))
      .when(record({ version: 4, status: 'failed' }, { asset: null }))
      .changesNothing();
  });

  it('is recorded after it was seen or detected, when its transaction fails', () => {
    const reason = 'transaction-failed';
    given(seen)
      .when(record({ status: 'failed', version: 2 }))
      .emits(a.replenishmentRejected({ version: 2, reason }));
    given(detected)
      .when(record({ status: 'failed', version: 3 }))
      .emits(a.replenishmentRejected({ version: 3, reason }));
  });

  it('is credited after all when another block shows that it succeeded', () => {
    given(a.replenishmentRejected({ version: 1, reason: 'transaction-failed' }))
      .when(record({ status: 'final', version: 3, block: a.block('b') }))
      .emits(
        a.replenishmentDetected({ version: 3, block: a.block('b') }),
        a.replenishmentConfirmed({ version: 3, block: a.block('b') }),
      );
  });
});

describe('where a final transfer is credited', () => {
  const cases: [
    string,
    Partial<OwnerFacts>,
    ReturnType<typeof a.replenishmentConfirmed> | ReturnType<typeof a.replenishmentHeld>,
  ][] = [
    ['to the customer', {}, a.replenishmentConfirmed()],
    [
      'to the account while the customer is blocked',
      { customerBlocked: true },
      a.replenishmentConfirmed({ credit: { to: 'account', reason: 'customer-blocked' } }),
    ],
    [
      'to suspense on an archived purse',
      { purseStatus: 'archived' },
      a.replenishmentHeld({ credit: { to: 'suspense', reason: 'purse-archived' } }),
    ],
    [
      'to suspense on a declined purse',
      { purseStatus: 'declined' },
      a.replenishmentHeld({ credit: { to: 'suspense', reason: 'purse-declined' } }),
    ],
    [
      'to suspense, for the purse first, when the customer is blocked too',
      { purseStatus: 'archived', customerBlocked: true },
      a.replenishmentHeld({ credit: { to: 'suspense', reason: 'purse-archived' } }),
    ],
    [
      'to suspense, for the purse first, when a declined purse has a blocked customer',
      { purseStatus: 'declined', customerBlocked: true },
      a.replenishmentHeld({ credit: { to: 'suspense', reason: 'purse-declined' } }),
    ],
  ];

  it.each(cases)('is %s', (_, facts, expected) => {
    given(a.replenishmentDetected({ version: 0 }))
      .when(record({ status: 'final' }, facts))
      .emits(expected);
  });

  it.each(cases)('is %s when screening approves it', (_, facts, expected) => {
    const { accountId } = a.parties;
    const decision = a.passed;
    const said = { compliance: decision } as const;
    const resolve = { type: 'ResolveCompliance', accountId, decision } as const;
    const decided = { ...expected, data: { ...expected.data, ...said } } as ReplenishmentEvent;
    given(a.replenishmentDetected(), a.complianceCheckStartedUnbooked())
      .when({ ...resolve, facts: a.ownerFacts(facts) })
      .emits(decided);
  });

  it('is decided by what holds when it becomes final, not when it was detected', () => {
    given()
      .when(record({ status: 'detected', version: 2 }, { customerBlocked: true }))
      .emits(detected)
      .when(record({ status: 'final', version: 3 }))
      .emits(confirmed);
  });
});

describe('what is known of a replenishment', () => {
  const parties = a.parties;
  const transfer = a.transfer();
  const outsideOrderId = 'order-7';
  const about = { parties, transfer, outsideOrderId };
  const seenOnly = { ...about, block: null, finality: null, credit: null };
  const inBlock = { ...seenOnly, block: a.block() };
  const final = { ...inBlock, finality: a.depth };
  const seenWithOrder = a.replenishmentSeen({ version: 1, outsideOrderId });
  const detectedWithOrder = a.replenishmentDetected({ version: 2, outsideOrderId });
  const declined = a.replenishmentDeclined({ version: 3 });
  const screening = a.complianceCheckStarted({ version: 3 });

  it.each<[ReplenishmentStatus, number, readonly ReplenishmentEvent[], object]>([
    ['seen', 1, [seenWithOrder], seenOnly],
    ['dropped', 2, [seenWithOrder, dropped], seenOnly],
    ['detected', 2, [seenWithOrder, detectedWithOrder], inBlock],
    [
      'rejected',
      2,
      [seenWithOrder, a.replenishmentRejected({ version: 2, outsideOrderId })],
      { ...inBlock, rejection: 'unknown-token' },
    ],
    [
      'screening',
      3,
      [detectedWithOrder, screening],
      { ...final, credit: { to: 'suspense', reason: 'in-review' } },
    ],
    ['confirmed', 3, [detectedWithOrder, confirmed], { ...final, credit: confirmed.data.credit }],
    [
      'declined',
      3,
      [detectedWithOrder, screening, declined],
      { ...final, credit: declined.data.credit },
    ],
    [
      'reverted',
      4,
      [detectedWithOrder, confirmed, a.replenishmentReverted({ version: 4 })],
      seenOnly,
    ],
  ])('is, once it is %s at version %s, what its events say', (status, version, history, rest) => {
    expect(fold(replenishment, history)).toEqual({ status, version, ...rest });
  });

  it('is absent before its first event, even if another event comes first by mistake', () => {
    const orphans = [screening, confirmed, declined, a.replenishmentReverted(), dropped];
    expect(fold(replenishment, orphans)).toEqual({ status: 'absent' });
  });
});
