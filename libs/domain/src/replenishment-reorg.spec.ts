import * as a from '../testing/a';
import { specification } from '../testing/specification';
import type { Credit } from './credit';
import { replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import type { Inclusion } from './transfer';

const given = specification(replenishment);

const record = a.recordTransfer;

const detected = a.replenishmentDetected({ version: 1 });
const confirmed = a.replenishmentConfirmed({ version: 2 });
const reverted = a.replenishmentReverted({ version: 3 });
const moved = a.block('b', 101);

describe('a reorg before the credit', () => {
  it('reverts the detection and takes nothing back', () => {
    given(detected)
      .when(record({ status: 'reverted', version: 2 }))
      .emits(a.replenishmentReverted({ version: 2, credit: null }));
  });

  it('lets the transfer come back in another block, to one credit', () => {
    given(detected, a.replenishmentReverted({ version: 2, credit: null }))
      .when(record({ status: 'detected', version: 3, block: moved }))
      .emits(a.replenishmentDetected({ version: 3, block: moved }))
      .when(record({ status: 'final', version: 4, block: moved }))
      .emits(a.replenishmentConfirmed({ version: 4, block: moved }));
  });

  it('needs no revert to be reported: the new block is enough', () => {
    given(detected)
      .when(record({ status: 'detected', version: 2, block: moved }))
      .emits(a.replenishmentDetected({ version: 2, block: moved }));
  });

  it('records another amount or recipient instead of the first', () => {
    const to = '0x00000000000000000000000000000000000000f1';
    given(detected)
      .when(record({ status: 'detected', version: 2, amount: 9n, to }))
      .emits(a.replenishmentDetected({ version: 2, transfer: a.transfer({ amount: 9n, to }) }))
      .when(record({ status: 'final', version: 3, amount: 9n, to }))
      .emits(a.replenishmentConfirmed({ version: 3, transfer: a.transfer({ amount: 9n, to }) }));
  });
});

describe('a reorg after the credit', () => {
  it.each<[string, Credit]>([
    ['the customer', { to: 'customer' }],
    ['the account', { to: 'account', reason: 'customer-blocked' }],
    ['suspense', { to: 'suspense', reason: 'purse-archived' }],
  ])('takes back from %s exactly what was credited, even if other facts hold now', (_, credit) => {
    given(detected, a.replenishmentConfirmed({ version: 2, credit }))
      .when(
        record(
          { status: 'reverted', version: 3, amount: 9n },
          { customerBlocked: credit.to === 'customer', asset: null },
        ),
      )
      .emits(a.replenishmentReverted({ version: 3, credit }));
  });

  it('takes back once: a repeat moves no money', () => {
    given(detected, confirmed, reverted)
      .when(record({ status: 'reverted', version: 3 }))
      .changesNothing()
      .when(record({ status: 'reverted', version: 4 }))
      .emits(a.replenishmentReverted({ version: 4, credit: null, block: null }));
  });

  it('credits once again when the transfer returns, even to the same block', () => {
    for (const block of [a.block(), moved]) {
      given(detected, confirmed, reverted)
        .when(record({ status: 'detected', version: 4, block }))
        .emits(a.replenishmentDetected({ version: 4, block }))
        .when(record({ status: 'final', version: 5, block }))
        .emits(a.replenishmentConfirmed({ version: 5, block }))
        .when(record({ status: 'final', version: 6, block }))
        .changesNothing();
    }
  });

  it('credits the return by what holds then', () => {
    given(detected, confirmed, reverted)
      .when(record({ status: 'final', version: 4 }, { customerBlocked: true }))
      .emits(
        a.replenishmentDetected({ version: 4 }),
        a.replenishmentConfirmed({
          version: 4,
          credit: { to: 'account', reason: 'customer-blocked' },
        }),
      );
  });

  it('does not count a sighting of the orphaned transaction', () => {
    given(detected, confirmed, reverted)
      .when(record({ status: 'seen', version: 4 }))
      .changesNothing()
      .when(record({ status: 'dropped', version: 5 }))
      .changesNothing();
  });

  it('takes the credit back when the transaction fails in its new block', () => {
    given(detected, confirmed)
      .when(record({ status: 'failed', version: 3, block: moved }))
      .emits(
        reverted,
        a.replenishmentRejected({ version: 3, block: moved, reason: 'transaction-failed' }),
      )
      .when(record({ status: 'failed', version: 4, block: moved }))
      .changesNothing()
      .when(record({ status: 'final', version: 5 }))
      .emits(a.replenishmentDetected({ version: 5 }), a.replenishmentConfirmed({ version: 5 }));
  });

  it('takes the credit back when the transaction is found to have failed in its block', () => {
    given(detected, confirmed)
      .when(record({ status: 'failed', version: 3 }))
      .emits(reverted, a.replenishmentRejected({ version: 3, reason: 'transaction-failed' }));
  });
});

describe('a reorg after the credit whose revert nobody reported', () => {
  it('takes the credit back while the new block is not final', () => {
    given(detected, confirmed)
      .when(record({ status: 'detected', version: 3, block: moved }))
      .emits(reverted, a.replenishmentDetected({ version: 3, block: moved }))
      .when(record({ status: 'final', version: 4, block: moved }))
      .emits(a.replenishmentConfirmed({ version: 4, block: moved }));
  });

  it('keeps one credit, with its true block, when the new block is final at once', () => {
    given(detected, confirmed)
      .when(record({ status: 'final', version: 4, block: moved }))
      .emits(
        a.replenishmentReverted({ version: 4 }),
        a.replenishmentDetected({ version: 4, block: moved }),
        a.replenishmentConfirmed({ version: 4, block: moved }),
      )
      .when(record({ status: 'reverted', version: 3 }))
      .changesNothing();
  });

  it('takes the first amount back and credits the new one', () => {
    given(detected, confirmed)
      .when(record({ status: 'final', version: 3, amount: 9n }))
      .emits(
        reverted,
        a.replenishmentDetected({ version: 3, transfer: a.transfer({ amount: 9n }) }),
        a.replenishmentConfirmed({ version: 3, amount: 9n }),
      );
  });

  it('takes the credit from the first recipient and gives it to the second', () => {
    const to = '0x00000000000000000000000000000000000000f1';
    const second = { ...a.parties, customerId: 'second-customer', purseId: 'second-purse' };
    given(detected, confirmed)
      .when(record({ status: 'final', version: 3, to }, { parties: second }))
      .emits(
        reverted,
        a.replenishmentDetected({ version: 3, transfer: a.transfer({ to }), ...second }),
        a.replenishmentConfirmed({ version: 3, transfer: a.transfer({ to }), ...second }),
      );
  });

  it('takes the credit back and holds the new amount when that is below the minimum', () => {
    const transfer = a.transfer({ amount: 9n });
    given(detected, confirmed)
      .when(
        record({ status: 'final', version: 3, amount: 9n }, { asset: a.asset({ minimum: 10n }) }),
      )
      .emits(
        reverted,
        a.replenishmentDetected({ version: 3, transfer }),
        a.replenishmentHeld({ version: 3, transfer }),
      );
  });
});

describe('a revert that arrives before what it reverts', () => {
  it('is recorded whole, so that the late detection and the late final change nothing', () => {
    given()
      .when(record({ status: 'reverted', version: 3 }))
      .emits(
        a.replenishmentSeen({ version: 3 }),
        a.replenishmentReverted({ version: 3, credit: null, block: null }),
      )
      .when(record({ status: 'detected', version: 1 }))
      .changesNothing()
      .when(record({ status: 'final', version: 2 }))
      .changesNothing()
      .when(record({ status: 'final', version: 4, block: moved }))
      .emits(
        a.replenishmentDetected({ version: 4, block: moved }),
        a.replenishmentConfirmed({ version: 4, block: moved }),
      );
  });

  it('ends a sighting, a rejection and an earlier revert just the same', () => {
    const histories: readonly [readonly ReplenishmentEvent[], Inclusion | null][] = [
      [[a.replenishmentSeen()], null],
      [[a.replenishmentSeen(), a.replenishmentDropped()], null],
      [[a.replenishmentRejected({ reason: 'transaction-failed' })], a.block()],
      [[detected, a.replenishmentReverted({ version: 1, credit: null })], null],
    ];
    for (const [history, block] of histories) {
      given(...history)
        .when(record({ status: 'reverted', version: 5 }))
        .emits(a.replenishmentReverted({ version: 5, credit: null, block }))
        .when(record({ status: 'final', version: 4, block: moved }))
        .changesNothing();
    }
  });

  it('counts even if what it shows could never be credited: what it reverts may have been worth more', () => {
    const transfer = a.transfer({ amount: 0n });
    given()
      .when(record({ status: 'reverted', version: 3, amount: 0n }))
      .emits(
        a.replenishmentSeen({ version: 3, transfer }),
        a.replenishmentReverted({ version: 3, amount: 0n, credit: null, block: null }),
      )
      .when(record({ status: 'final', version: 2 }))
      .changesNothing();
  });
});
