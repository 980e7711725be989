import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { fold } from './decider';
import { outflow } from './outflow';

const given = specification(outflow);
const record = a.recordOutflow;
const wallet = { destination: 'account-wallet' } as const;
const finalized = a.tagged('finalized');

describe('an outflow in a block', () => {
  it('is detected with its use, and nothing is booked', () => {
    given().when(record()).emits(a.outflowDetected());
  });

  it.each([
    ['account-wallet', 'sweep'],
    ['purse-of-account', 'internal'],
    ['elsewhere', 'unplanned'],
  ] as const)('to %s is %s', (destination, use) => {
    given().when(record({}, { destination })).emits(a.outflowDetected({ use }));
  });

  it('without a receiver is a network fee, also of a transaction that failed', () => {
    const fee = { to: null, ordinal: 'fee:0' };
    const detected = a.outflowDetected({
      use: 'network-fee',
      outflow: a.outflow(fee),
      outflowId: a.outflowReport(fee).outflowId,
    });
    given().when(record(fee)).emits(detected);
    given()
      .when(record({ ...fee, status: 'failed' }))
      .emits(detected);
  });

  it.each([
    ['transaction-failed', { status: 'failed' as const }, {}],
    ['unknown-token', {}, { asset: null }],
    ['not-fungible', {}, { asset: null, isFungible: false }],
    ['zero-value', { amount: 0n }, {}],
    ['netted', { amount: 5n, netted: '5' }, {}],
  ] as const)('is rejected with its reason: %s', (reason, reported, known) => {
    const { status: _, ...content } = { status: null, ...reported };
    given()
      .when(record(reported, known))
      .emits(a.outflowRejected({ reason, outflow: a.outflow(content) }));
  });

  it('of less than the minimum of a deposit is booked all the same', () => {
    given()
      .when(record({ status: 'final', amount: 1n }, { asset: a.asset({ minimum: 100n }) }))
      .emits(
        a.outflowDetected({ outflow: a.outflow({ amount: 1n }) }),
        a.outflowBooked({ amount: 1n }),
      );
  });
});

describe('a final outflow', () => {
  it('to a wallet of the account is a sweep, booked once', () => {
    given(a.outflowDetected({ use: 'sweep' }))
      .when(record({ status: 'final', version: 2 }, wallet))
      .emits(a.sweepCompleted({ version: 2 }))
      .when(record({ status: 'final', version: 3 }, wallet))
      .changesNothing();
  });

  it('keeps the use that it had when it was detected', () => {
    given(a.outflowDetected({ use: 'unplanned' }))
      .when(record({ status: 'final', version: 2 }, wallet))
      .emits(a.outflowBooked({ version: 2, use: 'unplanned' }));
  });

  it('waits for the policy of its asset', () => {
    const known = { requiredFinality: finalized };
    given(a.outflowDetected())
      .when(record({ status: 'final', version: 2, passed: ['depth:12'] }, known))
      .changesNothing()
      .when(record({ status: 'final', version: 3, finality: finalized, passed: [] }, known))
      .emits(a.outflowBooked({ version: 3, finality: finalized }));
  });

  it('is booked without what arrived again in its transaction', () => {
    const reported = { amount: 9n, netted: '4' };
    const left = a.outflow(reported);
    given()
      .when(record({ ...reported, status: 'final' }))
      .emits(a.outflowDetected({ outflow: left }), {
        type: 'OutflowBooked',
        data: { ...a.outflowBooked().data, outflow: left, amount: '5' },
      });
  });

  it('stays booked when its asset is delisted', () => {
    given(a.outflowBooked())
      .when(record({ status: 'detected', version: 2 }, { asset: null }))
      .changesNothing();
  });
});

describe('a reorganisation', () => {
  it.each(['internal', 'network-fee', 'unplanned'] as const)(
    'takes back what was booked as %s',
    (use) => {
      given(a.outflowBooked({ use }))
        .when(record({ status: 'reverted', version: 2 }))
        .emits(a.outflowReverted({ version: 2, use, booked: true }))
        .when(record({ status: 'final', version: 1 }))
        .changesNothing();
    },
  );

  it('that was not reported is found by the next block', () => {
    given(a.sweepCompleted())
      .when(record({ status: 'detected', version: 2, block: a.block('b') }, wallet))
      .emits(
        a.outflowReverted({ version: 2, use: 'sweep' }),
        a.outflowDetected({ version: 2, use: 'sweep', block: a.block('b') }),
      );
  });

  it('that is reported before all else is recorded, so that older reports are late', () => {
    given()
      .when(record({ status: 'reverted', version: 5 }))
      .emits(a.outflowReverted({ version: 5, booked: false, block: null }))
      .when(record({ status: 'final', version: 4 }))
      .changesNothing()
      .when(record({ status: 'final', version: 6 }))
      .emits(a.outflowDetected({ version: 6 }), a.outflowBooked({ version: 6 }));
  });
});

describe('a report that was delivered before', () => {
  it('changes nothing', () => {
    given(a.outflowDetected({ version: 3 }))
      .when(record({ version: 3 }))
      .changesNothing()
      .when(record({ status: 'reverted', version: 2 }))
      .changesNothing();
  });

  it('is recorded anew when its asset was listed since', () => {
    given(a.outflowRejected({ version: 3 }))
      .when(record({ version: 3 }, { asset: null }))
      .changesNothing()
      .when(record({ status: 'final', version: 3 }))
      .emits(a.outflowDetected({ version: 3 }), a.outflowBooked({ version: 3 }));
  });
});

it('keeps a version that changes nothing where it skips some', () => {
  given(a.outflowBooked({ version: 3 }))
    .when(record({ status: 'final', version: 4 }))
    .changesNothing()
    .when(record({ status: 'final', version: 9 }))
    .emits(a.outflowVersionNoted({ version: 9 }))
    .when(record({ status: 'reverted', version: 8 }))
    .changesNothing();
});

it('is known as its last event says', () => {
  const { parties } = a;
  expect(fold(outflow, [a.outflowDetected(), a.outflowBooked({ version: 2 })])).toEqual({
    ...{ status: 'booked', version: 2, parties, use: 'unplanned' },
    ...{ outflowId: a.outflowReport().outflowId, outflow: a.outflow(), block: a.block() },
  });
});
