import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { type RawReply, sendRaw } from '../../../test/raw-http';
import { PROBLEMS } from '../src/edge/problems';

let ledger: TestLedger;
let head: bigint;
beforeAll(async () => {
  ledger = await createLedgerForTest();
  head = await ledger.store.head();
});
afterEach(async () => {
  expect(await ledger.store.head()).toBe(head);
});
afterAll(() => ledger.close());

const auth = (more = '') =>
  `Host: x\r\nAuthorization: Bearer ${ledger.apiKey}\r\nConnection: close\r\n${more}\r\n`;

const raw = (text: string): Promise<RawReply> => sendRaw(ledger.url, text);

describe('what is hardly HTTP', () => {
  it.each([
    ['nonsense', 'nonsense\r\n\r\n', 'malformed-request'],
    ['a method of its own', 'FROB / HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed-request'],
    ['a TLS greeting', Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]), 'malformed-request'],
    [
      'a huge header',
      `GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      'headers-too-large',
    ],
    ['a huge URL', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 'headers-too-large'],
    [
      'two lengths',
      'POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      'malformed-request',
    ],
    [
      'a length and chunks',
      'POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
      'malformed-request',
    ],
    [
      'a length that is no number',
      'POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n',
      'malformed-request',
    ],
    ['no host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 'malformed-request'],
  ] as const)('%s is refused with a problem', async (_, bytes, code) => {
    const reply = await sendRaw(ledger.url, bytes);
    expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(reply.status).toBe(PROBLEMS[code].status);
    expect(JSON.parse(reply.body)).toMatchObject({ code, status: PROBLEMS[code].status });
  });

  it('a chunked body that grows too large is refused', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const reply = await raw(
      `POST /v1/customers HTTP/1.1\r\n${auth(
        'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n',
      )}${chunk.repeat(5)}0\r\n\r\n`,
    );
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([413, 'payload-too-large']);
  });

  it('an expectation that nobody knows is ignored', async () => {
    const reply = await raw(`GET /v1/assets HTTP/1.1\r\n${auth('Expect: a-miracle\r\n')}`);
    expect(reply.status).toBe(200);
  });

  it('a path that leaves its folder is not resolved like a path of files', async () => {
    const reply = await raw(`GET /docs/../../../../etc/passwd HTTP/1.1\r\n${auth()}`);
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([404, 'not-found']);
  });
});
