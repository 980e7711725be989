import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type AccountCommand, account } from './account';
import { OVERLAP_SECONDS_MAX, PERSON_LENGTH_MAX } from './account-keys';
import {
  ALLOWED_ADDRESSES_MAX,
  changedPolicy,
  DEFAULT_POLICY,
  deviationsFrom,
  type PolicyChange,
  PRESET_NAMES,
  PRESETS,
  type PresetName,
} from './account-policy';
import { EXPIRY_DAYS_MAX, NEVER_EXPIRES } from './expiry';

const given = specification(account);

const open: AccountCommand = { type: 'OpenAccount', name: 'Example Exchange', policy: {} };
const opened = a.accountOpened();
const issued = a.apiKeyIssued();
const issue: AccountCommand = { type: 'IssueApiKey', ...issued.data };
const quota = { requests: 20, windowSeconds: 900 };

describe('opening an account', () => {
  it('records its name and the default preset', () => {
    given().when(open).emits(opened);
  });

  it('records the settings that are not the default ones', () => {
    given()
      .when({ ...open, preset: 'calypso', policy: { compliance: { mode: 'manual' } } })
      .emits(
        a.accountOpened({
          preset: 'calypso',
          policy: {
            purseExpiry: { unusedDays: 30, idleDays: 30 },
            compliance: { mode: 'manual' },
          },
        }),
      );
  });

  it('changes nothing when the account is open, even if the repeat says something else', () => {
    given(opened).when(open).changesNothing();
    given(opened)
      .when({ ...open, name: 'Renamed', preset: '3pay' })
      .changesNothing();
    given(opened, a.accountClosed()).when(open).changesNothing();
  });

  it('refuses settings that cannot be', () => {
    given()
      .when({ ...open, policy: { allowedAddresses: [] } })
      .refuses('invalid-policy');
  });
});

describe('closing and reopening an account', () => {
  const close: AccountCommand = { type: 'CloseAccount', reason: 'the contract has ended' };
  const reopen: AccountCommand = { type: 'ReopenAccount', reason: 'a new contract' };
  const closed = a.accountClosed();

  it('records each once, with its reason', () => {
    given(opened)
      .when(reopen)
      .changesNothing()
      .when(close)
      .emits(closed)
      .when({ ...close, reason: 'again' })
      .changesNothing()
      .when(reopen)
      .emits(a.accountReopened());
  });

  it('needs a reason and an account', () => {
    given(opened)
      .when({ ...close, reason: ' ' })
      .refuses('invalid-reason');
    given(opened, closed)
      .when({ ...reopen, reason: '' })
      .refuses('invalid-reason');
    given().when(close).refuses('account-not-found');
    given().when(reopen).refuses('account-not-found');
  });

  it('leaves operators their acts', () => {
    given(opened, closed).when(issue).emits(issued);
    given(opened, closed)
      .when({ type: 'ChangeAccountPolicy', ...a.accountPolicyChanged().data, preset: undefined })
      .emits(a.accountPolicyChanged());
  });
});

