import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

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
  fail: Fail;
  /** When set, it answers every request with this HTTP status. */
  status: number | null;
  stop(): Promise<void>;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
}

export async function startProxy(target: string): Promise<NodeProxy> {
  function alterOne(asked: readonly Request[], answer: Answer): Answer {
    const request = asked.find(({ id }) => id === answer.id);
    if (request === undefined || answer.result === undefined) return answer;
    return { ...answer, result: proxy.alter(request.method, request.params, answer.result) };
  }

  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (proxy.status !== null) {
      response.statusCode = proxy.status;
      return response.end('{}');
    }
    const asked = JSON.parse(body) as Request | readonly Request[];
    for (const { method, params } of [asked].flat() as Request[]) {
      const failure = proxy.fail(method, params);
      if (failure === null) continue;
      response.statusCode = failure.status ?? 200;
      return response.end(failure.body);
    }
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(target, { method: 'POST', headers, body });
    const answers = (await answer.json()) as Answer | readonly Answer[];
    const altered = Array.isArray(answers)
      ? answers.map((each) => alterOne([asked].flat() as Request[], each))
      : alterOne([asked].flat() as Request[], answers as Answer);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(altered));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const proxy: NodeProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alter: (_method, _params, result) => result,
    fail: () => null,
    status: null,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
