import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Changes a node's result for a request; the parameters are those of the request. */
export type Alter = (method: string, params: readonly unknown[], result: unknown) => unknown;

/** A provider in front of a node: it passes on requests, and lies or fails as the test says. */
export interface NodeProxy {
  readonly url: string;
  alter: Alter;
  /** Whether it refuses a request, as a node refuses a method that it does not have. */
  refuses: (method: string, params: readonly unknown[]) => boolean;
  /** When set, it answers every request with this HTTP status. */
  status: number | null;
  stop(): Promise<void>;
}

export async function startProxy(target: string): Promise<NodeProxy> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (proxy.status !== null) {
      response.statusCode = proxy.status;
      return response.end('{}');
    }
    const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
    if (proxy.refuses(method, params)) {
      const message = `the method ${method} does not exist/is not available`;
      const error = { code: -32_601, message };
      return response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, error }));
    }
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(target, { method: 'POST', headers, body });
    const { result, ...rest } = (await answer.json()) as { result?: unknown };
    const altered =
      result === undefined ? rest : { ...rest, result: proxy.alter(method, params, result) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(altered));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const proxy: NodeProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alter: (_method, _params, result) => result,
    refuses: () => false,
    status: null,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
