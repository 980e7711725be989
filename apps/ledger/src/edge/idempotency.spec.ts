import { account } from '@daybook/domain';
import { decideAndAppend } from '@daybook/event-store';
import type { DataSource } from 'typeorm';
import { InMemoryEventStore } from '../../../../libs/event-store/testing/in-memory-event-store';
import { fingerprintOf, IdempotencyKeys, parseIdempotencyKey, requestHashOf } from './idempotency';
import type { RequestContext } from './request-context';

const reused = expect.objectContaining({ code: 'idempotency-key-reused' });

/** A database whose read models know these commands from before there were claims. */
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

describe('requestHashOf', () => {
  it('is the same whatever the order of the fields, and another with another key', () => {
    const hash = (key: string, body: object) => requestHashOf(key, 'POST', '/v1/customers', body);
    expect(hash('k', { a: 1, b: 2 })).toBe(hash('k', { b: 2, a: 1 }));
    expect(hash('k', { a: 1 })).not.toBe(hash('l', { a: 1 }));
    expect(hash('k', { a: 1 })).not.toBe(hash('k', { a: 2 }));
  });
});

describe('IdempotencyKeys', () => {
  const caller = { kind: 'account', accountId: 'account', keyId: 'k', scopes: new Set() } as never;
  const operation = { http: 'POST /v1/customers', kind: 'command' } as never;

  /** The context of a request with this body, or with another key. */
  function contextOf(keys: IdempotencyKeys, fields: object, key = 'key') {
    const call = { path: {}, place: 'body', fields, key, requestId: 'r', traceparent: undefined };
    return keys.contextOf(operation, caller, call as never, {});
  }

  async function claim(store: InMemoryEventStore, context: RequestContext): Promise<void> {
    const { claim: claimed, commandId, holder: _, ...metadata } = context;
    const command = { type: 'OpenAccount', name: 'a', policy: {} } as const;
    const asked = { stream: 'account-a', decider: account, command, commandId, metadata };
    await decideAndAppend(store, { ...asked, ...(claimed && { claim: claimed }) });
  }

  it('gives the same request the same command, and another one none, once the key is claimed', async () => {
    const store = new InMemoryEventStore();
    const keys = new IdempotencyKeys(store, knowing({}));
    const first = await contextOf(keys, { a: 1 });
    expect(first.claim).toMatchObject({ isNew: true });
    // A request that claimed nothing leaves the key free.
    expect((await contextOf(keys, { a: 2 })).claim).toMatchObject({ isNew: true });
    await claim(store, first);
    const again = await contextOf(keys, { a: 1 });
    expect(again).toEqual({ ...first, claim: { ...first.claim, isNew: false } });
    await expect(contextOf(keys, { a: 2 })).rejects.toEqual(reused);
    expect((await contextOf(keys, { a: 2 }, 'other-key')).commandId).not.toBe(first.commandId);
  });

  it('refuses what was another request before there were claims', async () => {
    const store = new InMemoryEventStore();
    const { commandId, claim: claimed } = await contextOf(new IdempotencyKeys(store, knowing({})), {
      a: 1,
    });
    const keys = new IdempotencyKeys(store, knowing({ [commandId]: claimed?.fingerprint ?? '' }));
    expect((await contextOf(keys, { a: 1 })).claim).toMatchObject({ isNew: false });
    await expect(contextOf(keys, { a: 2 })).rejects.toEqual(reused);
  });

  it('has nothing to claim without a key', async () => {
    const keys = new IdempotencyKeys(new InMemoryEventStore(), knowing({}));
    const call = { path: {}, place: 'body', fields: {}, requestId: 'r' } as never;
    expect((await keys.contextOf(operation, caller, call, {})).claim).toBeUndefined();
  });
});
