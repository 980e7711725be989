import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type AccountCommand, account } from './account';

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

  it('changes nothing when the account is open, whatever the repeat asks for', () => {
    given(opened).when(open).changesNothing();
    given(opened)
      .when({ ...open, name: 'Renamed', policy: { screening: true } })
      .changesNothing();
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
      .refuses('account-exists');
  });

  it('issues several keys, each under its own id', () => {
    given(opened, issued)
      .when({ ...issue, keyId: 'k2', keyHash: '00' })
      .emits(a.apiKeyIssued({ keyId: 'k2', keyHash: '00' }))
      .when(issue)
      .changesNothing();
  });
});
