import {
  createNodeHttp,
  RpcFailure,
  SHORT_CHARACTERS_MAX,
  type Unparsed,
  wordsOf,
} from '../node-http';

/** Sends requests to one node. Rejects with `RpcFailure`. */
export interface JsonRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
  /** The same request; a large answer is left unparsed, for a thread that parses it. */
  sendUnparsed?(method: string, params: readonly unknown[]): Promise<Unparsed>;
  /** One request for each of `params` in a single batch. The results are in their order. */
  sendBatch?(method: string, params: readonly (readonly unknown[])[]): Promise<unknown[]>;
}

/** JSON-RPC: limit exceeded (EIP-1474). */
const LIMIT_EXCEEDED = -32_005;
/** A 403 is an origin or a key that the provider refuses. */
const LIMIT_STATUSES = [429];

export interface JsonRpcOptions {
  readonly timeoutMs?: number;
  /** Sent with every request, such as a provider's key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly perSecondMax?: number | null;
}

/** JSON-RPC over HTTP, one request per call. Only `sendBatch` sends batches: providers count or refuse them. */
export function createJsonRpc(url: string, options: JsonRpcOptions = {}): JsonRpc {
  const { host, quote, ask } = createNodeHttp({ url, limitStatuses: LIMIT_STATUSES, ...options });
  let id = 0;

  function requestOf(method: string, params: readonly unknown[]) {
    id += 1;
    return { jsonrpc: '2.0', id, method, params };
  }

  function post<T>(method: string, body: unknown, read: (text: string) => T): Promise<T> {
    return ask({ name: method, path: '', body: JSON.stringify(body) }, read);
  }

  function answerIn(text: string, method: string): unknown {
    const answer = parse(text);
    if (answer !== undefined) return answer;
    // Not JSON-RPC (a proxy's page, a sentence): another node behind the same URL may answer.
    throw new RpcFailure(
      `${host} answered ${method} with something that is not JSON: ${quote(text)}`,
      'passing',
    );
  }

  function resultOf(answer: unknown, method: string): unknown {
    const { error, result } = Object(answer) as { error?: unknown; result?: unknown };
    if (error) {
      const { code } = Object(error) as { code?: unknown };
      const suffix = typeof code === 'number' || typeof code === 'string' ? ` (${code})` : '';
      const kind = code === LIMIT_EXCEEDED ? 'limited' : 'refused';
      throw new RpcFailure(`${host} refused ${method}: ${quote(wordsOf(error))}${suffix}.`, kind);
    }
    if (result === undefined) {
      const words = quote(JSON.stringify(answer ?? null));
      throw new RpcFailure(`${host} answered ${method} without a result: ${words}`, 'passing');
    }
    return result;
  }

  return {
    send: (method, params) =>
      post(method, requestOf(method, params), (text) => resultOf(answerIn(text, method), method)),
    sendUnparsed: (method, params) =>
      post(method, requestOf(method, params), (text) =>
        text.length > SHORT_CHARACTERS_MAX
          ? { text }
          : { result: resultOf(answerIn(text, method), method) },
      ),
    sendBatch(method, params) {
      const requests = params.map((each) => requestOf(method, each));
      return post(method, requests, (text) => {
        const answers = answerIn(text, method);
        // A node that knows no batches answers with one error.
        if (!Array.isArray(answers)) return [resultOf(answers, method)];
        // A batch may be answered in any order.
        const byId = new Map(answers.map((answer) => [String(Object(answer).id), answer]));
        return requests.map((request) => resultOf(byId.get(String(request.id)), method));
      });
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
