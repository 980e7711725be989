import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { surviveLostConnections } from '@daybook/platform/plain';
import { RpcFailure } from '../node-http';
import { createTronNode, type TronNodeOptions } from './tron-node';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
});

/** A node with the test's answers. Its URL contains a provider's key. */
async function listening(listener: RequestListener): Promise<string> {
  const started = surviveLostConnections(createServer(listener));
  server = started;
  await new Promise<void>((resolve) => void started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/v3/secret-key`;
}

type Options = Partial<TronNodeOptions>;

async function nodeThat(listener: RequestListener, options: Options = {}) {
  const fullUrl = await listening(listener);
  return createTronNode({ fullUrl, solidityUrl: null, ...options });
}

/** How a question fails. No secret is in the message. */
async function failureOf(listener: RequestListener, options: Options = {}) {
  const node = await nodeThat(listener, options);
  const failure = await node.full('getblock', {}).catch((error) => error as RpcFailure);
  if (!(failure instanceof RpcFailure)) throw new Error('It succeeded.');
  expect(failure.message).not.toMatch(/secret/);
  return failure;
}

/** Answers with these statuses in turn, then with an empty object. */
function limiting(statuses: number[], headers: Record<string, string> = {}) {
  let requests = 0;
  const listener: RequestListener = (_, response) => {
    requests += 1;
    const status = statuses.shift();
    response.writeHead(status ?? 200, status ? headers : {}).end(status ? 'slow down' : '{}');
  };
  return { listener, requests: () => requests };
}

describe('a question', () => {
  it('is a POST of JSON to the path of its port, with the headers that are configured', async () => {
    const asked: unknown[] = [];
    const fullUrl = await listening(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      const { 'tron-pro-api-key': key, authorization, 'content-type': type } = request.headers;
      asked.push([request.method, request.url, key, authorization, type, body]);
      response.end('{}');
    });
    const withUser = fullUrl.replace('//', '//user:p%40ss@');
    const headers = { 'TRON-PRO-API-KEY': 'secret-header' };
    const node = createTronNode({ fullUrl: withUser, solidityUrl: null, headers });
    await node.full('getblock', { id_or_num: '7' });
    await node.solid('getblock', {});
    const rest = ['secret-header', 'Basic dXNlcjpwQHNz', 'application/json'];
    expect(asked).toEqual([
      ['POST', '/v3/secret-key/wallet/getblock', ...rest, '{"id_or_num":"7"}'],
      ['POST', '/v3/secret-key/walletsolidity/getblock', ...rest, '{}'],
    ]);
  });

  it('keeps every digit of the integers in its answer', async () => {
    const node = await nodeThat((_, response) => {
      response.end('{"a":9007199254740993,"b": -9223372036854775808,"c":7}');
    });
    const answer = await node.full('getblock', {});
    expect(answer).toEqual({ a: '9007199254740993', b: '-9223372036854775808', c: 7 });
  });

  it.each([
    ['{"Error":"class java.lang.X : secret-key no"}', 'refused', /refused wallet.getblock: class/],
    ['this API is closed because this node is a lite fullnode', 'passing', /not JSON: this API is/],
    ['', 'passing', /answered wallet.getblock with nothing/],
    [' \n', 'passing', /with nothing/],
    ['{"blockID":"00', 'passing', /not JSON/],
    ['{"Error":"class X : lack of computing resources"}', 'limited', /lack of computing/],
  ])('fails when the node answers %p with HTTP status 200', async (body, kind, said) => {
    const failure = await failureOf((_, response) => void response.end(body));
    expect(failure.message).toMatch(said);
    expect(failure.kind).toBe(kind);
  });

  it.each([
    ['an error', `{"Error":"class java.lang.X : no${' '.repeat(20_000)}"}`, /refused .*class/],
    ['a page', `<html>closed${' '.repeat(20_000)}</html>`, /not JSON: closed/],
  ])('fails when the node answers with %s, however long', async (_, body, said) => {
    const node = await nodeThat((_, response) => void response.end(body));
    await expect(node.fullUnparsed('getblock', {})).rejects.toThrow(said);
  });

  it('may be answered with a text that is not parsed yet, if it is long', async () => {
    const long = `{"a":"${'1'.repeat(20_000)}"}`;
    const node = await nodeThat((request, response) => {
      response.end(request.url?.endsWith('getblock') ? long : '{"a":9007199254740993}');
    });
    expect(await node.fullUnparsed('getblock', {})).toEqual({ bytes: Buffer.from(long) });
    expect(await node.fullUnparsed('other', {})).toEqual({ result: { a: '9007199254740993' } });
  });

  it.each([
    [
      404,
      '{"Error":"this API is unavailable due to config"}',
      /unavailable due to config.*8090|full port/,
    ],
    [
      405,
      '<html><title>Error 405</title></html>',
      /405: Error 405\. The full port \(rpcUrl\) serves/,
    ],
    [
      401,
      '{"error":"wrong secret-key"}',
      /HTTP status 401: wrong \*\*\*\. The provider's key belongs into headers/,
    ],
    [302, '', /HTTP status 302/],
  ])('fails once and for all with HTTP status %i', async (status, body, said) => {
    let requests = 0;
    const failure = await failureOf((_, response) => {
      requests += 1;
      response.writeHead(status, { location: 'http://127.0.0.1:9/stolen' }).end(body);
    });
    expect(failure.message).toMatch(said);
    expect([failure.kind, requests]).toEqual(['refused', 1]);
  });

  it('is asked again when the node fails for a moment', async () => {
    const { listener, requests } = limiting([502, 500]);
    const node = await nodeThat(listener);
    expect(await node.full('getblock', {})).toEqual({});
    expect(requests()).toBe(3);
  });

  it('fails when the node starts to answer and stops', async () => {
    const options = { timeoutMs: 50 };
    const failure = await failureOf((_, response) => void response.write('{'), options);
    expect(failure.message).toMatch(/did not answer wallet.getblock within 50 ms/);
    expect(failure.kind).toBe('silent');
  });

  it.each([
    ['a length', { 'content-length': '2000' }],
    ['no length', {}],
  ])('fails on an answer with %s that is too large', async (_, headers) => {
    const options = { responseBytesMax: 1_000 };
    const failure = await failureOf((__, response) => {
      response.writeHead(200, headers).write('"');
      response.end(`${'x'.repeat(1_998)}"`);
    }, options);
    expect(failure.message).toMatch(/with an answer above 1000 bytes/);
    expect(failure.kind).toBe('refused');
  });

  it('waits while 16 others are asked', async () => {
    const waiting: ServerResponse[] = [];
    let answered = 0;
    let most = 0;
    const node = await nodeThat((_, response) => {
      most = Math.max(most, waiting.push(response));
      if (waiting.length < 16 && answered + waiting.length < 100) return;
      setImmediate(() => {
        answered += waiting.length;
        for (const each of waiting.splice(0)) each.end('{}');
      });
    });
    await Promise.all(Array.from({ length: 100 }, () => node.full('getblock', {})));
    expect(most).toBe(16);
  });
});