describe('changing the policy of an account', () => {
  const changed = a.accountPolicyChanged();
  const { reason } = changed.data;
  const change = (policy: PolicyChange, preset?: PresetName): AccountCommand => ({
    ...{ type: 'ChangeAccountPolicy', policy, preset, reason },
  });
  const periods = { purseExpiry: { unusedDays: 30, idleDays: 90 } };

  it('records the periods with the reason, quietly the second time', () => {
    given(opened).when(change(periods)).emits(changed).when(change(periods)).changesNothing();
  });

  it('changes what is given, and keeps the rest, also of a group', () => {
    given(opened, changed)
      .when(change({ purseExpiry: { idleDays: null } }))
      .emits(
        a.accountPolicyChanged({ policy: { purseExpiry: { unusedDays: 30, idleDays: null } } }),
      )
      .when(change({ quotas: { wallet: quota } }))
      .emits(
        a.accountPolicyChanged({
          policy: { quotas: { wallet: quota, financial: null, standard: null } },
        }),
      )
      .when(change({ compliance: { mode: 'manual' }, allowedAddresses: ['::1'] }))
      .emits(
        a.accountPolicyChanged({
          policy: { compliance: { mode: 'manual' }, allowedAddresses: ['::1'] },
        }),
      )
      .when(change({}))
      .changesNothing();
  });

  it('changes nothing when purses never expired and still never do', () => {
    given(opened)
      .when(change({ purseExpiry: NEVER_EXPIRES }))
      .changesNothing();
  });

  it('takes a preset, and single settings after it', () => {
    const policy = { purseExpiry: { unusedDays: 30, idleDays: 7 } };
    given(opened)
      .when(change({ purseExpiry: { idleDays: 7 } }, 'calypso'))
      .emits(a.accountPolicyChanged({ policy, preset: 'calypso' }))
      .when(change({ purseExpiry: { idleDays: 7 } }, 'calypso'))
      .changesNothing();
  });

  it('records a preset that changes no setting', () => {
    given(opened)
      .when(change({}, 'cryptonow'))
      .emits(a.accountPolicyChanged({ policy: {}, preset: 'cryptonow' }))
      .when(change({}, 'cryptonow'))
      .changesNothing();
  });

  it('takes no protection away with a preset', () => {
    const kept = { compliance: { mode: 'manual' }, allowedAddresses: ['10.0.0.0/8'] } as const;
    const protectedAccount = a.accountOpened({ policy: kept });
    for (const preset of PRESET_NAMES) {
      const [state] = [account.evolve(account.initialState, protectedAccount)];
      const after = account
        .decide(change({}, preset), state)
        .reduce((at, event) => account.evolve(at, event), state);
      expect(after).toMatchObject({ policy: kept, preset });
    }
  });

  it.each([0, -1, 1.5, Number.NaN, EXPIRY_DAYS_MAX + 1])('refuses a period of %p days', (days) => {
    for (const purseExpiry of [{ unusedDays: days }, { unusedDays: 30, idleDays: days }]) {
      given(opened).when(change({ purseExpiry })).refuses('invalid-expiry');
    }
  });

  it.each([
    { allowedAddresses: [] },
    { allowedAddresses: ['::1', '::1'] },
    {
      allowedAddresses: Array.from({ length: ALLOWED_ADDRESSES_MAX + 1 }, (_, n) => `10.0.0.${n}`),
    },
    { allowedAddresses: ['x'.repeat(50)] },
    { quotas: { wallet: { ...quota, requests: 0 } } },
    { quotas: { standard: { ...quota, windowSeconds: 86_401 } } },
    { quotas: { financial: { ...quota, requests: 1.5 } } },
    { compliance: { mode: 'maybe' as 'none' } },
  ] satisfies PolicyChange[])('refuses %j', (policy) => {
    given(opened).when(change(policy)).refuses('invalid-policy');
  });

  it('refuses without a reason, and while there is no account', () => {
    given(opened)
      .when({ ...change(periods), reason: ' ' } as AccountCommand)
      .refuses('invalid-reason');
    given().when(change(periods)).refuses('account-not-found');
  });

  it('names what differs from the preset that was taken', () => {
    const policy = changedPolicy(DEFAULT_POLICY, PRESETS['3pay']);
    expect(deviationsFrom('3pay', policy)).toEqual([]);
    const other = { purseExpiry: { idleDays: 9 }, quotas: { wallet: null } };
    expect(deviationsFrom('3pay', changedPolicy(policy, other))).toEqual([
      'purseExpiry.idleDays',
      'quotas.wallet',
    ]);
  });
});

describe('issuing an API key', () => {
  it('keeps the hash and the scopes, never the key', () => {
    given(opened).when(issue).emits(issued);
  });

  it('refuses while there is no account', () => {
    given().when(issue).refuses('account-not-found');
  });

  it('changes nothing when the same key is issued again', () => {
    given(opened, issued).when(issue).changesNothing();
  });

  it('refuses another key under an id that is taken', () => {
    given(opened, issued)
      .when({ ...issue, keyHash: '00' })
      .refuses('api-key-exists');
  });

  it.each([{ scopes: ['customers:write'] }, { name: 'payouts' }, { expiresAt: a.at }])(
    'leaves a key as it was issued: %j',
    (other) => {
      given(opened, issued)
        .when({ ...issue, ...other })
        .changesNothing();
    },
  );

  it('keeps what its owner calls it and when it ends', () => {
    const named = a.apiKeyIssued({ name: 'payouts', expiresAt: a.at });
    given(opened)
      .when({ ...issue, ...named.data })
      .emits(named);
  });

  it('keeps who holds it and who issued it', () => {
    const ofAnn = a.apiKeyIssued({
      ...{ scopes: ['account:admin'], person: 'Ann' },
      issuedBy: { kind: 'operator', keyId: 'o1', person: 'Night shift' },
    });
    given(opened)
      .when({ ...issue, ...ofAnn.data })
      .emits(ofAnn);
  });

  it.each([
    { scopes: ['account:admin'] },
    { scopes: ['account:admin'], person: ' ' },
    { person: '' },
    { person: 'x'.repeat(PERSON_LENGTH_MAX + 1) },
  ])('refuses a person who is not named as needed: %j', (other) => {
    given(opened)
      .when({ ...issue, ...other })
      .refuses('invalid-person');
  });

  it('refuses more valid keys than an account may have', () => {
    const keys = Array.from({ length: 1_000 }, (_, n) => a.apiKeyIssued({ keyId: `n${n}` }));
    const at = '2025-01-01T00:00:00.000Z';
    given(opened, ...keys)
      .when({ ...issue, at })
      .refuses('too-many-api-keys');
    given(opened, ...keys, a.apiKeyRevoked({ keyId: 'n7' }))
      .when({ ...issue, at })
      .emits(issued);
  });

  it('issues several keys, each under its own id', () => {
    given(opened, issued)
      .when({ ...issue, keyId: 'k2', keyHash: '00' })
      .emits(a.apiKeyIssued({ keyId: 'k2', keyHash: '00' }))
      .when(issue)
      .changesNothing();
  });
});

