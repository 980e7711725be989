import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { postings } from './events';
import { replenishment } from './replenishment';

const given = specification(replenishment);
const record = a.recordTransfer;
const ether = 'eip155:1/slip44:60';
const gas = { sender: 'gas-address', asset: a.asset({ id: ether, minimum: 100n }) } as const;
const own = { sender: 'purse-of-account', asset: a.asset({ minimum: 100n }) } as const;
const topUp = { asset: ether, amount: 5n };
const detectedTopUp = a.ownCoinsDetected({ transfer: a.transfer(topUp) });
const bookedTopUp = a.ownCoinsBooked({ transfer: a.transfer(topUp), version: 2 });
const transit = { to: 'transit', reason: 'internal' } as const;

describe('a top-up', () => {
  it('is no deposit, and in the books when it is final, of any amount', () => {
    given()
      .when(record({ ...topUp, status: 'seen' }, gas))
      .changesNothing()
      .when(record(topUp, gas))
      .emits(detectedTopUp)
      .when(record({ ...topUp, status: 'final', version: 2 }, gas))
      .emits(bookedTopUp)
      .when(record({ ...topUp, status: 'final', version: 3 }, gas))
      .changesNothing();
  });

  it('moves custody and the claim of the account, and no throughput', () => {
    expect(postings(bookedTopUp)).toEqual([
      expect.objectContaining({
        ...{ kind: 'top-up', debit: 'custody/purse', credit: 'claim/account', amount: 5n },
      }),
    ]);
  });

  it('is taken back by a reorganisation, and comes back', () => {
    given(detectedTopUp, bookedTopUp)
      .when(record({ ...topUp, status: 'reverted', version: 3 }, gas))
      .emits(
        a.ownCoinsReverted({
          ...{ transfer: a.transfer(topUp), version: 3, credit: bookedTopUp.data.credit },
        }),
      )
      .when(record({ ...topUp, status: 'detected', version: 4, block: a.block('b') }, gas))
      .emits(
        a.ownCoinsDetected({
          ...{ transfer: a.transfer(topUp), version: 4, block: a.block('b') },
        }),
      );
  });

  it('waits for the policy of its asset', () => {
    const known = { ...gas, requiredFinality: a.tagged('finalized') };
    given(detectedTopUp)
      .when(record({ ...topUp, status: 'final', version: 2, passed: ['depth:12'] }, known))
      .changesNothing();
  });

  it('that failed moves nothing', () => {
    const reason = 'transaction-failed';
    given()
      .when(record({ ...topUp, status: 'failed' }, gas))
      .emits(a.replenishmentRejected({ transfer: a.transfer(topUp), reason }))
      .when(record({ ...topUp, status: 'failed', version: 2 }, gas))
      .changesNothing();
  });
});

describe('a movement from another purse of the account', () => {
  it('is no deposit, and its side is booked when it is final', () => {
    const reason = 'internal';
    const booked = a.ownCoinsBooked({ amount: 5n, credit: transit });
    given()
      .when(record({ amount: 5n, status: 'final' }, own))
      .emits(a.ownCoinsDetected({ transfer: a.transfer({ amount: 5n }), reason }), booked);
    expect(postings(booked)).toEqual([
      expect.objectContaining({ kind: 'internal', debit: 'custody/purse', credit: 'in-transit' }),
    ]);
  });

  it('of a token that was listed since is booked when it is reported again', () => {
    given(a.replenishmentRejected({ version: 2 }))
      .when(record({ status: 'final', version: 2 }, { ...own, asset: null }))
      .changesNothing()
      .when(record({ status: 'final', version: 2 }, own))
      .emits(
        a.ownCoinsDetected({ version: 2, reason: 'internal' }),
        a.ownCoinsBooked({ version: 2, credit: transit }),
      )
      .when(record({ status: 'final', version: 2 }, own))
      .changesNothing();
  });
});

describe('a deposit of which a part left again in its transaction', () => {
  it('is credited with what is left', () => {
    const transfer = a.transfer({ amount: 9n, netted: '4' });
    const confirmed = a.replenishmentConfirmed({ transfer });
    const { data } = confirmed;
    given()
      .when(record({ amount: 9n, netted: '4', status: 'final' }))
      .emits(a.replenishmentDetected({ transfer }), {
        type: 'ReplenishmentConfirmed',
        data: { ...data, amount: '5' },
      })
      .when(record({ status: 'reverted', version: 2, amount: 9n, netted: '4' }))
      .emits({
        type: 'ReplenishmentReverted',
        data: { ...a.replenishmentReverted({ transfer, version: 2 }).data, amount: '5' },
      });
  });

  it('is another movement when another part is netted', () => {
    const transfer = a.transfer({ amount: 9n, netted: '4' });
    const whole = { transfer: a.transfer({ amount: 9n }) };
    given(a.replenishmentDetected(whole), a.replenishmentConfirmed(whole))
      .when(record({ amount: 9n, netted: '4', version: 2 }))
      .emits(
        a.replenishmentReverted({ ...whole, version: 2 }),
        a.replenishmentDetected({ transfer, version: 2 }),
      );
  });

  it('is rejected when all of it left, or when it cannot be read', () => {
    given()
      .when(record({ amount: 9n, netted: '9', status: 'final' }))
      .emits(
        a.replenishmentRejected({
          ...{ transfer: a.transfer({ amount: 9n, netted: '9' }), reason: 'netted' },
        }),
      );
    given()
      .when(record({ amount: 9n, unreadable: true, status: 'final' }))
      .emits(
        a.replenishmentRejected({
          ...{ transfer: a.transfer({ amount: 9n, unreadable: true }), reason: 'unreadable' },
        }),
      );
  });
});

describe('a replenishment that sweeps cover', () => {
  const { sweep } = a.replenishmentSwept().data;
  const credited = { blockHash: a.block().hash, amount: a.transfer().amount };
  const settle = (by: typeof sweep | null, what: Partial<typeof credited> = {}) =>
    ({ type: 'SettleReplenishment', ...credited, ...what, sweep: by }) as const;
  const history = [a.replenishmentDetected(), a.replenishmentConfirmed()];

  it('is swept once, until the chain takes a sweep back', () => {
    given(...history)
      .when(settle(sweep))
      .emits(a.replenishmentSwept())
      .when(settle(sweep))
      .changesNothing()
      .when(settle(null))
      .emits(a.replenishmentSweepReverted())
      .when(settle(null))
      .changesNothing();
  });

  it('keeps its credit and its status', () => {
    given(...history, a.replenishmentSwept())
      .when(record({ status: 'final', version: 4 }))
      .emits(a.replenishmentLaterVersionNoted({ version: 4 }))
      .when(record({ status: 'reverted', version: 5 }))
      .emits(a.replenishmentReverted({ version: 5 }));
    expect(postings(a.replenishmentSwept())).toEqual([]);
  });

  it('is not what was found out when it was credited anew since, or taken back', () => {
    given(...history)
      .when(settle(sweep, { blockHash: a.block('b').hash }))
      .changesNothing()
      .when(settle(sweep, { amount: '1' }))
      .changesNothing()
      .when(record({ status: 'reverted', version: 2 }))
      .emits(a.replenishmentReverted({ version: 2 }))
      .when(settle(sweep))
      .changesNothing();
    given().when(settle(sweep)).changesNothing();
  });
});
