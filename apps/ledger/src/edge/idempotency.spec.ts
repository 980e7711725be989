import type { DataSource } from 'typeorm';
import { fingerprintOf, IdempotencyKeys, parseIdempotencyKey } from './idempotency';

const reused = expect.objectContaining({ code: 'idempotency-key-reused' });

/** A database whose read models know these commands. */
const knowing = (known: Record<string, string>): DataSource =>
  ({
    query: async (_: string, [commandId = '']: readonly string[]) =>
      known[commandId] === undefined ? [] : [{ fingerprint: known[commandId] }],
  }) as unknown as DataSource;

describe('parseIdempotencyKey', () => {
  it.each(['a', '0b0e6cf4-a57a-5f0e-8f5e-3d3c5d1e9a52', '"quoted"', '!'.repeat(255)])(
    'takes %s as it is',
    (key) => {
      expect(parseIdempotencyKey(key)).toBe(key);
    },
  );

  it.each(['', ' ', 'a b', 'a, b', 'é', 'x'.repeat(256), 'a\u0000'])('refuses %j', (key) => {
    expect(() => parseIdempotencyKey(key)).toThrow(
      expect.objectContaining({ code: 'idempotency-key-invalid' }),
    );
  });
});

describe('fingerprintOf', () => {
  const fingerprint = (body: unknown) => fingerprintOf('POST', '/v1/customers', body);

  it('is the same whatever the order of the fields', () => {
    expect(fingerprint({ a: [1, { c: null, b: 'x' }], d: true })).toBe(
      fingerprint({ d: true, a: [1, { b: 'x', c: null }] }),
    );
  });

  it('differs when anything else differs', () => {
    const all = [
      fingerprint({}),
      fingerprint({ a: 1 }),
      fingerprint({ a: '1' }),
      fingerprint({ a: [1, 2] }),
      fingerprint({ a: [2, 1] }),
      fingerprint({ a: null }),
      fingerprint(undefined),
      fingerprint('{}'),
      fingerprintOf('PATCH', '/v1/customers', {}),
      fingerprintOf('POST', '/v1/customers/x', {}),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('IdempotencyKeys', () => {
  it('lets the same request through again, and another not', async () => {
    const keys = new IdempotencyKeys(knowing({}));
    await keys.claim('c', 'f');
    await keys.claim('c', 'f');
    await expect(keys.claim('c', 'g')).rejects.toEqual(reused);
  });

  it('refuses what the read models know to be another request', async () => {
    const keys = new IdempotencyKeys(knowing({ c: 'f' }));
    await expect(keys.claim('c', 'g')).rejects.toEqual(reused);
    await expect(keys.claim('c', 'f')).resolves.toBeUndefined();
  });

  it('frees the key when every request with it failed, and not before', async () => {
    const keys = new IdempotencyKeys(knowing({}));
    await Promise.all([keys.claim('c', 'f'), keys.claim('c', 'f')]);
    keys.release('c');
    await expect(keys.claim('c', 'g')).rejects.toEqual(reused);
    keys.release('c');
    await expect(keys.claim('c', 'g')).resolves.toBeUndefined();
  });

  it('refuses at once, before the first request has asked the read models', async () => {
    const keys = new IdempotencyKeys(knowing({}));
    const results = await Promise.allSettled([keys.claim('c', 'f'), keys.claim('c', 'g')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});
