import * as a from '../testing/a';
import { specification } from '../testing/specification';
import {
  type CustomerCommand,
  customer,
  DESCRIPTION_LENGTH_MAX,
  REASON_LENGTH_MAX,
} from './customer';
import { fold } from './decider';

const given = specification(customer);
const { accountId } = a.parties;

const created = a.customerCreated();
const blocked = a.customerBlocked();
const unblocked = a.customerUnblocked();

const create: Extract<CustomerCommand, { type: 'CreateCustomer' }> = {
  type: 'CreateCustomer',
  accountId,
  externalId: 'user-42',
  description: null,
  at: a.at,
};
const update = (description: string | null): CustomerCommand => ({
  type: 'UpdateCustomer',
  accountId,
  description,
});
const block = (reason = 'chargeback'): CustomerCommand => ({
  type: 'BlockCustomer',
  accountId,
  reason,
});
const unblock = (reason = 'cleared'): CustomerCommand => ({
  type: 'UnblockCustomer',
  accountId,
  reason,
});

describe('creating a customer', () => {
  it('records whose customer it is, since when and under which external id', () => {
    given().when(create).emits(created);
  });

  it('returns the existing customer, even if the repeat has another description', () => {
    given(created).when(create).changesNothing();
    given(created)
      .when({ ...create, description: 'other', at: '2026-01-01T00:00:00.000Z' })
      .changesNothing();
  });

  it('returns a blocked customer without unblocking', () => {
    given(created, blocked).when(create).changesNothing();
  });

  it.each([
    ['is empty', ''],
    ['has a space', 'user 42'],
    ['has a line break at its end', 'user-42\n'],
    ['has a character beyond ASCII', 'üser'],
    ['has a control character', 'user\u007f'],
    ['has 129 characters', 'x'.repeat(129)],
  ])('refuses an external id that %s', (_, externalId) => {
    given()
      .when({ ...create, externalId })
      .refuses('invalid-external-id');
  });

  it.each(['!', '~', 'x'.repeat(128)])('takes the external id %s', (externalId) => {
    given()
      .when({ ...create, externalId })
      .emits(a.customerCreated({ externalId }));
  });

  it('refuses a bad external id even of a customer who exists', () => {
    given(created)
      .when({ ...create, externalId: '' })
      .refuses('invalid-external-id');
  });

  it('takes a description up to its limit and refuses a longer one', () => {
    const description = 'd'.repeat(DESCRIPTION_LENGTH_MAX);
    given()
      .when({ ...create, description })
      .emits(a.customerCreated({ description }));
    given()
      .when({ ...create, description: `${description}d` })
      .refuses('invalid-description');
  });

  it('names the external id first when both are bad', () => {
    const description = 'd'.repeat(DESCRIPTION_LENGTH_MAX + 1);
    given()
      .when({ ...create, externalId: '', description })
      .refuses('invalid-external-id');
  });
});

describe('updating a customer', () => {
  it('records the new description, and its removal', () => {
    given(created)
      .when(update('gold tier'))
      .emits(a.customerUpdated())
      .when(update('gold tier'))
      .changesNothing()
      .when(update(null))
      .emits(a.customerUpdated({ description: null }))
      .when(update(null))
      .changesNothing();
  });

  it('refuses a description beyond its limit', () => {
    given(created)
      .when(update('d'.repeat(DESCRIPTION_LENGTH_MAX + 1)))
      .refuses('invalid-description');
  });

  it('leaves a blocked customer blocked', () => {
    given(created, blocked, a.customerUpdated()).when(block()).changesNothing();
  });
});

describe('blocking a customer', () => {
  it('blocks with the reason as evidence and unblocks with another', () => {
    given(created).when(block()).emits(blocked).when(unblock()).emits(unblocked);
  });

  it('blocks, unblocks and blocks again', () => {
    given(created, blocked, unblocked)
      .when(block('again'))
      .emits(a.customerBlocked({ reason: 'again' }));
  });

  it('changes nothing when the customer is blocked already, even with another reason', () => {
    given(created, blocked).when(block('another reason')).changesNothing();
  });

  it('changes nothing when a customer who is not blocked is unblocked', () => {
    given(created).when(unblock()).changesNothing();
    given(created, blocked, unblocked).when(unblock()).changesNothing();
  });

  it.each([
    ['no reason', ''],
    ['a blank reason', ' \t\n'],
    ['a reason beyond its limit', 'r'.repeat(REASON_LENGTH_MAX + 1)],
  ])('refuses %s to block and to unblock, even when nothing would change', (_, reason) => {
    given(created).when(block(reason)).refuses('invalid-reason');
    given(created, blocked).when(block(reason)).refuses('invalid-reason');
    given(created).when(unblock(reason)).refuses('invalid-reason');
    given(created, blocked).when(unblock(reason)).refuses('invalid-reason');
  });

  it('takes a reason up to its limit', () => {
    const reason = 'r'.repeat(REASON_LENGTH_MAX);
    given(created).when(block(reason)).emits(a.customerBlocked({ reason }));
  });
});

describe.each([
  ['updates', update('gold tier')],
  ['blocks', block()],
  ['unblocks', unblock()],
])('an account that %s a customer', (_, command) => {
  it('does not find a customer who was never created', () => {
    given().when(command).refuses('customer-not-found');
  });

  it("does not find another account's customer", () => {
    given(a.customerCreated({ accountId: a.otherAccountId }))
      .when(command)
      .refuses('customer-not-found');
  });

  it('does not learn that a text is invalid before the customer is found', () => {
    const bad = { ...command, reason: '', description: 'd'.repeat(DESCRIPTION_LENGTH_MAX + 1) };
    given().when(bad).refuses('customer-not-found');
  });
});

it('knows of a customer what was recorded', () => {
  const history = [created, a.customerUpdated(), blocked];
  expect(fold(customer, history)).toEqual(a.owner({ status: 'blocked', description: 'gold tier' }));
  expect(fold(customer, [...history, unblocked])).toEqual(a.owner({ description: 'gold tier' }));
});
