import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type CustomerCommand, customer, REASON_LENGTH_MAX } from './customer';
import { DESCRIPTION_LENGTH_MAX, NO_PROFILE } from './customer-profile';
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
  externalIdHash: a.hashes.externalId,
  at: a.at,
};
const erase: CustomerCommand = {
  type: 'EraseCustomer',
  accountId,
  reason: 'asked for by the customer, ticket 9',
  at: a.at,
};
const erased = a.customerErased();
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

  it('returns the existing customer with what is given replaced, and the rest as it was', () => {
    const known = a.customerCreated({ ...a.profile, emailHash: a.hashes.email });
    given(known)
      .when({ ...create, at: '2026-01-01T00:00:00.000Z' })
      .changesNothing();
    given(known)
      .when({ ...create, ...a.profile, metadata: { tier: 'gold' } })
      .changesNothing();
    given(known)
      .when({ ...create, description: 'other', phone: null })
      .emits({ type: 'CustomerUpdated', data: { phone: null, description: 'other' } });
    given(known, blocked)
      .when({ ...create, lastName: 'Smith' })
      .emits({ type: 'CustomerUpdated', data: { lastName: 'Smith' } });
  });

  it('records all that is given', () => {
    const { email: emailHash } = a.hashes;
    given()
      .when({ ...create, ...a.profile, emailHash })
      .emits(a.customerCreated({ ...a.profile, emailHash }));
  });

  it('returns a blocked customer without unblocking', () => {
    given(created, blocked).when(create).changesNothing();
  });

  it.each([
    ['is empty', ''],
    ['has a line break at its end', 'user-42\n'],
    ['has a control character', 'user\u007f'],
    ['has half a character', 'user\ud83e'],
    ['has 256 characters', 'x'.repeat(256)],
  ])('refuses an external id that %s', (_, externalId) => {
    given()
      .when({ ...create, externalId })
      .refuses('invalid-external-id');
  });

  it.each(['!', 'Jürg 42', '客户', '🦊'.repeat(255)])('takes the external id %s', (externalId) => {
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

  it('changes what is given alone, the e-mail address together with its hash', () => {
    given(a.customerCreated({ ...a.profile, emailHash: a.hashes.email }))
      .when({ type: 'UpdateCustomer', accountId, email: 'bob@example.com', emailHash: '1.b' })
      .emits({ type: 'CustomerUpdated', data: { email: 'bob@example.com', emailHash: '1.b' } })
      .when({ type: 'UpdateCustomer', accountId, email: 'bob@example.com', emailHash: '2.b' })
      .changesNothing()
      .when({ type: 'UpdateCustomer', accountId, email: null, emailHash: null })
      .emits({ type: 'CustomerUpdated', data: { email: null, emailHash: null } });
  });

  it.each([
    ['an e-mail address without @', { email: 'ann' }],
    ['an e-mail address with a space', { email: 'a nn@example.com' }],
    ['an e-mail address that no server takes', { email: `${'a'.repeat(250)}@b.ch` }],
    ['an empty name', { firstName: '' }],
    ['a name with a line break', { lastName: 'Ann\nB' }],
    ['a long name', { lastName: 'n'.repeat(101) }],
    ['a phone number with letters', { phone: '+41 CALL ME' }],
    ['metadata under a name with a space', { metadata: { 'a b': 'c' } }],
    [
      'too much metadata',
      { metadata: Object.fromEntries([...Array(21).keys()].map((n) => [n, 'x'])) },
    ],
    ['a long text of metadata', { metadata: { a: 'x'.repeat(501) } }],
  ])('refuses %s, as at the creation', (_, bad) => {
    given(created)
      .when({ type: 'UpdateCustomer', accountId, ...bad })
      .refuses('invalid-profile');
    given()
      .when({ ...create, ...bad })
      .refuses('invalid-profile');
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

describe('erasing a customer', () => {
  it('is once and for all, whatever the status was', () => {
    given(created).when(erase).emits(erased).when(erase).changesNothing();
    given(created, blocked).when(erase).emits(erased);
  });

  it('leaves nothing to be known or changed, and the external id to the next one', () => {
    for (const command of [create, update('new'), block(), unblock()]) {
      given(created, erased).when(command).refuses('customer-erased');
    }
    const known = a.customerCreated({ ...a.profile, emailHash: a.hashes.email });
    expect(fold(customer, [known, erased])).toEqual(
      a.owner({ ...NO_PROFILE, externalId: '', emailHash: a.hashes.email, status: 'erased' }),
    );
  });

  it('has a reason', () => {
    given(created)
      .when({ ...erase, reason: ' ' })
      .refuses('invalid-reason');
  });
});

it('comes back as the tables know it, with texts of any form', () => {
  const { data } = a.customerCreated({ externalId: `sealed.1.${'x'.repeat(400)}` });
  const restore = { type: 'RestoreCustomer', ...data } as const;
  given().when(restore).emits({ type: 'CustomerCreated', data });
  given({ type: 'CustomerCreated', data } as const)
    .when({ ...restore, phone: 'sealed.1.p' })
    .emits({ type: 'CustomerUpdated', data: { phone: 'sealed.1.p' } });
  given(created, erased).when(restore).changesNothing();
});

describe.each([
  ['updates', update('gold tier')],
  ['erases', erase],
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