describe('revoking an API key', () => {
  const revoked = a.apiKeyRevoked({ reason: 'leaked' });
  const revoke: AccountCommand = { type: 'RevokeApiKey', keyId: 'k1', reason: 'leaked' };

  it('records it once, with the first reason', () => {
    given(opened, issued)
      .when(revoke)
      .emits(revoked)
      .when({ ...revoke, reason: 'another' })
      .changesNothing();
  });

  it('needs no reason', () => {
    given(opened, issued)
      .when({ type: 'RevokeApiKey', keyId: 'k1', reason: null })
      .emits(a.apiKeyRevoked());
  });

  it('refuses a key that the account never had', () => {
    given().when(revoke).refuses('api-key-not-found');
    given(opened).when(revoke).refuses('api-key-not-found');
    given(opened, issued)
      .when({ ...revoke, keyId: 'k2' })
      .refuses('api-key-not-found');
  });

  it('is permanent: issuing the same key again changes nothing, and another key with its id is refused', () => {
    given(opened, issued, revoked).when(issue).changesNothing().when(revoke).changesNothing();
    given(opened, issued, revoked)
      .when({ ...issue, keyHash: '00' })
      .refuses('api-key-exists');
  });
});

describe('rotating an API key', () => {
  const mine = a.apiKeyIssued({
    ...{ scopes: ['read', 'account:admin'], name: 'laptop', person: 'Ann' },
    expiresAt: '2026-01-01T00:00:00.000Z',
  });
  const issuedBy = { kind: 'account', keyId: 'k1', person: 'Ann' } as const;
  const reason = 'the yearly rotation';
  const rotate: AccountCommand = {
    ...{ type: 'RotateApiKey', keyId: 'k1', successor: { keyId: 'k2', keyHash: '00' } },
    ...{ overlapSeconds: 3_600, issuedBy, at: a.at, reason },
  };
  const successor = a.apiKeyIssued({
    ...mine.data,
    ...{ keyId: 'k2', keyHash: '00', issuedBy, replaces: 'k1' },
  });
  const rotated = a.apiKeyRotated();

  it('issues a successor with the same words, name and person, and ends the key after the overlap', () => {
    given(opened, mine).when(rotate).emits(successor, rotated).when(rotate).changesNothing();
  });

  it('revokes the key at once without an overlap', () => {
    given(opened, mine)
      .when({ ...rotate, overlapSeconds: 0 })
      .emits(successor, a.apiKeyRevoked({ reason }));
  });

  it('gives the successor an end of its own if asked for', () => {
    const expiresAt = '2027-01-01T00:00:00.000Z';
    given(opened, mine)
      .when({ ...rotate, expiresAt })
      .emits(a.apiKeyIssued({ ...successor.data, expiresAt }), rotated);
  });

  it('can be done again within the overlap, and the first end stays', () => {
    const again: AccountCommand = {
      ...rotate,
      ...{ successor: { keyId: 'k3', keyHash: '01' }, overlapSeconds: 7_200 },
    };
    const endsAt = '2025-01-02T05:04:05.678Z';
    given(opened, mine, successor, rotated)
      .when(again)
      .emits(
        a.apiKeyIssued({ ...successor.data, keyId: 'k3', keyHash: '01' }),
        a.apiKeyRotated({ successorId: 'k3', endsAt }),
      )
      .when({ ...again, successor: { keyId: 'k4', keyHash: '02' }, at: '2025-01-02T04:30:00.000Z' })
      .refuses('api-key-ended');
  });

  it('refuses what has ended, what is unknown, and an id that is taken', () => {
    given(opened, mine, a.apiKeyRevoked()).when(rotate).refuses('api-key-ended');
    given(opened, mine)
      .when({ ...rotate, at: '2026-01-01T00:00:00.000Z' })
      .refuses('api-key-ended');
    given(opened).when(rotate).refuses('api-key-not-found');
    given().when(rotate).refuses('api-key-not-found');
    given(opened, mine, a.apiKeyIssued({ keyId: 'k2' }))
      .when(rotate)
      .refuses('api-key-exists');
  });

  it.each([-1, 1.5, OVERLAP_SECONDS_MAX + 1])('refuses an overlap of %p s', (overlapSeconds) => {
    given(opened, mine)
      .when({ ...rotate, overlapSeconds })
      .refuses('invalid-overlap');
  });

  it('refuses without a reason', () => {
    given(opened, mine)
      .when({ ...rotate, reason: '' })
      .refuses('invalid-reason');
  });
});
