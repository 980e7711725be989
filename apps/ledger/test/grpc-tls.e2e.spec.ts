import { EnvironmentError } from '@daybook/platform';
import { type ChannelCredentials, credentials, type ServiceError, status } from '@grpc/grpc-js';
import {
  type Authority,
  type Certificate,
  type CertificateFolder,
  certificateFolder,
} from '../../../test/certificates';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { describeWith } from '../../../test/needs';
import { grpcCredentials } from '../src/grpc/credentials';
import { detailsOf } from './grpc-details';
import { type GrpcPort, openGrpcPort } from './grpc-ledger';
import { reflect } from './grpc-reflected';

const DAY_MS = 86_400_000;

let folder: CertificateFolder;
let ledger: TestLedger;
let ours: Authority;
let others: Authority;
let server: Certificate;
let games: Certificate;
const open: GrpcPort[] = [];

beforeAll(async () => {
  folder = certificateFolder();
  ours = folder.authority('ours');
  others = folder.authority('others');
  server = ours.issue('server');
  games = ours.issue('games', { names: 'DNS:games.internal' });
  ledger = await createLedgerForTest();
});
afterAll(async () => {
  await Promise.all(open.map((port) => port.grpc.close()));
  await ledger?.close();
  folder.remove();
});

type Tls = Parameters<typeof grpcCredentials>[0];

async function listen(tls: Tls): Promise<string> {
  const port = await openGrpcPort(ledger, { tls: grpcCredentials(tls) });
  open.push(port);
  return port.address;
}

const pair = ({ certFile, keyFile }: Certificate) => ({
  grpcTlsCert: certFile,
  grpcTlsKey: keyFile,
});
const mutual = () => ({ ...pair(server), grpcTlsClientCa: ours.caFile });

/** What a client with these credentials meets: null when it is answered. */
async function meets(
  address: string,
  channel: ChannelCredentials,
  apiKey = ledger.apiKey,
): Promise<ServiceError | null> {
  try {
    const api = await reflect(address, apiKey, channel);
    const { error } = await api.call('daybook.v1.RegistryService', 'ListAssets', {});
    api.close();
    return error;
  } catch (error) {
    return error as ServiceError;
  }
}

describeWith('openssl', 'with TLS', () => {
  let address: string;
  beforeAll(async () => {
    address = await listen(pair(server));
  });

  it('answers clients that trust its authority, and still requires an API key', async () => {
    const channel = credentials.createSsl(ours.ca);
    expect(await meets(address, channel)).toBeNull();
    expect((await meets(address, channel, 'none'))?.code).toBe(status.UNAUTHENTICATED);
  });

  it.each([
    ['trusts another authority', () => credentials.createSsl(others.ca)],
    ['trusts the authorities of the machine', () => credentials.createSsl()],
    ['has no TLS', () => credentials.createInsecure()],
  ])('does not serve who %s', async (_, channel) => {
    expect((await meets(address, channel()))?.code).toBe(status.UNAVAILABLE);
  });

  it('asks for no certificate', async () => {
    expect(await meets(address, credentials.createSsl(ours.ca))).toBeNull();
  });
});

describeWith('openssl', 'with mutual TLS', () => {
  let address: string;
  beforeAll(async () => {
    address = await listen(mutual());
  });

  const as = ({ key, cert }: Certificate) => credentials.createSsl(ours.ca, key, cert);

  it('answers a client with a certificate of the authority and a key', async () => {
    expect(await meets(address, as(games))).toBeNull();
    expect((await meets(address, as(games), 'none'))?.code).toBe(status.UNAUTHENTICATED);
  });

  it.each([
    ['no certificate', () => credentials.createSsl(ours.ca)],
    ['a certificate of another authority', () => as(others.issue('stranger'))],
    [
      'a certificate that has ended',
      () => as(ours.issue('late', { endedAt: new Date(Date.now() - DAY_MS) })),
    ],
  ])('does not serve a client with %s', async (_, channel) => {
    expect((await meets(address, channel()))?.code).toBe(status.UNAVAILABLE);
  });

  it('serves only the names that it is told', async () => {
    const named = await listen({
      ...mutual(),
      grpcTlsClientNames: 'DNS:games.internal, URI:spiffe://internal/brokers',
    });
    const spiffe = { names: 'URI:spiffe://internal/brokers,DNS:b.internal' };
    expect(await meets(named, as(games))).toBeNull();
    expect(await meets(named, as(ours.issue('brokers', spiffe)))).toBeNull();
    for (const names of [
      'DNS:other.internal',
      'DNS:games.internal.evil',
      'URI:DNS:games.internal',
    ]) {
      const error = await meets(named, as(ours.issue('other', { names })));
      expect(error && detailsOf(error)).toMatchObject({
        code: 'UNAUTHENTICATED',
        info: { reason: 'unauthenticated' },
      });
    }
  });
});

describeWith('openssl', 'a start with wrong files', () => {
  it.each<[string, () => Tls, string]>([
    ['a certificate without its key', () => ({ grpcTlsCert: server.certFile }), 'together'],
    [
      'a key of another certificate',
      () => ({ grpcTlsCert: server.certFile, grpcTlsKey: games.keyFile }),
      'DAYBOOK_GRPC_TLS_KEY is not the key',
    ],
    [
      'a file that is not there',
      () => ({ ...pair(server), grpcTlsCert: '/nope' }),
      'cannot be read',
    ],
    [
      'a file that is no certificate',
      () => ({ ...pair(server), grpcTlsCert: server.keyFile }),
      'is no certificate',
    ],
    [
      'a certificate that has ended',
      () => pair(ours.issue('old', { endedAt: new Date(Date.now() - DAY_MS) })),
      'ended on',
    ],
    ['clients without TLS', () => ({ grpcTlsClientCa: ours.caFile }), 'needs'],
    ['names without clients', () => ({ ...pair(server), grpcTlsClientNames: 'DNS:a' }), 'needs'],
  ])('is refused, and told why: %s', (_, tls, sentence) => {
    expect(() => grpcCredentials(tls())).toThrow(EnvironmentError);
    expect(() => grpcCredentials(tls())).toThrow(sentence);
  });
});
