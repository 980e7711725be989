import { serve } from '../../../libs/chains/testing/serve';
import { askNode } from './ask-node';

/** Changes a node's result for a request; the parameters are those of the request. */
export type Alter = (method: string, params: readonly unknown[], result: unknown) => unknown;

/** What it answers in place of JSON-RPC to a request; null to answer as usual. */
export type Fail = (method: string, params: readonly unknown[]) => Failure | null;

export interface Failure {
  readonly status?: number;
  readonly body: string;
}

/** A provider in front of a node: it passes on requests, and lies or fails as the test says. */
export interface NodeProxy {
  readonly url: string;
  alter: Alter;
  /** The parameters with which the node is asked, in place of those of the request. */
  ask: (params: readonly unknown[]) => readonly unknown[];
  fail: Fail;
  /** Whether it refuses a request, as a node refuses a method that it does not have. */
  refuses: (method: string, params: readonly unknown[]) => boolean;
  /** Whether it answers several requests that are sent in one. */
  hasBatches: boolean;
  /** When set, it answers every request with this HTTP status. */
  status: number | null;
  stop(): Promise<void>;
}

interface Asked {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export async function startProxy(target: string): Promise<NodeProxy> {
  async function answerTo(asked: Asked): Promise<object> {
    const { id, method } = asked;
    const params = proxy.ask(asked.params);
    if (proxy.refuses(method, params)) {
      const message = `the method ${method} does not exist/is not available`;
      return { jsonrpc: '2.0', id, error: { code: -32_601, message } };
    }
    const answer = await askNode(target, JSON.stringify({ ...asked, params }));
    const { result, ...rest } = JSON.parse(answer) as { result?: unknown };
    return result === undefined
      ? rest
      : { ...rest, result: await proxy.alter(method, params, result) };
  }

  const server = await serve(async (body, response) => {
    if (proxy.status !== null) {
      response.statusCode = proxy.status;
      return response.end('{}');
    }
    const asked = JSON.parse(body) as Asked | readonly Asked[];
    const isBatch = Array.isArray(asked);
    for (const { method, params } of isBatch ? asked : [asked as Asked]) {
      const failure = proxy.fail(method, params);
      if (failure === null) continue;
      response.statusCode = failure.status ?? 200;
      return response.end(failure.body);
    }
    const error = { code: -32_600, message: 'batches are not supported' };
    const answer =
      isBatch && !proxy.hasBatches
        ? { jsonrpc: '2.0', id: null, error }
        : await (isBatch ? Promise.all(asked.map(answerTo)) : answerTo(asked as Asked));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  const proxy: NodeProxy = {
    ...server,
    alter: (_method, _params, result) => result,
    ask: (params) => params,
    fail: () => null,
    refuses: () => false,
    hasBatches: true,
    status: null,
  };
  return proxy;
}
