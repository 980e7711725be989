import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
/** A node that was killed is back within this. */
const RETRY_FOR_MS = 30_000;
const RETRY_EVERY_MS = 100;

/** Calls a method of an EVM node (JSON-RPC 2.0 over HTTP); rejects with what the node says. */
export async function rpc<T>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

/** The same, tried again while the node cannot be reached: for calls that may be repeated. */
export async function patientRpc<T>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const deadline = Date.now() + RETRY_FOR_MS;
  for (;;) {
    try {
      return await rpc<T>(url, method, ...params);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(RETRY_EVERY_MS);
    }
  }
}
