import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type OperatorCommand, operator } from './operator';

const given = specification(operator);

const add: OperatorCommand = { type: 'AddOperator', name: 'Night shift' };
const added = a.operatorAdded();
const issued = a.operatorKeyIssued();
const issue: OperatorCommand = { type: 'IssueApiKey', ...issued.data };
const revoked = a.operatorKeyRevoked();
const revoke: OperatorCommand = { type: 'RevokeApiKey', ...revoked.data };

it('adds an operator once', () => {
  given().when(add).emits(added).when(add).changesNothing();
});

it('refuses keys for an operator who was never added', () => {
  given().when(issue).refuses('operator-not-found');
  given().when(revoke).refuses('operator-not-found');
});

it('issues a key once, and no other key with its id', () => {
  given(added).when(issue).emits(issued).when(issue).changesNothing();
  given(added, issued)
    .when({ ...issue, keyHash: '00' })
    .refuses('api-key-exists');
});

it('keeps the name and the expiry of the key', () => {
  const named = a.operatorKeyIssued({ name: 'laptop', expiresAt: a.at });
  given(added)
    .when({ ...issue, ...named.data })
    .emits(named);
});

it('revokes a key for ever, with the first reason', () => {
  given(added, issued)
    .when(revoke)
    .emits(revoked)
    .when({ ...revoke, reason: 'another' })
    .changesNothing();
  given(added, issued, revoked).when(issue).changesNothing();
});

it('refuses to revoke an unknown key', () => {
  given(added).when(revoke).refuses('api-key-not-found');
});

it('records each retry of a parked key, and refuses the retry of a key that is not parked', () => {
  const { data: parkedKey } = a.parkedKeyRetried();
  const retry = { type: 'RetryParkedKey', parkedKey, facts: { isParked: true } } as const;
  given(added).when(retry).emits(a.parkedKeyRetried()).when(retry).emits(a.parkedKeyRetried());
  given(added)
    .when({ ...retry, facts: { isParked: false } })
    .refuses('key-not-parked');
});
