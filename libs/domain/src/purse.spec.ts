import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { fold } from './decider';
import { type PurseCommand, purse } from './purse';

const given = specification(purse);
const { accountId, customerId } = a.parties;

const minted = a.purseMinted();
const archived = a.purseArchived();
const declined = a.purseDeclined();

const mint: Extract<PurseCommand, { type: 'MintPurse' }> = {
  type: 'MintPurse',
  accountId,
  customerId,
  family: 'evm',
  address: a.address,
  derivation: minted.data.derivation,
  outsideOrderId: null,
  at: a.at,
  facts: { owner: a.owner() },
};
const archive = { type: 'ArchivePurse', accountId, reason: 'requested' } as const;
const restore = { type: 'RestorePurse', accountId } as const;
const decline = { type: 'DeclinePurse', accountId, replenishmentId: a.replenishmentId } as const;

describe('minting a purse', () => {
  it('records the address and where it was derived from', () => {
    given().when(mint).emits(minted);
  });

  it("hands the merchant's order id on", () => {
    given()
      .when({ ...mint, outsideOrderId: 'order-7' })
      .emits(a.purseMinted({ outsideOrderId: 'order-7' }));
  });

  it('returns the first purse to a second mint, even with another derived address', () => {
    given(minted)
      .when({
        ...mint,
        address: '0xdead',
        derivation: { xpubFingerprint: '3442193e', branch: 5, index: 8 },
        outsideOrderId: 'order-8',
      })
      .changesNothing();
  });

  it('restores an archived purse, so a mint never answers with an unusable address', () => {
    given(minted, archived).when(mint).emits(a.purseRestored()).when(mint).changesNothing();
  });

  it('refuses a declined purse', () => {
    given(minted, declined).when(mint).refuses('purse-declined');
    given(minted, archived, declined).when(mint).refuses('purse-declined');
  });

  it('returns the first purse before it looks at the owner', () => {
    given(minted)
      .when({ ...mint, facts: { owner: { status: 'absent' } } })
      .changesNothing();
  });

  it('gives an erased customer no address, not even the one that there is', () => {
    const facts = { owner: a.owner({ status: 'erased' }) };
    given()
      .when({ ...mint, facts })
      .refuses('customer-erased');
    given(minted)
      .when({ ...mint, facts })
      .refuses('customer-erased');
  });

  it('mints for a blocked customer: blocking leaves addresses active', () => {
    given()
      .when({ ...mint, facts: { owner: a.owner({ status: 'blocked' }) } })
      .emits(minted);
  });

  it('refuses a customer who does not exist', () => {
    given()
      .when({ ...mint, facts: { owner: { status: 'absent' } } })
      .refuses('customer-not-found');
  });

  it("does not find another account's customer", () => {
    given()
      .when({ ...mint, facts: { owner: a.owner({ accountId: a.otherAccountId }) } })
      .refuses('customer-not-found');
  });
});

describe('archiving and restoring a purse', () => {
  it('archives with the reason, quietly the second time', () => {
    given(minted)
      .when({ ...archive, reason: 'never-replenished' })
      .emits(a.purseArchived({ reason: 'never-replenished' }))
      .when(archive)
      .changesNothing();
  });

  it('restores an archived purse, quietly the second time', () => {
    given(minted, archived)
      .when(restore)
      .emits(a.purseRestored())
      .when(restore)
      .changesNothing()
      .when(archive)
      .emits(archived);
  });

  it('changes nothing when an active purse is restored', () => {
    given(minted).when(restore).changesNothing();
  });
});

describe('expiring a purse', () => {
  const use = { activeSince: '2025-01-01T00:00:00.000Z', lastReceiptAt: null };
  const facts = {
    policy: { unusedDays: 30, idleDays: 60 },
    use,
    restorations: 0,
    heldBy: null,
  };
  const expire = { type: 'ExpirePurse', accountId, at: '2025-01-31T00:00:00.000Z', facts } as const;
  const used = { ...facts, use: { ...use, lastReceiptAt: '2025-01-11T00:00:00.000Z' } };

  it('archives one that was never replenished, quietly the second time', () => {
    given(minted)
      .when(expire)
      .emits(a.purseArchived({ reason: 'never-replenished' }))
      .when(expire)
      .changesNothing();
  });

  it('archives one that was not replenished for long', () => {
    given(minted)
      .when({ ...expire, facts: used, at: '2025-03-12T00:00:00.000Z' })
      .emits(a.purseArchived({ reason: 'unused' }));
  });

  it('waits for the end of the period', () => {
    given(minted)
      .when({ ...expire, at: '2025-01-30T23:59:59.999Z' })
      .changesNothing();
    given(minted)
      .when({ ...expire, facts: used, at: '2025-03-11T23:59:59.999Z' })
      .changesNothing();
  });

  it('leaves purses alone that never expire', () => {
    const policy = { unusedDays: null, idleDays: null };
    given(minted)
      .when({ ...expire, facts: { ...facts, policy } })
      .changesNothing();
  });

  it('waits while something holds it', () => {
    given(minted)
      .when({ ...expire, facts: { ...facts, heldBy: 'A replenishment is open.' } })
      .changesNothing();
  });

  it('leaves a purse alone that was restored after its use was read', () => {
    given(minted, archived, a.purseRestored())
      .when(expire)
      .changesNothing()
      .when({ ...expire, facts: { ...facts, restorations: 1 } })
      .emits(a.purseArchived({ reason: 'never-replenished' }));
  });

  it('leaves a declined purse alone', () => {
    given(minted, declined).when(expire).changesNothing();
  });
});

