import { backOffMs, limiter, pause } from '@daybook/platform/plain';

/** Sends requests to one node. Rejects with `RpcFailure`. */
export interface JsonRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** The node did not answer, or refused. The message has the host, never the path with a provider's key. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';

  constructor(
    message: string,
    /**
     * `passing`: a retry may succeed. `silent`: there was no answer in time. `refused`: the node will not
     * answer this request.
     */
    readonly kind: 'passing' | 'silent' | 'refused',
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
/** The most characters of a node's message that are quoted. */
const QUOTED_CHARACTERS_MAX = 200;
const READ_CHARACTERS_MAX = 4_000;
/** Shorter parts of a URL are words such as `v3`; longer ones may be a provider's key. */
const SECRET_CHARACTERS_MIN = 8;

/** JSON-RPC over HTTP, one request per call. No batches, because providers count or refuse them. */
export function createJsonRpc(url: string, { timeoutMs = TIMEOUT_MS } = {}): JsonRpc {
  const node = nodeAt(url);
  const requests = limiter({
    runningMax: REQUESTS_MAX,
    waitingMax: WAITING_MAX,
    tooMany: (waiting) =>
      new RpcFailure(`${waiting} requests already wait for ${node.host}.`, 'passing'),
  });
  let id = 0;

  async function request(method: string, params: readonly unknown[]): Promise<unknown> {
    id += 1;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const text = await post(url, body, timeoutMs).catch((error: unknown) => {
      throw toFailure(error, method, node, timeoutMs);
    });
    return readAnswer(text, method, node);
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

/** The parts of a node's URL for error messages. */
interface Node {
  readonly host: string;
  /** A node's message, shortened, on one line and without the keys of its URL. */
  quote(words: string): string;
}

function nodeAt(url: string): Node {
  const { host, username, password, pathname, searchParams } = new URL(url);
  const parts = [username, password, ...pathname.split('/'), ...searchParams.values()];
  const secrets = parts.filter((part) => part.length >= SECRET_CHARACTERS_MIN);
  return {
    host,
    quote(words) {
      const start = words.slice(0, READ_CHARACTERS_MAX);
      const safe = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), start);
      const plain = safe
        .replace(/<[^<>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
      return plain.slice(0, QUOTED_CHARACTERS_MAX);
    },
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
    throw new HttpFault(`an answer above ${RESPONSE_BYTES_MAX} bytes`, false, '');
  }
  const text = await response.text();
  if (response.ok) return text;
  const isPassing = response.status === 429 || response.status >= 500;
  throw new HttpFault(`HTTP status ${response.status}`, isPassing, text);
}

class HttpFault extends Error {
  constructor(
    message: string,
    readonly isPassing: boolean,
    readonly body: string,
  ) {
    super(message);
  }
}

function toFailure(error: unknown, method: string, node: Node, timeoutMs: number): RpcFailure {
  if (error instanceof HttpFault) {
    const { isPassing, body, message } = error;
    const words = node.quote(errorIn(body) ?? body);
    const said = `${node.host} answered ${method} with ${message}${words && `: ${words}`}.`;
    return new RpcFailure(said, isPassing ? 'passing' : 'refused');
  }
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') {
    // No retry after such a long wait: report it to the caller.
    return new RpcFailure(
      `${node.host} did not answer ${method} within ${timeoutMs} ms.`,
      'silent',
    );
  }
  // The cause of a failed fetch has the reason, such as ECONNREFUSED.
  const reason = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
  return new RpcFailure(`${node.host} cannot be reached${reason}.`, 'passing');
}

/**
 * The result in a node's answer. An answer that is not JSON-RPC (a proxy's page, a sentence) is retryable,
 * because another node behind the same URL may answer.
 */
function readAnswer(text: string, method: string, node: Node): unknown {
  const answer = parse(text);
  if (answer === undefined) {
    const said = `${node.host} answered ${method} with something that is not JSON: ${node.quote(text)}`;
    throw new RpcFailure(said, 'passing');
  }
  const { error, result } = Object(answer) as { error?: unknown; result?: unknown };
  if (error) {
    const words = node.quote(wordsOf(error));
    const { code } = Object(error) as { code?: unknown };
    const suffix = typeof code === 'number' || typeof code === 'string' ? ` (${code})` : '';
    const kind = code === LIMIT_EXCEEDED ? 'passing' : 'refused';
    throw new RpcFailure(`${node.host} refused ${method}: ${words}${suffix}.`, kind);
  }
  if (result === undefined) {
    const said = `${node.host} answered ${method} without a result: ${node.quote(text)}`;
    throw new RpcFailure(said, 'passing');
  }
  return result;
}

/** Undefined if the text is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The message of the error in a body; null if there is none. */
function errorIn(body: string): string | null {
  const { error } = Object(parse(body)) as { error?: unknown };
  return error ? wordsOf(error) : null;
}

/** By the standard an error is an object with a message; some nodes send text or something else. */
function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message : JSON.stringify(error);
}
