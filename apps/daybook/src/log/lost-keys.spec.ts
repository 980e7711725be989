import { type AccountEvent, account, fold } from '@daybook/domain';
import * as a from '../../../../libs/domain/testing/a';
import { accounts, inTurn } from './lost';
import type { AccountKnown } from './rows';

const HOUR_MS = 60 * 60 * 1_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

/** An account as the tables know it: closed, with a key that was rotated. */
function known(endsAt: string): AccountKnown {
  const key = { keyHash: 'aa', scopes: ['read', 'account:admin'], revoked: false, person: 'Ann' };
  const nobody = { issuedBy: null, issuedByKind: null, issuedByPerson: null, replaces: null };
  const byAnn = { issuedBy: 'k1', issuedByKind: 'account', issuedByPerson: 'Ann' } as const;
  return {
    ...{ id: a.parties.accountId, name: 'Example Exchange', status: 'closed', preset: 'calypso' },
    ...{ complianceMode: 'manual', unusedDays: 30, idleDays: null, allowedAddresses: ['::1'] },
    quotas: { wallet: { requests: 20, windowSeconds: 900 } },
    keys: [
      { ...key, ...nobody, keyId: 'k1', expiresAt: endsAt },
      { ...key, ...byAnn, keyId: 'k2', keyHash: 'bb', replaces: 'k1', expiresAt: null },
    ],
  };
}

const act = { reason: 'restored', reference: 'case-1' };
const issued = a.apiKeyIssued({
  ...{ keyHash: 'aa', scopes: ['read', 'account:admin'], person: 'Ann' },
});

/** The account after what the tables know came back into an older log. */
function broughtBack(row: AccountKnown, ...older: readonly AccountEvent[]) {
  const state = fold(account, older);
  const commands = accounts.commandsFor(row, { state, isOlder: true }, act) ?? [];
  const after = fold(account, inTurn(account).decide(commands, state), state);
  if (after.status === 'absent') throw new Error('The account is absent.');
  return after;
}

const EXPECTED = {
  ...{ status: 'closed', preset: 'calypso' },
  policy: {
    purseExpiry: { unusedDays: 30, idleDays: null },
    compliance: { mode: 'manual' },
    quotas: { wallet: { requests: 20, windowSeconds: 900 }, financial: null, standard: null },
    allowedAddresses: ['::1'],
  },
};

it('brings an account back that the log does not have at all', () => {
  const after = broughtBack(known(inHours(1)));
  expect(after).toMatchObject(EXPECTED);
  expect(after.keys.k2).toMatchObject({ person: 'Ann', replaces: 'k1', isRevoked: false });
});

it('ends a key that was rotated after the older log', () => {
  const endsAt = inHours(1);
  const after = broughtBack(known(endsAt), a.accountOpened(), issued);
  expect(after).toMatchObject(EXPECTED);
  expect(after.keys.k2).toMatchObject({
    issuedBy: { kind: 'account', keyId: 'k1', person: 'Ann' },
    replaces: 'k1',
  });
  const end = Date.parse(after.keys.k1?.endsAt ?? '');
  expect(Math.abs(end - Date.parse(endsAt))).toBeLessThan(2_000);
});

it('revokes a key whose overlap is over', () => {
  const after = broughtBack(known(inHours(-1)), a.accountOpened(), issued);
  expect(after.keys.k1).toMatchObject({ isRevoked: true });
  expect(after.keys.k2).toMatchObject({ replaces: 'k1', isRevoked: false });
});
