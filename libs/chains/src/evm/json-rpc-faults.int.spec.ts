import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { surviveLostConnections } from '@daybook/platform/plain';
import { RpcFailure } from '../node-http';
import { createJsonRpc } from './json-rpc';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
});

async function node(listener: RequestListener): Promise<string> {
  const listening = surviveLostConnections(createServer(listener));
  server = listening;
  await new Promise<void>((resolve) => void listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

/** A node that gives one answer to everything, and counts. */
async function answering(
  body: string | Buffer,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
) {
  const seen = { requests: 0 };
  const url = await node((_, response) => {
    seen.requests += 1;
    response.writeHead(status, headers).end(body);
  });
  return { seen, rpc: createJsonRpc(url, { timeoutMs: 2_000 }) };
}

async function failureOf(asked: Promise<unknown>): Promise<RpcFailure> {
  const failure = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(RpcFailure);
  return failure as RpcFailure;
}

describe('an answer with a result', () => {
  const whole = '{"jsonrpc":"2.0","id":1,"result":"0x1"}';
  it.each<[string, string | Buffer, Record<string, string>]>([
    ['spaces around it', ` \r\n${whole}\n\n`, {}],
    ['a byte order mark', `\ufeff${whole}`, {}],
    ['its id as text', '{"id":"1","result":"0x1"}', {}],
    ['no id', '{"id":null,"result":"0x1"}', {}],
    ['an error without code and words', '{"error":{},"result":"0x1"}', {}],
    ['one of zeros', '{"error":{"code":0,"message":"","data":null},"result":"0x1"}', {}],
    ['an error that is null', '{"error":null,"result":"0x1"}', {}],
    ['its result first', '{"result":"0x1","id":1,"jsonrpc":"2.0"}', {}],
    ['gzip', gzipSync(whole), { 'content-encoding': 'gzip' }],
    ['gzip in capitals', gzipSync(whole), { 'content-encoding': 'GZIP' }],
    ['gzip under its old name', gzipSync(whole), { 'content-encoding': 'x-gzip' }],
    ['deflate', deflateSync(whole), { 'content-encoding': 'deflate' }],
    ['brotli', brotliCompressSync(whole), { 'content-encoding': 'br' }],
    ['another content type', whole, { 'content-type': 'text/html' }],
  ])('may come with %s', async (_, body, headers) => {
    const { rpc } = await answering(body, { headers });
    expect(await rpc.send('eth_chainId', [])).toBe('0x1');
    expect(await rpc.sendUnparsed?.('eth_chainId', [])).toEqual({ result: '0x1' });
  });

  it('may come in many parts', async () => {
    const url = await node((_, response) => {
      const parts = [...whole];
      const next = () => {
        const part = parts.shift();
        if (part === undefined) return response.end();
        response.write(part);
        setImmediate(next);
      };
      next();
    });
    expect(await createJsonRpc(url).send('eth_chainId', [])).toBe('0x1');
  });
});

describe('a limit', () => {
  it.each<[number, string]>([
    [429, 'slow down'],
    [429, ''],
    [402, '{"error":"payment required"}'],
    [403, '{"error":{"code":-32000,"message":"daily request limit reached"}}'],
    [403, 'Monthly quota exceeded'],
    [400, '{"error":{"code":-32005,"message":"limit"}}'],
    [500, '{"error":{"code":-32000,"message":"rate limit exceeded"}}'],
    [200, '{"error":{"code":429,"message":"no"}}'],
    [200, '{"error":{"code":-32005,"message":"no"}}'],
    [200, '{"error":{"code":-32029,"message":"no"}}'],
    [200, '{"error":{"code":-32097,"message":"no"}}'],
    [200, '{"error":{"code":-32000,"message":"Too Many Requests"}}'],
    [200, '{"error":{"code":-32016,"message":"over rate limit"}}'],
    [200, '{"error":{"code":-32007,"message":"50/second request limit reached"}}'],
    [200, '{"error":{"message":"Your app has exceeded its compute units per second capacity"}}'],
    [200, '{"error":"you have exceeded your credits limit"}'],
    [200, '{"error":"request was throttled"}'],
    [200, '{"error":{"code":"-32005","message":"no"}}'],
    [200, '{"error":{"code":"429","message":"no"}}'],
    [200, '{"message":"You exceeded your rate limit"}'],
    [200, '{"code":429,"message":"no"}'],
    [200, '{"errors":["rate limit"]}'],
    [200, '"Too many requests"'],
    [200, 'Too many requests'],
    [200, '<html><title>Rate limit exceeded</title></html>'],
  ])('is known in HTTP status %i: %s', async (status, body) => {
    const { rpc } = await answering(body, { status, headers: { 'retry-after': '120' } });
    const failure = await failureOf(rpc.send('eth_chainId', []));
    expect(failure.kind).toBe('limited');
    // It is left alone for as long as it asked.
    expect((await failureOf(rpc.send('eth_chainId', []))).message).toMatch(/next 1(19|20) s/);
  });

  it.each<[number, string, RpcFailure['kind']]>([
    [200, '{"error":{"code":-32600,"message":"batch limit exceeded"}}', 'refused'],
    [200, '{"error":{"code":-32008,"message":"response size limit exceeded"}}', 'refused'],
    [200, '{"error":{"code":-32602,"message":"block range limit exceeded"}}', 'refused'],
    [403, '{"error":"origin not allowed"}', 'refused'],
    [401, 'Unauthorized', 'refused'],
    [302, '<a href="/login">Log in</a>', 'refused'],
    [404, '<h1>Not found</h1>', 'refused'],
    [400, '{"error":{"code":-32602,"message":"invalid block tag"}}', 'refused'],
    [500, '{"error":{"code":-32601,"message":"the method does not exist"}}', 'refused'],
    [500, '{"error":{"code":-32000,"message":"unknown block"}}', 'refused'],
    [500, '{"error":{"code":-32603,"message":"internal error"}}', 'passing'],
    [503, '{"error":{"code":-32000,"message":"node is busy, try again"}}', 'passing'],
    [500, '{"error":{"code":7,"message":"oops"}}', 'passing'],
    [500, 'rate limiter crashed', 'passing'],
  ])('is not what HTTP status %i means: %s', async (status, body, kind) => {
    const { rpc } = await answering(body, { status });
    expect((await failureOf(rpc.send('eth_chainId', []))).kind).toBe(kind);
  });
});

describe('an answer without a result', () => {
  const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const junk = 'x'.repeat(5 * 1024 * 1024);
  const page = `<html><title>Sign in to the Wi-Fi</title><p>${' words'.repeat(20_000)}</p></html>`;

  it.each<[string, string, number, RegExp]>([
    ['a page', page, 200, /not JSON: Sign in to the Wi-Fi/],
    ['5 MB of junk', junk, 200, /not JSON: xxx/],
    ['nothing', '', 200, /with an empty answer/],
    ['spaces', ' \n', 200, /with an empty answer/],
    ['no content', '', 204, /with an empty answer/],
    ['a number that JSON does not have', '{"result":NaN}', 200, /not JSON: \{"result":NaN\}/],
    ['half of it', '{"jsonrpc":"2.0","id":1,"result":"0x', 200, /not JSON/],
    ['two answers', '{"result":1}{"result":2}', 200, /not JSON/],
    ['a long list', JSON.stringify(['x'.repeat(20_000)]), 200, /without a result/],
    ['an error of megabytes', `{"error":{"code":-1,"message":"${junk}"}}`, 200, /refused m: xxx/],
    ['an error nested too deeply', `{"error":${DEEP}}`, 200, /refused m: JSON that is nested too/],
    ['such an error and status', `{"error":${DEEP}}`, 400, /HTTP status 400: JSON that is nested/],
    ['lists in lists', DEEP, 200, /without a result: JSON that is nested too deeply/],
    ['a code of megabytes', `{"error":{"code":"${junk}","message":"no"}}`, 200, /no \(xxx/],
    [
      'more lists than a block can have',
      `{"result":[${'[],'.repeat(3_000_000)}[]]}`,
      ...([200, /9000015 bytes of lists that are nearly empty/] as const),
    ],
    ['too much to be read', ' '.repeat(32 * 1024 * 1024 + 1), 200, /above 33554432 bytes/],
    ['a result and an error', '{"result":"0x1","error":{"message":"no"}}', 200, /refused m: no/],
  ])('is refused in a sentence: %s', async (_, body, status, said) => {
    const { rpc } = await answering(body, { status });
    for (const ask of [rpc.send, rpc.sendUnparsed ?? rpc.send]) {
      const { message } = await failureOf(ask('m', []));
      expect(message).toMatch(said);
      expect(message.length).toBeLessThan(400);
    }
  });

  it('is quoted without what cannot be stored or would change a terminal', async () => {
    const message = `a\u0000b\u001b[2Jc\u202ed\ud800e${'x'.repeat(188)}\u{1f600}\u{1f600}`;
    const { rpc } = await answering(JSON.stringify({ error: { code: -1, message } }));
    const said = (await failureOf(rpc.send('m', []))).message;
    expect(said).toMatch(/refused m: a b \[2Jc d ex+ \(-1\)\.$/);
  });

  it('is refused when the connection is switched to another protocol', async () => {
    const url = await node(() => undefined);
    server?.removeAllListeners('request').on('request', (_, { socket }) => {
      socket?.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    });
    expect(await failureOf(createJsonRpc(url).send('m', []))).toMatchObject({
      kind: 'passing',
      message: expect.stringMatching(/cannot be reached/),
    });
  });

  it('is refused when it cannot be decompressed, and says so', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const { rpc } = await answering('{"result":1}', { headers });
    expect(await failureOf(rpc.send('m', []))).toMatchObject({
      kind: 'passing',
      message: expect.stringMatching(/cannot be decompressed \(Z_DATA_ERROR\)/),
    });
  });

  it('is refused when compressed bytes are cut', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const { rpc } = await answering(gzipSync('{"result":1}').subarray(0, 20), { headers });
    expect((await failureOf(rpc.send('m', []))).kind).toBe('passing');
  });

  it('is asked for again when the connection is reset in the middle', async () => {
    let requests = 0;
    const url = await node((_, response) => {
      requests += 1;
      if (requests > 1) return response.end('{"result":"0x1"}');
      response.writeHead(200, { 'content-length': '100' }).write('{"res');
      setImmediate(() => response.socket?.resetAndDestroy());
    });
    expect(await createJsonRpc(url).send('m', [])).toBe('0x1');
  });

  it('does not follow a redirect with the key of its headers', async () => {
    const { seen, rpc } = await answering('', { status: 307, headers: { location: '/elsewhere' } });
    expect((await failureOf(rpc.send('m', []))).message).toMatch(/HTTP status 307/);
    expect(seen.requests).toBe(1);
  });
});

describe('an answer to a batch', () => {
  type Requests = readonly { readonly id: number; readonly params: readonly string[] }[];

  async function batch(make: (requests: Requests) => unknown) {
    const url = await node((request, response) => {
      text(request).then(
        (body) => response.end(JSON.stringify(make(JSON.parse(body)))),
        () => response.destroy(),
      );
    });
    return createJsonRpc(url).sendBatch?.('m', [['a'], ['b'], ['c']]);
  }
  const right = (requests: Requests) =>
    requests.map(({ id, params }) => ({ id, result: params[0] }));

  it.each<[string, (requests: Requests) => unknown]>([
    ['in another order', (requests) => right(requests).reverse()],
    ['with more than was asked', (requests) => [{ id: 99, result: 'x' }, null, ...right(requests)]],
    ['with one twice', (requests) => [...right(requests), ...right(requests)]],
    ['with ids as text', (requests) => right(requests).map((it) => ({ ...it, id: `${it.id}` }))],
  ])('is read %s', async (_, make) => {
    expect(await batch(make)).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, (requests: Requests) => unknown, RegExp]>([
    ['in part', (requests) => right(requests).slice(1), /batch of 3 m without an answer to each/],
    [
      'with no ids',
      (requests) => right(requests).map((it) => ({ ...it, id: null })),
      /without an answer/,
    ],
    [
      'by one error',
      () => ({ error: { code: -32600, message: 'no batches' } }),
      /refused m: no batches/,
    ],
    ['by one result', (requests) => right(requests)[0], /batch of 3 m without an answer to each/],
    ['by a list of one error', () => [{ id: null, error: { message: 'no' } }], /without an answer/],
    ['by nothing', () => [], /without an answer/],
  ])('is a refusal %s, so that each is asked for alone', async (_, make, said) => {
    const failure = await failureOf(Promise.resolve(batch(make)));
    expect(failure.message).toMatch(said);
    expect(failure.kind).toBe('refused');
  });
});
