import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type AccountCommand, account } from './account';
import { EXPIRY_DAYS_MAX, NEVER_EXPIRES } from './expiry';

const given = specification(account);

const open: AccountCommand = {
  type: 'OpenAccount',
  name: 'Example Exchange',
  policy: { screening: false },
};
const opened = a.accountOpened();
const issued = a.apiKeyIssued();
const issue: AccountCommand = { type: 'IssueApiKey', ...issued.data };

describe('opening an account', () => {
  it('records its name and its policy', () => {
    given().when(open).emits(opened);
  });

  it('changes nothing when the account is open, even if the repeat has another policy', () => {
    given(opened).when(open).changesNothing();
    given(opened)
      .when({ ...open, name: 'Renamed', policy: { screening: true } })
      .changesNothing();
  });
});

describe('changing the policy of an account', () => {
  const changed = a.accountPolicyChanged();
  const change: AccountCommand = { type: 'ChangeAccountPolicy', ...changed.data };

  it('records the periods with the reason, quietly the second time', () => {
    given(opened).when(change).emits(changed).when(change).changesNothing();
  });

  it('changes nothing when purses never expired and still never do', () => {
    given(opened)
      .when({ ...change, purseExpiry: NEVER_EXPIRES })
      .changesNothing();
  });

  it('can be set back to never', () => {
    given(opened, changed)
      .when({ ...change, purseExpiry: NEVER_EXPIRES, reason: 'asked for' })
      .emits(a.accountPolicyChanged({ purseExpiry: NEVER_EXPIRES, reason: 'asked for' }));
  });

  it('takes a period for unused purses alone', () => {
    const purseExpiry = { unusedDays: EXPIRY_DAYS_MAX, idleDays: null };
    given(opened)
      .when({ ...change, purseExpiry })
      .emits(a.accountPolicyChanged({ purseExpiry }));
  });

  it.each([0, -1, 1.5, Number.NaN, EXPIRY_DAYS_MAX + 1])('refuses a period of %p days', (days) => {
    for (const purseExpiry of [
      { unusedDays: days, idleDays: 30 },
      { unusedDays: 30, idleDays: days },
    ]) {
      given(opened)
        .when({ ...change, purseExpiry })
        .refuses('invalid-expiry');
    }
  });

  it('refuses without a reason', () => {
    given(opened)
      .when({ ...change, reason: ' ' })
      .refuses('invalid-reason');
  });

  it('refuses while there is no account', () => {
    given().when(change).refuses('account-not-found');
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
