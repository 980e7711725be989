import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type CustomerTransferCommand, customerTransfer } from './customer-transfer';
import { postings } from './events';

const given = specification(customerTransfer);
const made = a.customerTransferMade();
const { accountId, fromCustomerId, toCustomerId } = made.data;
const known = a.owner({ accountId });
const blocked = { status: 'blocked', accountId } as const;
const absent = { status: 'absent' } as const;

type Overrides = Partial<Omit<CustomerTransferCommand, 'type' | 'facts'>> & {
  readonly facts?: Partial<CustomerTransferCommand['facts']>;
};

const transfers = ({ facts = {}, ...overrides }: Overrides = {}): CustomerTransferCommand => ({
  ...{ type: 'MakeCustomerTransfer', accountId, fromCustomerId, toCustomerId, asset: a.usdt },
  ...{ amount: '1500000', reason: 'a gift', reference: 'gift-7', ...overrides },
  facts: {
    ...{ from: known, to: known, available: 1_500_000n },
    ...{ scale: { currency: 'USDT_ETH', decimals: 6 }, ...facts },
  },
});

describe('a transfer between customers', () => {
  it('is made once', () => {
    const later = transfers({ facts: { available: 0n, from: blocked } });
    given().when(transfers()).emits(made).when(later).changesNothing();
  });

  it.each<[string, Overrides]>([
    ['amount', { amount: '1500001' }],
    ['asset', { asset: 'eip155:1/slip44:60' }],
    ['sender', { fromCustomerId: 'somebody' }],
    ['receiver', { toCustomerId: 'somebody' }],
    ['reason', { reason: 'another gift' }],
  ])('refuses its reference with another %s', (_, overrides) => {
    given(made).when(transfers(overrides)).refuses('reference-reused');
  });

  it('takes as much as is available, and no more', () => {
    given()
      .when(transfers({ facts: { available: 1_499_999n } }))
      .refuses('insufficient-balance');
  });

  it('refuses one customer on both sides', () => {
    given()
      .when(transfers({ toCustomerId: fromCustomerId }))
      .refuses('same-customer');
  });

  it('says of an unknown customer and of one of another account the same, on either side', () => {
    const foreign = a.owner({ accountId: a.otherAccountId });
    const said = [{ from: absent }, { to: absent }, { from: foreign }, { to: foreign }].map(
      (facts) => {
        given().when(transfers({ facts })).refuses('customer-not-found');
        try {
          return customerTransfer.decide(transfers({ facts }), customerTransfer.initialState);
        } catch (error) {
          return String(error);
        }
      },
    );
    expect(new Set(said).size).toBe(1);
  });

  it('refuses a customer who is blocked, on either side', () => {
    for (const facts of [{ from: blocked }, { to: blocked }]) {
      given().when(transfers({ facts })).refuses('customer-blocked');
    }
  });

  it('refuses no amount, no reason and no reference', () => {
    given()
      .when(transfers({ amount: '0' }))
      .refuses('invalid-amount');
    given()
      .when(transfers({ reason: '' }))
      .refuses('invalid-reason');
    given()
      .when(transfers({ reference: '' }))
      .refuses('invalid-reference');
  });

  it('posts from one claim to the other', () => {
    const posting = {
      ...{ kind: 'customer-transfer', asset: a.usdt, amount: 1_500_000n },
      ...{ accountId, purseId: null, chargeId: null },
    };
    expect(postings(made)).toEqual([
      { ...posting, debit: 'claim/customer', credit: 'clearing', customerId: fromCustomerId },
      { ...posting, debit: 'clearing', credit: 'claim/customer', customerId: toCustomerId },
    ]);
  });
});
