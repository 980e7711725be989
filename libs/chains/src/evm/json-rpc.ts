import { createNodeHttp, RpcFailure, wordsOf } from '../node-http';

/** Sends requests to one node. Rejects with `RpcFailure`. */
export interface JsonRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** JSON-RPC: limit exceeded (EIP-1474). */
const LIMIT_EXCEEDED = -32_005;
/** A 403 is an origin or a key that the provider refuses. */
const LIMIT_STATUSES = [429];

/** JSON-RPC over HTTP, one request per call. No batches, because providers count or refuse them. */
export function createJsonRpc(
  url: string,
  options: {
    readonly timeoutMs?: number;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): JsonRpc {
  const { host, quote, ask } = createNodeHttp({ url, limitStatuses: LIMIT_STATUSES, ...options });
  let id = 0;

  function resultIn(text: string, method: string): unknown {
    const answered = `${host} answered ${method}`;
    const answer = parse(text);
    const { error, result } = Object(answer) as { error?: unknown; result?: unknown };
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
      const kind = code === LIMIT_EXCEEDED ? 'passing' : 'refused';
      throw new RpcFailure(`${host} refused ${method}: ${quote(wordsOf(error))}${suffix}.`, kind);
    }
    if (result === undefined) {
      throw new RpcFailure(`${answered} without a result: ${quote(text)}`, 'passing');
    }
    return result;
  }

  return {
    send(method, params) {
      id += 1;
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      return ask({ name: method, path: '', body }, (text) => resultIn(text, method));
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
