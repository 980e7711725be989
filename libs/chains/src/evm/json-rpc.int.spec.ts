import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { surviveLostConnections } from '@daybook/platform/plain';
import { RpcFailure } from '../node-http';
import { createJsonRpc } from './json-rpc';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
});

/** A node with the test's answers. Its URL contains a provider's key. */
async function node(listener: RequestListener): Promise<string> {
  const listening = surviveLostConnections(createServer(listener));
  server = listening;
  await new Promise<void>((resolve) => void listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v3/secret-key`;
}

async function failureOf(url: string, options?: { timeoutMs: number }): Promise<RpcFailure> {
  const failure = await createJsonRpc(url, options)
    .send('eth_chainId', [])
    .catch((error) => error as RpcFailure);
  if (!(failure instanceof RpcFailure)) throw new Error('It succeeded.');
  expect(failure.message).not.toContain('secret-key');
  return failure;
}

describe('createJsonRpc', () => {
  it('sends one call per request and returns the result', async () => {
    const asked: string[] = [];
    const url = await node((request, response) => {
      request.on('data', (data) => asked.push(String(data)));
      request.on('end', () => response.end('{"jsonrpc":"2.0","id":1,"result":"0x1"}'));
    });
    expect(await createJsonRpc(url).send('eth_chainId', ['x'])).toBe('0x1');
    expect(JSON.parse(asked.join(''))).toMatchObject({ method: 'eth_chainId', params: ['x'] });
  });

  it('keeps null apart from no answer', async () => {
    const url = await node((_, response) => void response.end('{"result":null}'));
    expect(await createJsonRpc(url).send('eth_getBlockByHash', [])).toBeNull();
  });

  it('tries again when the node is busy', async () => {
    const statuses = [429, 503];
    const url = await node((_, response) => {
      response.statusCode = statuses.shift() ?? 200;
      response.end('{"result":"0x1"}');
    });
    expect(await createJsonRpc(url).send('eth_chainId', [])).toBe('0x1');
  });

  it.each([
    [
      'refuses',
      200,
      '{"error":{"code":-32601,"message":"method not found"}}',
      /refused.*method not found/,
    ],
    ['has no right to', 401, 'no', /HTTP status 401/],
  ])('does not ask again what the node %s', async (_, status, body, said) => {
    let requests = 0;
    const url = await node((__, response) => {
      requests += 1;
      response.statusCode = status;
      response.end(body);
    });
    expect((await failureOf(url)).message).toMatch(said);
    expect(requests).toBe(1);
  });

  it('gives up on a node that does not answer', async () => {
    const url = await node(() => undefined);
    expect((await failureOf(url, { timeoutMs: 50 })).message).toMatch(/within 50 ms/);
  });

  it('gives up on a node that starts to answer and stops', async () => {
    const url = await node((_, response) => void response.write('{"result":'));
    expect((await failureOf(url, { timeoutMs: 50 })).message).toMatch(/within 50 ms/);
  });

  it('names the host that it cannot reach', async () => {
    expect((await failureOf('http://127.0.0.1:9/secret-key')).message).toMatch(
      /127\.0\.0\.1:9 cannot be reached/,
    );
  });

  it.each([
    [
      'is a page',
      '<html><title>Down</title></html>',
      /eth_chainId with something that is not JSON: Down$/,
    ],
    ['is a sentence', 'this API is closed', /not JSON: this API is closed$/],
    ['is nothing', '', /with an empty answer\.$/],
    ['is empty', '{}', /without a result: \{\}$/],
    ['is null', 'null', /without a result: null$/],
    ['is a text', '"lite fullnode"', /without a result: "lite fullnode"$/],
    ['is a number', '7', /without a result: 7$/],
    ['is a list', '[{"result":1}]', /without a result: \[\{"result":1\}\]$/],
    ['has an error that is nothing', '{"error":null}', /without a result: /],
  ])('refuses an answer that %s, and quotes it', async (_, body, said) => {
    const url = await node((__, response) => void response.end(body));
    const failure = await failureOf(url);
    expect(failure.message).toMatch(said);
    expect(failure.kind).toBe('passing');
  });

  it.each([
    ['"lack of computing resources"', 'lack of computing resources'],
    ['{"code":-32000,"message":"no such block"}', 'no such block (-32000)'],
    ['{"code":"E7","message":"no"}', 'no (E7)'],
    ['{"message":"no such block"}', 'no such block'],
    ['{"code":-32000}', '{"code":-32000} (-32000)'],
    ['{"message":{"text":"no"}}', '{"message":{"text":"no"}}'],
    ['{"message":""}', '{"message":""}'],
    ['["no"]', '["no"]'],
    ['7', '7'],
    ['true', 'true'],
    [`"${'x'.repeat(500)}"`, 'x'.repeat(200)],
    ['"bad key secret-key\\n in /v3/secret-key"', 'bad key *** in /v3/***'],
  ])('reads the error %s', async (error, words) => {
    const url = await node((_, response) => void response.end(`{"error":${error}}`));
    const failure = await failureOf(url);
    expect(failure.message).toBe(`${new URL(url).host} refused eth_chainId: ${words}.`);
    expect(failure.kind).toBe('refused');
  });

  it.each([
    [403, '{"error":{"code":-1,"message":"quota exceeded"}}', 'HTTP status 403: quota exceeded.'],
    [403, '{"error":"origin not allowed"}', 'HTTP status 403: origin not allowed.'],
    [500, '<h1>Oops</h1>', 'HTTP status 500: Oops.'],
    [502, '', 'HTTP status 502.'],
  ])('says what came with HTTP status %i: %s', async (status, body, said) => {
    const url = await node((_, response) => {
      response.statusCode = status;
      response.end(body);
    });
    expect((await failureOf(url)).message).toBe(
      `${new URL(url).host} answered eth_chainId with ${said}`,
    );
  });

  it('keeps at most 16 requests open', async () => {
    let open = 0;
    let most = 0;
    const url = await node((request, response) => {
      open += 1;
      most = Math.max(most, open);
      request.resume().on('end', () =>
        setImmediate(() => {
          open -= 1;
          response.end('{"result":"0x1"}');
        }),
      );
    });
    const rpc = createJsonRpc(url);
    await Promise.all(Array.from({ length: 100 }, () => rpc.send('eth_chainId', [])));
    expect(most).toBeLessThanOrEqual(16);
    expect(most).toBeGreaterThan(1);
  });
});

describe('a batch', () => {
  /** A node that makes an answer of the requests of a batch. */
  async function answering(make: (requests: { id: number; params: string[] }[]) => unknown) {
    return createJsonRpc(
      await node((request, response) => {
        text(request).then(
          (body) => response.end(JSON.stringify(make(JSON.parse(body)))),
          () => response.destroy(),
        );
      }),
    );
  }

  it('is one request whose answers may come in any order, with ids as text', async () => {
    const rpc = await answering((requests) =>
      requests.map(({ id, params }) => ({ id: String(id), result: params[0] })).reverse(),
    );
    expect(await rpc.sendBatch?.('eth_getTransactionReceipt', [['a'], ['b'], ['c']])).toEqual([
      ...['a', 'b', 'c'],
    ]);
  });

  it('fails if an answer is missing or an error', async () => {
    const short = await answering((requests) =>
      requests.slice(1).map(({ id }) => ({ id, result: 1 })),
    );
    await expect(short.sendBatch?.('m', [['a'], ['b']])).rejects.toThrow(
      /without an answer to each/,
    );
  });

  it('is refused by a node that knows none', async () => {
    const rpc = await answering(() => ({ error: { code: -32600, message: 'no batches' } }));
    await expect(rpc.sendBatch?.('m', [['a'], ['b']])).rejects.toThrow(/refused m: no batches/);
  });
});

describe('an answer', () => {
  const long = `0x${'ab'.repeat(20_000)}`;

  it('is left unparsed if it is long', async () => {
    const whole = JSON.stringify({ jsonrpc: '2.0', id: 1, result: long });
    const url = await node((_, response) => void response.end(whole));
    expect(await createJsonRpc(url).sendUnparsed?.('m', [])).toEqual({ bytes: Buffer.from(whole) });
    expect(await createJsonRpc(url).send('m', [])).toBe(long);
  });

  it('may be compressed', async () => {
    const url = await node((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(JSON.stringify({ result: long })));
    });
    expect(await createJsonRpc(url).send('m', [])).toBe(long);
  });

  it('that is cut is none', async () => {
    const url = await node((_, response) => {
      response.setHeader('content-length', '1000');
      response.write('{"result":');
      setImmediate(() => response.destroy());
    });
    expect(await failureOf(url)).toMatchObject({ kind: 'passing' });
  });
});

describe('a request', () => {
  it('carries the name and password of the URL, and the headers', async () => {
    const seen: unknown[] = [];
    const url = await node(({ headers }, response) => {
      seen.push([headers.authorization, headers['x-api-key']]);
      response.end('{"result":"0x1"}');
    });
    const named = url.replace('http://', 'http://user:p%40ss@');
    const rpc = createJsonRpc(named, { headers: { 'x-api-key': 'k' } });
    expect(await rpc.send('eth_chainId', [])).toBe('0x1');
    expect(seen).toEqual([[`Basic ${Buffer.from('user:p@ss').toString('base64')}`, 'k']]);
  });
});
