import { scopesOf, scopeWords, wordsBeyond } from './scopes';

describe('the scopes of a key', () => {
  it('are those that it names', () => {
    const scopes = scopesOf('account', ['purses:read', 'customers:write']);
    expect(scopes).toEqual(new Set(['customers:write', 'purses:read']));
  });

  it('are all that a group stands for', () => {
    const read = [...scopesOf('account', ['read'])];
    expect(read).toEqual(expect.arrayContaining(['customers:read', 'balances:read']));
    expect(read.filter((scope) => !scope.endsWith(':read'))).toEqual([]);
    const all = scopeWords('operator').filter((word) => word.includes(':'));
    expect([...scopesOf('operator', ['read', 'write'])]).toEqual(all);
  });

  it("never are an operator's on a key of an account, whatever it was issued with", () => {
    const words = [...scopeWords('account'), ...scopeWords('operator')];
    const scopes = scopesOf('account', words);
    expect([...scopes].filter((scope) => /^(accounts|operations):/.test(scope))).toEqual([]);
  });

  it('have account:admin in no group', () => {
    expect([...scopesOf('account', ['read', 'write'])]).not.toContain('account:admin');
    expect([...scopesOf('account', ['account:admin'])]).toEqual(['account:admin']);
  });

  it('are passed on by a key that has them, itself or by their group', () => {
    const held = ['read', 'purses:write', 'account:admin'];
    expect(wordsBeyond(held, ['read', 'events:read', 'purses:write', 'account:admin'])).toEqual([]);
    expect(wordsBeyond(held, ['write', 'customers:write'])).toEqual(['write', 'customers:write']);
    // A group also has the scopes of later versions.
    expect(wordsBeyond(['purses:read'], ['read'])).toEqual(['read']);
    expect(wordsBeyond([], [''])).toEqual(['']);
  });

  it('are none for words that mean nothing', () => {
    expect([...scopesOf('account', ['', 'admin', ':read', 'READ'])]).toEqual([]);
  });
});
