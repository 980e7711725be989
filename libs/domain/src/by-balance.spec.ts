import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import { rejectionOf } from './transfer';

const given = specification(replenishment);
const record = a.recordTransfer;
const facts = { asset: a.asset({ minimum: 5n }) } as const;
/** Of nine base units of which so many did not arrive. */
const cut = (unbacked: string) => ({ amount: 9n, netted: unbacked, unbacked });
const waiting = 'unread-balance';
const whole = a.transfer({ amount: 9n });
const waits: readonly [ReplenishmentEvent, ReplenishmentEvent] = [
  a.replenishmentDetected({ transfer: whole }),
  a.replenishmentVersionNoted({ transfer: whole, version: 1, reason: waiting }),
];

describe('a deposit of a token that is credited by balance', () => {
  it('is credited with what arrived, and taken back with as much', () => {
    const transfer = a.transfer(cut('4'));
    const { data } = a.replenishmentConfirmed({ transfer });
    given()
      .when(record({ ...cut('4'), status: 'final' }, facts))
      .emits(a.replenishmentDetected({ transfer }), {
        ...{ type: 'ReplenishmentConfirmed', data: { ...data, amount: '5' } },
      })
      .when(record({ ...cut('4'), status: 'reverted', version: 2 }, facts))
      .emits({
        type: 'ReplenishmentReverted',
        data: { ...a.replenishmentReverted({ transfer, version: 2 }).data, amount: '5' },
      });
  });

  it('is rejected when none of it arrived, and held when less than the minimum did', () => {
    const [none, little] = [a.transfer(cut('9')), a.transfer(cut('5'))];
    given()
      .when(record({ ...cut('9'), status: 'final' }, facts))
      .emits(a.replenishmentRejected({ transfer: none, reason: 'unbacked' }));
    const { data } = a.replenishmentHeld({ transfer: little });
    given()
      .when(record({ ...cut('5'), status: 'final' }, facts))
      .emits(a.replenishmentDetected({ transfer: little }), {
        ...{ type: 'ReplenishmentHeld', data: { ...data, amount: '4' } },
      });
    const left = { amount: 9n, netted: '9', unbacked: '2' };
    expect(rejectionOf(a.report(left), a.facts(facts))).toBe('unbacked');
    expect(rejectionOf(a.report({ amount: 9n, netted: '9' }), a.facts(facts))).toBe('netted');
  });

  it('waits until the balances are read, and is then detected with what arrived', () => {
    given()
      .when(record({ amount: 9n, waiting }, facts))
      .emits(...waits)
      .when(record({ amount: 9n, waiting, version: 2 }, facts))
      .changesNothing()
      .when(record({ ...cut('4'), version: 3 }, facts))
      .emits(a.replenishmentDetected({ transfer: a.transfer(cut('4')), version: 3 }));
  });

  it('ends its wait as rejected when none of it arrived, and as confirmed when all did', () => {
    given(...waits)
      .when(record({ ...cut('9'), version: 2 }, facts))
      .emits(
        a.replenishmentRejected({ transfer: a.transfer(cut('9')), version: 2, reason: 'unbacked' }),
      );
    given(...waits)
      .when(record({ amount: 9n, version: 2 }, facts))
      .changesNothing()
      .when(record({ amount: 9n, status: 'final', version: 3 }, facts))
      .emits(a.replenishmentConfirmed({ transfer: whole, version: 3 }));
  });
});