describe('a rate limit', () => {
  it.each([[429], [403], [503]])('by HTTP status %i passes after a rest', async (status) => {
    const { listener, requests } = limiting([status]);
    const node = await nodeThat(listener);
    const asking = node.full('getblock', {});
    expect(await asking).toEqual({});
    expect(requests()).toBe(2);
  });

  it('stops all requests for as long as the provider says, and shows until when', async () => {
    const { listener, requests } = limiting([429], { 'retry-after': '30' });
    const node = await nodeThat(listener);
    const before = Date.now();
    await expect(node.full('getblock', {})).rejects.toThrow(/HTTP status 429: slow down/);
    await expect(node.solid('getblock', {})).rejects.toThrow(
      /limits requests, so walletsolidity.getblock is not asked for the next (29|30) s/,
    );
    expect(requests()).toBe(1);
    expect(node.restsUntil()).toBeGreaterThanOrEqual(before + 29_000);
    expect(node.restsUntil()).toBeLessThanOrEqual(Date.now() + 30_000);
  });

  it('of requests that were sent together is one', async () => {
    const { listener } = limiting(Array(16).fill(429));
    const node = await nodeThat(listener);
    const asking = Array.from({ length: 16 }, () => node.full('getblock', {}));
    // After 16 failures in a row the rest would be a minute, and every request would fail.
    expect(await Promise.all(asking)).toEqual(Array(16).fill({}));
  });
});

describe('the budget', () => {
  it('counts every request that was sent to either port', async () => {
    const { listener } = limiting([502]);
    const node = await nodeThat(listener, { callsPerDay: 1_000 });
    await node.full('getblock', {});
    await node.solid('getblock', {});
    expect(node.budget()).toEqual({ callsToday: 3, callsPerDay: 1_000 });
  });
});
