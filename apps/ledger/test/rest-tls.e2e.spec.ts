import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EnvironmentError } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { certificateFolder } from '../../../test/certificates';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { describeWith } from '../../../test/needs';
import { httpTlsOf, LedgerEnv } from '../src/ledger.env';

describeWith('openssl', 'REST over TLS', () => {
  const folder = certificateFolder();
  const own = folder.selfSigned('own');
  const other = folder.selfSigned('other');
  const ended = folder
    .authority('authority')
    .issue('ended', { endedAt: new Date(Date.now() - 1_000) });
  const notPem = join(own.certFile, '../not-pem');
  writeFileSync(notPem, 'nothing');

  let ledger: TestLedger;

  beforeAll(async () => {
    const tls = { cert: own.cert, key: own.key };
    ledger = await createLedgerForTest({ http: { tls }, certificate: own.certFile });
  });
  afterAll(async () => {
    await ledger?.close();
    folder.remove();
  });

  function faults(env: Partial<LedgerEnv>): readonly string[] {
    try {
      httpTlsOf(Object.assign(new LedgerEnv(), env));
    } catch (error) {
      if (error instanceof EnvironmentError) return error.faults;
      throw error;
    }
    return [];
  }

  describe('REST with TLS', () => {
    it('answers a client that trusts its certificate, and no other', async () => {
      expect(ledger.url).toMatch(/^https:/);
      const call = (ca: Buffer) => {
        const headers = { authorization: `Bearer ${ledger.apiKey}` };
        return once(
          surviveErrors(request(`${ledger.url}/v1/assets`, { ca, headers, agent: false })).end(),
          'response',
        );
      };
      const [answer] = await call(own.cert);
      expect([answer.statusCode, JSON.parse(await text(answer)).data]).toEqual([
        200,
        expect.any(Array),
      ]);
      await expect(call(other.cert)).rejects.toThrow(/self-signed certificate/);
    });

    it('takes commands, and refuses wrong keys, as without TLS', async () => {
      const body = { externalId: 'tls' };
      expect((await ledger.request('POST', '/v1/customers', { body })).status).toBe(201);
      const headers = { authorization: 'Bearer wrong' };
      expect((await ledger.request('GET', '/v1/customers', { headers })).status).toBe(401);
    });

    it('tells a client that sends no TLS nothing', async () => {
      const socket = connect(Number(new URL(ledger.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      socket.end(
        `GET /v1/assets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ledger.apiKey}\r\n\r\n`,
      );
      let answer = '';
      for await (const chunk of socket) answer += chunk;
      await closed;
      expect(answer).not.toContain('HTTP/1.1 200');
    });
  });

  describe('the files of TLS', () => {
    const [CERT, KEY] = ['DAYBOOK_HTTP_TLS_CERT', 'DAYBOOK_HTTP_TLS_KEY'];
    const { certFile, keyFile } = own;

    it('are read, or there is no TLS', () => {
      const env = (more: object) => Object.assign(new LedgerEnv(), more);
      expect(httpTlsOf(env({}))).toBeNull();
      const { cert, key } = own;
      expect(httpTlsOf(env({ httpTlsCert: certFile, httpTlsKey: keyFile }))).toEqual({ cert, key });
    });

    it.each([
      ['a certificate alone', { httpTlsCert: certFile }, [`${CERT} and ${KEY} are set together`]],
      ['a key alone', { httpTlsKey: keyFile }, [`${CERT} and ${KEY} are set together`]],
      [
        'files that are not there',
        { httpTlsCert: '/nowhere', httpTlsKey: '/nowhere' },
        [`${CERT}: the file /nowhere cannot be read`, `${KEY}: the file /nowhere cannot be read`],
      ],
      [
        'files of another kind',
        { httpTlsCert: notPem, httpTlsKey: notPem },
        [
          `${CERT}: the file ${notPem} is no certificate in PEM`,
          `${KEY}: the file ${notPem} is no private key in PEM`,
        ],
      ],
      [
        'the key of another certificate',
        { httpTlsCert: certFile, httpTlsKey: other.keyFile },
        [`${KEY} is not the key of ${CERT}`],
      ],
      [
        'a certificate that has ended',
        { httpTlsCert: ended.certFile, httpTlsKey: ended.keyFile },
        [`${CERT}: the certificate ended on `],
      ],
    ])('are refused with a sentence: %s', (_, env, expected) => {
      expect(faults(env)).toEqual(expected.map((fault) => expect.stringContaining(fault)));
    });

    it('allow a host that other machines reach, on the ports that they are of', () => {
      const http = { httpHost: '0.0.0.0', httpTlsCert: certFile, httpTlsKey: keyFile };
      const grpc = {
        httpHost: '0.0.0.0',
        grpcTlsCert: certFile,
        grpcTlsKey: keyFile,
        grpcPort: 3002,
      };
      expect(faults({ ...http, metricsHost: '0.0.0.0', metricsPort: 9464 })).toEqual([]);
      expect(faults({ ...http, ...grpc })).toEqual([]);
      expect(faults({ ...http, grpcPort: 3002 })).toEqual([
        expect.stringMatching(/^DAYBOOK_HTTP_HOST: .* gRPC has no TLS .*DAYBOOK_GRPC_TLS_CERT/),
      ]);
      expect(faults(grpc)).toEqual([
        expect.stringMatching(/^DAYBOOK_HTTP_HOST: .* HTTP has no TLS .*DAYBOOK_HTTP_TLS_CERT/),
      ]);
      expect(faults({ httpHost: '0.0.0.0', grpcPort: 3002, insecure: true })).toEqual([]);
    });
  });
});
