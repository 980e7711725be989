import { DEVELOPMENT_KEYS, newKeyring, parseKeyring } from '../keyring.env';
import { foldedEmail, LookupKeys, normalExternalId } from './lookup-keys';
import {
  BrokenSeal,
  keyIdOf,
  newSubjectKey,
  openValue,
  sealValue,
  unwrapKey,
  wrapKey,
} from './sealing';

const key = newSubjectKey();
const place = 'customer-1\nemail';
const keyring = (text: string) => parseKeyring(text) ?? fail();
const fail = (): never => {
  throw new Error('It was refused.');
};
const [one, two] = [newKeyring(), newKeyring().replace('1:', '2:')];

describe('a sealed value', () => {
  it.each(['', 'ann@example.com', '🦊'.repeat(255), { tier: 'gold' }, ['a']])(
    'opens where it was sealed: %j',
    (value) => {
      const sealed = sealValue(key, place, value);
      expect(openValue(key, place, sealed)).toEqual(value);
      expect(keyIdOf(sealed)).toBe(key.id);
      expect(sealed).not.toBe(sealValue(key, place, value));
    },
  );

  it('opens nowhere else, under no other key, and not when it was changed', () => {
    const sealed = sealValue(key, place, 'ann@example.com');
    expect(() => openValue(key, 'customer-2\nemail', sealed)).toThrow(BrokenSeal);
    expect(() => openValue(key, 'customer-1\nphone', sealed)).toThrow(BrokenSeal);
    expect(() => openValue(newSubjectKey(), place, sealed)).toThrow(BrokenSeal);
    const changed = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`;
    expect(() => openValue(key, place, changed)).toThrow(BrokenSeal);
  });

  it.each(['user-42', '', 'sealed.', 'sealed.1.a.b.c', null, 7])('is not %j', (value) => {
    expect(keyIdOf(value)).toBeNull();
  });
});

describe('a wrapped key', () => {
  it('is unwrapped for its customer, also after a newer master key came', () => {
    const stored = wrapKey(keyring(one), 'ann', key);
    expect(stored.masterVersion).toBe(1);
    expect(unwrapKey(keyring(`${two},${one}`), 'ann', stored)).toEqual(key);
    expect(() => unwrapKey(keyring(one), 'bob', stored)).toThrow(BrokenSeal);
    expect(() => unwrapKey(keyring(newKeyring()), 'ann', stored)).toThrow(BrokenSeal);
    expect(() => unwrapKey(keyring(two), 'ann', stored)).toThrow('has no version 1');
  });
});

describe('keys in a variable', () => {
  it('are one or several, the newest first', () => {
    expect(parseKeyring(DEVELOPMENT_KEYS)?.newest).toBe(1);
    expect(parseKeyring(` ${two} , ${one}`)?.newest).toBe(2);
  });

  it.each([
    '',
    'secret',
    `${one},`,
    `${one},${two}`,
    `${one},${one}`,
    one.slice(2),
    `0:${one.slice(2)}`,
    `1:${Buffer.alloc(31).toString('base64')}`,
    `1:${Buffer.alloc(33).toString('base64')}`,
  ])('are not %j', (text) => {
    expect(parseKeyring(text)).toBeNull();
  });
});

describe('a look-up', () => {
  const old = new LookupKeys(keyring(one));
  const rotated = new LookupKeys(keyring(`${two},${one}`));

  it('finds under every key what was stored under one', () => {
    const stored = old.hash('email', 'shop', 'ann@example.com');
    expect(rotated.hashes('email', 'shop', 'ann@example.com')).toContain(stored);
    expect(rotated.hash('email', 'shop', 'ann@example.com')).not.toBe(stored);
  });

  it('is of one account and one kind of text', () => {
    const hashes = [
      old.hash('email', 'shop', 'a@b'),
      old.hash('email', 'other', 'a@b'),
      old.hash('externalId', 'shop', 'a@b'),
    ];
    expect(new Set(hashes).size).toBe(3);
  });

  it('makes the same ids after a rotation, and another for each generation', () => {
    const name = old.nameOf('shop', 'user-42', 0);
    expect(rotated.nameOf('shop', 'user-42', 0)).toBe(name);
    expect(old.nameOf('shop', 'user-42', 1)).not.toBe(name);
    expect(old.nameOf('other', 'user-42', 0)).not.toBe(name);
    expect(new LookupKeys(keyring(newKeyring())).nameOf('shop', 'user-42', 0)).not.toBe(name);
  });

  it('takes equal characters for equal, and folds the case of addresses', () => {
    expect(normalExternalId('J\u0075\u0308rg')).toBe('J\u00fcrg');
    expect(foldedEmail(' STRASSE@Example.COM\n')).toBe(foldedEmail('straße@example.com'));
    expect(foldedEmail('ΟΔΟΣ@x.gr')).toBe(foldedEmail('οδος@x.gr'));
    expect(normalExternalId('Ann')).not.toBe(normalExternalId('ann'));
  });
});
