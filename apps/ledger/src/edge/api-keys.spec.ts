import type { DataSource } from 'typeorm';
import { hashApiKey, newApiKey } from './api-key';
import { ApiKeys, KEY_USED_MS } from './api-keys';

const { key } = newApiKey();

/** Keys in a table whose answer takes some time, and shows what was there when it was asked for. */
function keysIn({ takesMs = 0, fails = false } = {}) {
  const table = { revoked: false, takesMs, fails, asked: 0 };
  const query = async () => {
    table.asked += 1;
    const row = {
      ...{ ownerId: 'account', keyHash: hashApiKey(key), scopes: ['read'], expiresAt: null },
      ...{ revoked: table.revoked, person: 'Ann', isClosed: false, quotas: null },
      allowedAddresses: null,
    };
    await new Promise((resolve) => setTimeout(resolve, table.takesMs));
    if (table.fails) throw new Error('The table is gone.');
    return [row];
  };
  const keys = new ApiKeys({ query } as unknown as DataSource);
  /** What comes of the key: the kind of the caller, a fault, or the code of a refusal. */
  const examine = async () => {
    const found = await keys.examine(key).catch((error) => error.code ?? error.message);
    return typeof found === 'string' ? found : found.kind;
  };
  return { table, examine };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** What comes of it while the time passes. */
async function passing<T>(ms: number, work: Promise<T>): Promise<T> {
  await jest.advanceTimersByTimeAsync(ms);
  return work;
}

describe('a key that was looked up', () => {
  it('is used for a second, also by requests that come together', async () => {
    const { table, examine } = keysIn({ takesMs: 10 });
    const both = await passing(10, Promise.all([examine(), examine()]));
    expect([both, table.asked]).toEqual([['account', 'account'], 1]);
    table.revoked = true;
    expect(await passing(KEY_USED_MS - 20, examine())).toBe('account');
    expect(table.asked).toBe(1);
    expect(await passing(30, examine())).toBe('account');
    await jest.advanceTimersByTimeAsync(30);
    expect(await passing(10, examine())).toBe('revoked');
  });

  it('is not used when the answer took longer than that: it is asked for again', async () => {
    const { table, examine } = keysIn({ takesMs: KEY_USED_MS });
    const examined = examine();
    table.revoked = true;
    table.takesMs = 1;
    expect(await passing(2 * KEY_USED_MS, examined)).toBe('revoked');
    expect(table.asked).toBe(2);
  });

  it('is refused as unavailable when no answer comes in time', async () => {
    const { table, examine } = keysIn({ takesMs: KEY_USED_MS });
    expect(await passing(10 * KEY_USED_MS, examine())).toBe('unavailable');
    expect(table.asked).toBe(3);
  });

  it('is asked for again after a failure', async () => {
    const { table, examine } = keysIn({ fails: true });
    expect(await passing(1, examine())).toBe('The table is gone.');
    table.fails = false;
    expect(await passing(1, examine())).toBe('account');
  });
});
