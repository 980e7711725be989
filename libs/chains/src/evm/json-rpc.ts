import pRetry from 'p-retry';

/** Asks one node. Rejects with `RpcFailure`. */
export interface JsonRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** The node did not answer, or refused. Says which host, never the path: that holds providers' keys. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';

  constructor(
    message: string,
    /**
     * `passing`: the same question may be answered a moment later; `silent`: there was no answer in
     * time; `refused`: the node will not answer this question.
     */
    readonly kind: 'passing' | 'silent' | 'refused',
  ) {
    super(message);
  }
}

/** A node answers within a second or is in trouble; a full block with receipts may take a few. */
const TIMEOUT_MS = 10_000;
/** Two more tries hide a lost packet; a real outage is the watcher's to wait out and to report. */
const RETRIES = 2;
const RETRY_MIN_MS = 100;
/** Nodes and providers serve this many at once; more only queue there. */
const REQUESTS_MAX = 16;
/** The receipts of the largest blocks are about 20 MB; beyond this, memory is at risk. */
const RESPONSE_BYTES_MAX = 128 * 1024 * 1024;
/** JSON-RPC: limit exceeded (EIP-1474). */
const LIMIT_EXCEEDED = -32_005;

/** JSON-RPC over HTTP: one request a call, no batches, since providers count or refuse them. */
export function createJsonRpc(url: string, { timeoutMs = TIMEOUT_MS } = {}): JsonRpc {
  const host = new URL(url).host;
  const take = createLimit(REQUESTS_MAX);
  let id = 0;

  async function request(method: string, params: readonly unknown[]): Promise<unknown> {
    id += 1;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const text = await post(url, body, timeoutMs).catch((error: unknown) => {
      throw toFailure(error, method, host, timeoutMs);
    });
    return readAnswer(text, method, host);
  }

  return {
    send: (method, params) =>
      take(() =>
        pRetry(() => request(method, params), {
          retries: RETRIES,
          minTimeout: RETRY_MIN_MS,
          shouldRetry: (error) => error instanceof RpcFailure && error.kind === 'passing',
        }),
      ),
  };
}

async function post(url: string, body: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (Number(response.headers.get('content-length') ?? 0) > RESPONSE_BYTES_MAX) {
    await response.body?.cancel();
    throw new HttpFault(`an answer above ${RESPONSE_BYTES_MAX} bytes`, false);
  }
  const text = await response.text();
  if (response.ok) return text;
  const isPassing = response.status === 429 || response.status >= 500;
  throw new HttpFault(`HTTP status ${response.status}`, isPassing);
}

class HttpFault extends Error {
  constructor(
    message: string,
    readonly isPassing: boolean,
  ) {
    super(message);
  }
}

function toFailure(error: unknown, method: string, host: string, timeoutMs: number): RpcFailure {
  if (error instanceof HttpFault) {
    const kind = error.isPassing ? 'passing' : 'refused';
    return new RpcFailure(`${host} answered ${method} with ${error.message}.`, kind);
  }
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') {
    // Whoever waited this long should hear of it, not wait twice more.
    return new RpcFailure(`${host} did not answer ${method} within ${timeoutMs} ms.`, 'silent');
  }
  // The reason of a failed fetch is in its cause, such as ECONNREFUSED.
  const reason = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
  return new RpcFailure(`${host} cannot be reached${reason}.`, 'passing');
}

function readAnswer(text: string, method: string, host: string): unknown {
  let answer: { result?: unknown; error?: { code?: unknown; message?: unknown } } | null;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new RpcFailure(`${host} answered ${method} with something that is not JSON.`, 'passing');
  }
  if (answer?.error) {
    const { code, message } = answer.error;
    const said = `${host} refused ${method}: ${String(message).slice(0, 200)} (${String(code)}).`;
    throw new RpcFailure(said, code === LIMIT_EXCEEDED ? 'passing' : 'refused');
  }
  if (answer?.result === undefined) {
    throw new RpcFailure(`${host} answered ${method} without a result.`, 'passing');
  }
  return answer.result;
}

/** Runs at most `max` tasks at once; the others wait in order. */
function createLimit(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < max) running += 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await task();
    } finally {
      // Whoever waits longest takes over the place, so `running` stays as it is.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
