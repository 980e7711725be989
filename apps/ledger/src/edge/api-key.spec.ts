import { hashApiKey, isApiKey, newApiKey, parseApiKey } from './api-key';

describe('an API key', () => {
  it('contains its key id and is never the same', () => {
    const made = Array.from({ length: 200 }, newApiKey);
    for (const { key, keyId } of made) {
      expect(key).toMatch(/^dbk_[0-9a-z]{8}_[0-9A-Za-z]{65}$/);
      expect(parseApiKey(key)).toEqual({ kind: 'account', keyId });
    }
    expect(new Set(made.map(({ keyId }) => keyId)).size).toBe(200);
    expect(new Set(made.map(({ key }) => key)).size).toBe(200);
  });

  it('is of an operator if requested, and keeps the key id of its seed', () => {
    const [first, second] = [1, 2].map(() => newApiKey({ kind: 'operator', seed: 'command 1' }));
    expect(parseApiKey(first?.key ?? '')).toEqual({ kind: 'operator', keyId: first?.keyId });
    expect(second?.keyId).toBe(first?.keyId);
    expect(second?.key).not.toBe(first?.key);
    expect(newApiKey({ seed: 'command 2' }).keyId).not.toBe(first?.keyId);
  });

  it('is stored as the SHA-256 of the whole key', () => {
    // sha256sum of the text, made with another program.
    expect(hashApiKey('dbk_abcdefgh_0123456789012345678901234567890123456789012')).toBe(
      '0814130f086e490e28a6e0f71a97ad6a5f5406d0c71c8c6be44474a004eaae66',
    );
  });

  it('is recognised by its hash and by no other', () => {
    const { key } = newApiKey();
    expect(isApiKey(key, hashApiKey(key))).toBe(true);
    expect(isApiKey(`${key}x`, hashApiKey(key))).toBe(false);
    expect(isApiKey(key, hashApiKey(newApiKey().key))).toBe(false);
    expect(isApiKey(key, '')).toBe(false);
  });

  it('ends with the CRC-32 of what is before it, in base 62', () => {
    // 0xcd94dce2, made with another program.
    const text = `dbk_abcdefgh_${'x'.repeat(59)}`;
    expect(parseApiKey(`${text}3lQ0bi`)).toEqual({ kind: 'account', keyId: 'abcdefgh' });
    expect(parseApiKey(`${text}3lQ0b!`)).toBeNull();
  });

  it('is refused with any character mistyped, without being looked up', () => {
    const { key } = newApiKey();
    for (let at = 4; at < key.length; at += 1) {
      if (key[at] === '_') continue;
      const other = key[at] === 'a' ? 'b' : 'a';
      expect(parseApiKey(key.slice(0, at) + other + key.slice(at + 1))).toBeNull();
    }
    const swapped = [...key];
    [swapped[20], swapped[21]] = [key[21] ?? '', key[20] ?? ''];
    expect(parseApiKey(swapped.join('')) === null).toBe(key[20] !== key[21]);
  });

  it.each([32, 43, 64])(
    'from before there were checksums has %p characters and stays valid',
    (length) => {
      const old = `dbk_abcdefgh_${'x'.repeat(length)}`;
      expect(parseApiKey(old)).toEqual({ kind: 'account', keyId: 'abcdefgh' });
    },
  );

  it.each([
    '',
    'dbk_',
    'dbk_short_0123456789012345678901234567890123456789012',
    'dbk_abcdefgh_tooshort',
    'sk_abcdefgh_0123456789012345678901234567890123456789012',
    `dbk_abcdefgh_${'x'.repeat(65)}`,
    'dbk_abcdefgh_0123456789012345678901234567890123456789012\n',
    ' dbk_abcdefgh_0123456789012345678901234567890123456789012',
  ])('is not %j', (text) => {
    expect(parseApiKey(text)).toBeNull();
  });
});
