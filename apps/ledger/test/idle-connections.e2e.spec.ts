import { once } from 'node:events';
import { connect } from 'node:http2';
import { surviveErrors } from '@daybook/platform/plain';
import { certificateFolder } from '../../../test/certificates';
import { until } from '../../../test/dependencies';
import { CONNECTIONS_MAX, endsIdleConnections, LIMITS } from '../../../test/idle-connections';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { describeWith } from '../../../test/needs';
import { grpcCredentials } from '../src/grpc/credentials';
import { createGrpcLedger, type GrpcLedger, type GrpcPort, openGrpcPort } from './grpc-ledger';
import { reflect } from './grpc-reflected';

describeWith('openssl', 'the ports of the ledger', () => {
  const limits = { limits: LIMITS, connectionsMax: CONNECTIONS_MAX };
  const grpcLimits = { prefaceMs: LIMITS.requestMs, connectionsMax: CONNECTIONS_MAX };
  const folder = certificateFolder();

  let ledger: GrpcLedger;
  let secure: TestLedger;
  let secureGrpc: GrpcPort;

  beforeAll(async () => {
    ledger = await createGrpcLedger({ http: limits, ...grpcLimits });
    const { cert, key, certFile, keyFile } = folder.selfSigned('own');
    const http = { ...limits, tls: { cert, key } };
    secure = await createLedgerForTest({ beside: ledger, http, certificate: certFile });
    const tls = grpcCredentials({ grpcTlsCert: certFile, grpcTlsKey: keyFile });
    secureGrpc = await openGrpcPort(ledger, { tls, ...grpcLimits });
  });
  afterAll(async () => {
    await secureGrpc.grpc.close();
    await secure?.close();
    await ledger?.close();
    folder.remove();
  });

  const PORTS = {
    REST: () => ({ port: Number(new URL(ledger.url).port), path: '/livez' }),
    'REST with TLS': () => ({
      port: Number(new URL(secure.url).port),
      path: '/livez',
      isSecure: true,
    }),
    gRPC: () => ({ port: portIn(ledger.address) }),
    'gRPC with TLS': () => ({ port: portIn(secureGrpc.address), isSecure: true }),
  };
  const portIn = (address: string) => Number(address.split(':')[1]);

  endsIdleConnections(Object.keys(PORTS), (name) => ({
    name,
    ...PORTS[name as keyof typeof PORTS](),
  }));

  it('ends a call over gRPC whose request does not arrive, and no other of its connection', async () => {
    const session = surviveErrors(connect(`http://${ledger.address}`));
    const headers = {
      ...{ ':method': 'POST', ':path': '/daybook.v1.CustomerService/ListCustomers' },
      ...{ 'content-type': 'application/grpc', te: 'trailers' },
    };
    const stream = session.request(headers);
    stream.on('error', () => undefined).resume();
    // The beginning of a message of 100 bytes.
    stream.write(Buffer.from([0, 0, 0, 0, 100, 1]));
    await once(stream, 'close');
    expect(session.destroyed).toBe(false);
    session.destroy();
  });

  it('answers those who ask', async () => {
    for (const one of [ledger, secure]) {
      // On a busy machine, the limits of these ports may end a request that was about to arrive.
      const isAnswered = async () => {
        const reply = await one.request('GET', '/v1/customers').catch(() => null);
        if (reply !== null) expect(reply.status).toBe(200);
        return reply !== null;
      };
      await until(isAnswered, { description: 'An answer' });
    }
    const api = await reflect(ledger.address, ledger.apiKey);
    const { error } = await api.call('daybook.v1.CustomerService', 'ListCustomers', {});
    api.close();
    expect(error).toBeNull();
  });
});