describe('declining a purse', () => {
  it('declines an active or archived purse for good, naming the replenishment', () => {
    given(minted).when(decline).emits(declined);
    given(minted, archived).when(decline).emits(declined);
  });

  it('keeps the first replenishment that declined it', () => {
    given(minted, declined)
      .when({ ...decline, replenishmentId: 'another' })
      .changesNothing();
  });

  it('never uses a declined purse again', () => {
    given(minted, declined).when(restore).refuses('purse-declined');
    given(minted, declined).when(archive).changesNothing();
  });
});

describe.each([
  ['archives', archive],
  ['restores', restore],
  ['declines', decline],
])('an account that %s a purse', (_, command) => {
  it('does not find a purse that was never minted', () => {
    given().when(command).refuses('purse-not-found');
  });

  it("does not find another account's purse", () => {
    given(minted)
      .when({ ...command, accountId: a.otherAccountId })
      .refuses('purse-not-found');
    given(minted, declined)
      .when({ ...command, accountId: a.otherAccountId })
      .refuses('purse-not-found');
  });
});

it('never changes the address of a purse', () => {
  const states = [[], [archived], [archived, a.purseRestored()], [archived, declined]].map((life) =>
    fold(purse, [minted, ...life]),
  );
  expect(states).toEqual([
    { status: 'active', ...minted.data, restorations: 0 },
    { status: 'archived', ...minted.data, restorations: 0 },
    { status: 'active', ...minted.data, restorations: 1 },
    { status: 'declined', ...minted.data, restorations: 0 },
  ]);
});

describe('an address of its own, for a purse that was given that of another one', () => {
  const { family: _, assignedAt, ...given_ } = a.purseAddressAssigned().data;
  const assigns = (isHeld = true, reference = given_.reference): PurseCommand => ({
    ...{
      type: 'AssignAddress',
      accountId,
      ...given_,
      reference,
      at: assignedAt,
      facts: { isHeld },
    },
  });

  it('is given once, and only where the address is shared', () => {
    given(minted)
      .when(assigns(false))
      .refuses('address-not-shared')
      .when(assigns())
      .emits(a.purseAddressAssigned())
      .when(assigns(false))
      .changesNothing()
      .when(assigns(false, 'case-1743'))
      .refuses('address-not-shared')
      .when(assigns(true, 'case-1743'))
      .refuses('address-not-shared');
    const { address, derivation } = given_;
    const state = fold(purse, [minted, a.purseAddressAssigned()]);
    expect(state).toMatchObject({ status: 'active', address, derivation });
  });

  it('leaves the status as it is', () => {
    expect(fold(purse, [minted, archived, a.purseAddressAssigned()]).status).toBe('archived');
  });

  it('is refused without a reason or a reference, and where there is no purse', () => {
    given(minted)
      .when({ ...assigns(), reason: '' } as PurseCommand)
      .refuses('invalid-reason')
      .when({ ...assigns(), reference: ' ' } as PurseCommand)
      .refuses('invalid-reference');
    given().when(assigns()).refuses('purse-not-found');
  });
});

describe('a purse of which the log lost the owner', () => {
  const lost = a.purseOwnerLost();
  const lose = { type: 'LoseOwner', accountId, reason: lost.data.reason } as const;
  const confirm = { type: 'ConfirmOwner', accountId, ...a.purseOwnerConfirmed().data } as const;

  it('is used again when an operator has confirmed the owner, once', () => {
    given(minted)
      .when(lose)
      .emits(lost)
      .when(lose)
      .changesNothing()
      .when(restore)
      .refuses('purse-unowned')
      .when(mint)
      .refuses('purse-unowned')
      .when(archive)
      .changesNothing()
      .when(confirm)
      .emits(a.purseOwnerConfirmed())
      .when(confirm)
      .changesNothing()
      .when({ ...confirm, reference: 'case-1744' })
      .refuses('purse-has-owner')
      .when({ ...confirm, reason: 'another' })
      .refuses('reference-reused');
    expect(fold(purse, [minted, lost]).status).toBe('unowned');
    expect(fold(purse, [minted, lost, a.purseOwnerConfirmed()]).status).toBe('active');
  });

  it('is refused a confirmation without a reason or a reference, or when its owner is certain', () => {
    given(minted, lost)
      .when({ ...confirm, reason: '' })
      .refuses('invalid-reason')
      .when({ ...confirm, reference: ' ' })
      .refuses('invalid-reference')
      .when({ ...lose, reason: ' ' })
      .refuses('invalid-reason');
    given(minted).when(confirm).refuses('purse-has-owner');
    given().when(confirm).refuses('purse-not-found');
  });
});
