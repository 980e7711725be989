import { setTimeout as sleep } from 'node:timers/promises';

/** A ledger that was killed is back within this. */
const RETRY_FOR_MS = 60_000;
const RETRY_EVERY_MS = 200;
const TIMEOUT_MS = 10_000;

export interface Money {
  readonly asset: string;
  readonly currency: string;
  readonly amount: string;
  readonly baseUnits: string;
  readonly decimals: number;
}

export interface Replenishment {
  readonly id: string;
  readonly status: string;
  readonly money: Money;
  readonly blocked: boolean;
  readonly txHash: string;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface LedgerApi {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<Answer<T>>;
}

/**
 * The ledger's REST interface as a client would use it. While the ledger does not answer, a request
 * is repeated: every command is safe to repeat. A refusal is thrown with the problem it names.
 */
export function ledgerApi(url: string, apiKey: string): LedgerApi {
  async function request<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const deadline = Date.now() + RETRY_FOR_MS;
    for (;;) {
      const response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch(() => undefined);
      if (response?.ok) return { status: response.status, body: (await response.json()) as T };
      if (response && response.status < 500 && response.status !== 429) {
        throw new Error(`${method} ${path} was refused: ${await response.text()}`);
      }
      if (Date.now() > deadline) {
        const why = response ? `answered ${response.status}` : 'did not answer';
        throw new Error(`${method} ${path}: the ledger ${why} for ${RETRY_FOR_MS / 1000} s.`);
      }
      await sleep(RETRY_EVERY_MS);
    }
  }
  return {
    get: async <T>(path: string) => (await request<T>('GET', path)).body,
    post: (path, body) => request('POST', path, body),
  };
}
