import { backOffMs, limiter, pause } from '@daybook/platform/plain';
import { createRateLimit } from '../rate-limit';

/** Sends requests to one node. Rejects with `RpcFailure`. */
export interface JsonRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** The node did not answer, or refused. The message has the host, never the path with a provider's key. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';

  constructor(
    message: string,
    /** `passing`: a retry may succeed. `silent`: no answer in time. `refused`: it will never be answered. */
    readonly kind: 'passing' | 'silent' | 'refused',
    /** Whether the node was asked too much: it answers again when it is asked less. */
    readonly isLimited = false,
  ) {
    super(message);
  }
}

/** A healthy node answers within a second; a full block with receipts may take a few. */
const TIMEOUT_MS = 10_000;
/** Two retries cover a lost packet. The watcher handles and reports real outages. */
const ATTEMPTS_MAX = 3;
const BACK_OFF = { firstMs: 200, longestMs: 1_000 };
/** Nodes and providers serve this many requests at once; more would only queue there. */
const REQUESTS_MAX = 16;
/** Far more requests than a watch sends before it waits for answers. */
const WAITING_MAX = 1_000;
/** The receipts of the largest blocks are about 20 MB; beyond this, memory is at risk. */
const RESPONSE_BYTES_MAX = 128 * 1024 * 1024;
/** JSON-RPC: limit exceeded (EIP-1474). */
const LIMIT_EXCEEDED = -32_005;
const TOO_MANY_REQUESTS = 429;
/** The most characters of a node's message that are quoted. */
const QUOTED_CHARACTERS_MAX = 200;
const READ_CHARACTERS_MAX = 4_000;
/** Shorter parts of a URL are words such as `v3`; longer ones may be a provider's key. */
const SECRET_CHARACTERS_MIN = 8;

/** JSON-RPC over HTTP, one request per call. No batches, because providers count or refuse them. */
export function createJsonRpc(
  url: string,
  {
    timeoutMs = TIMEOUT_MS,
    perSecondMax = null,
  }: { readonly timeoutMs?: number; readonly perSecondMax?: number | null } = {},
): JsonRpc {
  const { host } = new URL(url);
  const quote = quoterOf(url);
  const requests = limiter({
    runningMax: REQUESTS_MAX,
    waitingMax: WAITING_MAX,
    tooMany: (waiting) =>
      new RpcFailure(`${waiting} requests already wait for ${host}.`, 'passing'),
  });
  const rate = perSecondMax === null ? null : createRateLimit(perSecondMax);
  let id = 0;

  async function request(method: string, params: readonly unknown[]): Promise<unknown> {
    const answered = `${host} answered ${method}`;
    await rate?.take();
    id += 1;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const { status, text } = await post(url, body, timeoutMs).catch((error: unknown) => {
      const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
      if (name === 'TimeoutError') {
        // No retry after such a long wait: report it to the caller.
        throw new RpcFailure(`${host} did not answer ${method} within ${timeoutMs} ms.`, 'silent');
      }
      // The cause of a failed fetch has the reason, such as ECONNREFUSED.
      const reason = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
      throw new RpcFailure(`${host} cannot be reached${reason}.`, 'passing');
    });
    const answer = parse(text);
    const { error, result } = Object(answer) as { error?: unknown; result?: unknown };
    if (text === null || status < 200 || status > 299) {
      const fault =
        text === null ? `an answer above ${RESPONSE_BYTES_MAX} bytes` : `HTTP status ${status}`;
      const words = quote(error ? wordsOf(error) : (text ?? ''));
      const isPassing = text !== null && (status === TOO_MANY_REQUESTS || status >= 500);
      throw new RpcFailure(
        `${answered} with ${fault}${words && `: ${words}`}.`,
        isPassing ? 'passing' : 'refused',
        status === TOO_MANY_REQUESTS,
      );
    }
    // Not JSON-RPC (a proxy's page, a sentence): another node behind the same URL may answer.
    if (answer === undefined) {
      throw new RpcFailure(
        `${answered} with something that is not JSON: ${quote(text)}`,
        'passing',
      );
    }
    if (error) {
      const { code } = Object(error) as { code?: unknown };
      const suffix = typeof code === 'number' || typeof code === 'string' ? ` (${code})` : '';
      const isLimited = code === LIMIT_EXCEEDED;
      throw new RpcFailure(
        `${host} refused ${method}: ${quote(wordsOf(error))}${suffix}.`,
        isLimited ? 'passing' : 'refused',
        isLimited,
      );
    }
    if (result === undefined) {
      throw new RpcFailure(`${answered} without a result: ${quote(text)}`, 'passing');
    }
    return result;
  }

  async function patiently(method: string, params: readonly unknown[]): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(method, params);
      } catch (error) {
        const passes = error instanceof RpcFailure && error.kind === 'passing';
        if (!passes || attempt === ATTEMPTS_MAX) throw error;
      }
      await pause(backOffMs(attempt, BACK_OFF));
    }
  }

  return { send: (method, params) => requests.run(() => patiently(method, params)) };
}

/** Quotes a node's words: shortened, on one line and without the keys of its URL. */
function quoterOf(url: string): (words: string) => string {
  const { username, password, pathname, searchParams } = new URL(url);
  const parts = [username, password, ...pathname.split('/'), ...searchParams.values()];
  const secrets = parts.filter((part) => part.length >= SECRET_CHARACTERS_MIN);
  return (words) => {
    const start = words.slice(0, READ_CHARACTERS_MAX);
    const safe = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), start);
    const plain = safe.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' ');
    return plain.trim().slice(0, QUOTED_CHARACTERS_MAX);
  };
}

/** The status and text of the answer; no text if it is too large. */
async function post(url: string, body: string, timeoutMs: number) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { status, headers } = response;
  if (Number(headers.get('content-length') ?? 0) <= RESPONSE_BYTES_MAX) {
    return { status, text: await response.text() };
  }
  await response.body?.cancel();
  return { status, text: null };
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** By the standard an error is an object with a message; some nodes send text or something else. */
function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message : JSON.stringify(error);
}
