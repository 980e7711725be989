import { createNodeHttp } from './node-http';
import { quoted } from './quoted';

describe('the words of a node', () => {
  it.each([
    ['rate limit key=SECRET123', 'rate limit key=***'],
    ['rate limit for apikey: "SECRET123", slow down', 'rate limit for apikey: "***", slow down'],
    ['{"api-key":"SECRET123","code":1}', '{"api-key":"***","code":1}'],
    [
      'see https://node.example/v2/SECRET123/x?y=1 for more',
      'see https://node.example/*** for more',
    ],
    ['wss://user:SECRET123@node.example closed', 'wss://***@node.example closed'],
    ['https://user:SECRET123@node.example/v2', 'https://node.example/***'],
    ['authorization: Bearer SECRET.123 refused', 'authorization: *** *** refused'],
    ['bearer SECRET123', 'bearer ***'],
    ['the key SECRET123 is not known', 'the key *** is not known'],
    [
      'invalid project id and access_token=SECRET123&x=2',
      'invalid project id and access_token=***&x=2',
    ],
    ['password = SECRET123', 'password = ***'],
  ])('are shown without keys: %s', (said, shown) => {
    expect(quoted(said, 200)).toBe(shown);
    expect(quoted(said, 200)).not.toContain('SECRET');
  });

  it('keep what is no key', () => {
    for (const said of [
      'execution reverted: token not found',
      'the method eth_getLogs is not available, see https://node.example',
      'the key is missing',
      '{"blockNumber":"0x1b4","logsBloom":"0x00"}',
    ]) {
      expect(quoted(said, 200)).toBe(said);
    }
  });

  it('are read in moments, whatever they are', () => {
    const began = performance.now();
    for (const piece of ['key-', 'a-', 'key ', 'https://', 'bearer ', 'token="', ' \t']) {
      quoted(piece.repeat(1_000_000), 200);
    }
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('lose a key that is cut', () => {
    expect(quoted(`${'x'.repeat(195)} key=SECRET123`, 200)).not.toContain('SE');
    expect(quoted(`${'x'.repeat(3_990)} key=SECRET123`, 5_000)).not.toContain('SE');
  });
});

it.each([
  [
    'https://node.example/v3/abcdefgh',
    {},
    'project abcdefgh has no credit',
    'project *** has no credit',
  ],
  ['https://node.example/v3', {}, 'v3 has no such method', 'v3 has no such method'],
  ['https://node.example/?dkey=abcde', {}, 'who is abcde?', 'who is ***?'],
  ['https://me:hunter@node.example', {}, 'not hunter', 'not ***'],
  ['https://node.example', { authorization: 'Bearer abcdefgh' }, 'no abcdefgh here', 'no *** here'],
  ['https://node.example', { 'x-key': 'a b c d e' }, 'a b c d e is not known', '*** is not known'],
])('a node of %s %j is quoted without its keys', (url, headers, said, shown) => {
  expect(createNodeHttp({ url, headers, limitStatuses: [] }).quote(said)).toBe(shown);
});
