import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { postings } from './events';
import { type ReleaseToCustomerCommand } from './release-to-customer';
import { replenishment } from './replenishment';

const given = specification(replenishment);

const credit = { to: 'account', reason: 'customer-blocked' } as const;
const history = [
  a.replenishmentDetected({ version: 1 }),
  a.replenishmentConfirmed({ version: 2, credit }),
] as const;
const released = a.replenishmentReleasedToCustomer({ version: 2 });
const { reason, reference } = released.data;

const releases = ({
  facts = {},
  ...overrides
}: Partial<Omit<ReleaseToCustomerCommand, 'type' | 'facts'>> & {
  readonly facts?: Partial<ReleaseToCustomerCommand['facts']>;
} = {}): ReleaseToCustomerCommand => ({
  ...{ type: 'ReleaseToCustomer', accountId: a.parties.accountId, reason, reference, ...overrides },
  facts: {
    ...{ customerBlocked: false, available: 1_500_000n },
    ...{ scale: { currency: 'USDT_ETH', decimals: 6 }, ...facts },
  },
});

describe('a release to the customer', () => {
  it('moves what was credited to the account, once', () => {
    given(...history)
      .when(releases())
      .emits(released)
      .when(releases({ facts: { customerBlocked: true, available: 0n } }))
      .changesNothing()
      .when(releases({ reference: 'case-1747' }))
      .refuses('replenishment-not-with-account');
  });

  it('posts from the claim of the account to that of the customer, at the purse', () => {
    expect(postings(released)).toEqual([
      {
        ...{ kind: 'resolution', debit: 'claim/account', credit: 'claim/customer' },
        ...{ asset: a.usdt, amount: 1_500_000n, ...a.parties, chargeId: null },
      },
    ]);
  });

  it.each<[string, readonly ReturnType<typeof a.replenishmentConfirmed>[]]>([
    ['the customer', [a.replenishmentConfirmed({ version: 2 })]],
    [
      'suspense',
      [
        a.replenishmentConfirmed({
          version: 2,
          credit: { to: 'suspense', reason: 'purse-archived' },
        }),
      ],
    ],
    ['nobody yet', []],
  ])('refuses what is credited to %s', (_, more) => {
    given(a.replenishmentDetected({ version: 1 }), ...more)
      .when(releases())
      .refuses('replenishment-not-with-account');
  });

  it("refuses the account's own coins", () => {
    given(a.ownCoinsDetected(), a.ownCoinsBooked({ version: 2 }))
      .when(releases())
      .refuses('replenishment-not-with-account');
  });

  it('refuses while the customer is blocked, and when the account has used the money', () => {
    given(...history)
      .when(releases({ facts: { customerBlocked: true } }))
      .refuses('customer-blocked')
      .when(releases({ facts: { available: 1_499_999n } }))
      .refuses('insufficient-balance');
  });

  it('knows no replenishment of another account', () => {
    given(...history)
      .when(releases({ accountId: a.otherAccountId }))
      .refuses('replenishment-not-found');
    given().when(releases()).refuses('replenishment-not-found');
  });

  it('is taken back from the customer by the chain, and by a void', () => {
    const { version: _, ...taken } = a.replenishmentReverted({ credit: { to: 'customer' } }).data;
    const reverted = replenishment.decide(
      a.recordTransfer({ version: 3, status: 'reverted' }),
      [...history, released].reduce(replenishment.evolve, replenishment.initialState),
    );
    expect(reverted).toMatchObject([{ type: 'ReplenishmentReverted', data: taken }]);
    expect(reverted.flatMap(postings)).toMatchObject([
      { kind: 'reversal', debit: 'claim/customer', credit: 'custody/purse' },
    ]);
    given(...history, released)
      .when({ type: 'VoidReplenishment', ...a.act, facts: { custody: 1_500_000n } })
      .emits(a.replenishmentVoided({ version: 2, credit: { to: 'customer' } }));
  });
});
