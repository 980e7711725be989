import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type AdjustmentCommand, adjustment } from './adjustment';
import { postings } from './events';

const given = specification(adjustment);
const { accountId, customerId, purseId } = a.parties;
const scale = { currency: 'USDT_ETH', decimals: 6 };

type Overrides = Partial<Omit<AdjustmentCommand, 'type' | 'facts'>> & {
  readonly facts?: Partial<AdjustmentCommand['facts']>;
};

const adjusts = ({ facts = {}, ...overrides }: Overrides = {}): AdjustmentCommand => ({
  ...{ type: 'MakeAdjustment', accountId, customerId, purseId: null, asset: a.usdt },
  ...{ amount: '1500000', direction: 'credit', forced: false },
  ...{ reason: 'a bonus', reference: 'bonus-7', ...overrides },
  facts: { customer: a.owner({ accountId }), purse: null, available: null, scale, ...facts },
});

const debits = (available: bigint, overrides: Overrides = {}) =>
  adjusts({ direction: 'debit', ...overrides, facts: { available, ...overrides.facts } });

const made = a.adjustmentMade();

describe('an adjustment', () => {
  it('is made once', () => {
    given().when(adjusts()).emits(made).when(adjusts()).changesNothing();
  });

  it('does not depend on what is known by now when it is made again', () => {
    const facts = { customer: null, available: 0n };
    given(made).when(adjusts({ facts })).changesNothing();
    const debited = a.adjustmentMade({ direction: 'debit' });
    given(debited).when(debits(0n)).changesNothing();
    given(debited)
      .when(debits(0n, { forced: true }))
      .changesNothing();
  });

  it.each<[string, Overrides]>([
    ['amount', { amount: '1500001' }],
    ['direction', { direction: 'debit' }],
    ['asset', { asset: 'eip155:1/slip44:60' }],
    ['customer', { customerId: null }],
    ['purse', { purseId }],
    ['reason', { reason: 'another bonus' }],
  ])('refuses its reference with another %s', (_, overrides) => {
    given(made).when(adjusts(overrides)).refuses('reference-reused');
  });

  it.each(['0', String(2n ** 256n)])('refuses %s base units', (amount) => {
    given().when(adjusts({ amount })).refuses('invalid-amount');
  });

  it('takes the largest amount of a token', () => {
    const amount = 2n ** 256n - 1n;
    given()
      .when(adjusts({ amount: String(amount) }))
      .emits(a.adjustmentMade({ amount }));
  });

  it('refuses without a reason or a reference', () => {
    given()
      .when(adjusts({ reason: ' ' }))
      .refuses('invalid-reason');
    given()
      .when(adjusts({ reference: ' ' }))
      .refuses('invalid-reference');
  });

  it('takes as much as is available, and no more', () => {
    given()
      .when(debits(1_500_000n))
      .emits(a.adjustmentMade({ direction: 'debit' }));
    given().when(debits(1_499_999n)).refuses('insufficient-balance');
    given().when(debits(-1n)).refuses('insufficient-balance');
  });

  it('says what is available', () => {
    const decide = () => adjustment.decide(debits(250_000n), adjustment.initialState);
    expect(decide).toThrow('Only 0.25 USDT_ETH is available, and 1.5 USDT_ETH is to be taken.');
  });

  it('takes more when an operator forces it, and says so', () => {
    given()
      .when(debits(0n, { forced: true }))
      .emits(a.adjustmentMade({ direction: 'debit', forced: true }));
  });

  it.each<[string, Partial<AdjustmentCommand['facts']>]>([
    ['that is of another account', { customer: a.owner({ accountId: a.otherAccountId }) }],
    ['that is unknown', { customer: { status: 'absent' } }],
  ])('refuses a customer %s', (_, facts) => {
    given().when(adjusts({ facts })).refuses('customer-not-found');
  });

  it('adjusts the claim of a customer who is blocked', () => {
    const customer = { status: 'blocked', accountId } as const;
    given()
      .when(adjusts({ facts: { customer } }))
      .emits(made);
  });

  it('may be about a purse of the customer, and of nobody else', () => {
    given()
      .when(adjusts({ purseId, facts: { purse: { ownerId: customerId } } }))
      .emits(a.adjustmentMade({ purseId }));
    for (const ownerId of ['second-customer', null]) {
      given()
        .when(adjusts({ purseId, facts: { purse: { ownerId } } }))
        .refuses('purse-not-found');
    }
  });

  it('posts to the claim of the customer or of the account, and back', () => {
    const posting = { kind: 'adjustment', asset: a.usdt, amount: 1_500_000n, chargeId: null };
    expect(postings(made)).toEqual([
      {
        ...{ ...posting, debit: 'adjustments', credit: 'claim/customer' },
        ...{ accountId, customerId, purseId: null },
      },
    ]);
    expect(postings(a.adjustmentMade({ customerId: null, direction: 'debit' }))).toEqual([
      {
        ...{ ...posting, debit: 'claim/account', credit: 'adjustments' },
        ...{ accountId, customerId: null, purseId: null },
      },
    ]);
  });
});
