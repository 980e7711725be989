import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { dirname, join } from 'node:path';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { surviveErrors } from '@daybook/platform/plain';
import { credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { contractMethods } from '../src/grpc/contract';
import { detailsOf } from './grpc-details';
import { flood, listAll, read } from './grpc-events';
import { createGrpcLedger, type GrpcLedger, openGrpcPort } from './grpc-ledger';
import { askReflection, type Reflected, reflect } from './grpc-reflected';

const SERVICES = new Set([...contractMethods().values()].map(({ parent }) => parent.typeName));
const CUSTOMERS = 'daybook.v1.CustomerService';
/** More in a row than any connection survives (`connections.ts`). */
const PINGS = 10;

let ledger: GrpcLedger;
let api: Reflected;
let isWell = true;
let customerId: string;

beforeAll(async () => {
  ledger = await createGrpcLedger({
    check: async () => {
      if (!isWell) throw new Error('A test says so.');
    },
  });
  api = await reflect(ledger.address, ledger.apiKey);
  const { answer } = await api.call(CUSTOMERS, 'CreateCustomer', { external_id: 'ann' });
  customerId = answer.customer.id;
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

describe('grpc.health.v1', () => {
  // biome-ignore lint/suspicious/noExplicitAny: made of a .proto file, as a probe is.
  function healthClient(address: string): any {
    const folder = dirname(require.resolve('grpc-health-check/package.json'));
    const file = join(folder, 'proto/health/v1/health.proto');
    const loaded = loadPackageDefinition(loadSync(file, { enums: String }));
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    return new (loaded as any).grpc.health.v1.Health(address, credentials.createInsecure());
  }

  it('follows readiness, for the server and each service, without a key', async () => {
    const client = healthClient(ledger.address);
    const check = (service: string) =>
      new Promise<string>((resolve) =>
        client.check({ service }, (error: { code: status } | null, answer: { status: string }) =>
          resolve(error === null ? answer.status : (status[error.code] ?? '')),
        ),
      );
    const names = ['', ...SERVICES];
    const all = () => Promise.all(names.map(check));
    const watched: string[] = [];
    const watch = client.watch({ service: CUSTOMERS });
    watch.on('data', (answer: { status: string }) => watched.push(answer.status));
    watch.on('error', () => undefined);
    await until(async () => (await all()).every((told) => told === 'SERVING'));
    isWell = false;
    await until(async () => (await all()).every((told) => told === 'NOT_SERVING'));
    isWell = true;
    await until(async () => (await all()).every((told) => told === 'SERVING'));
    await until(() => watched.length === 3);
    expect(watched).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
    expect(await check('daybook.v1.NoSuchService')).toBe('NOT_FOUND');
    watch.cancel();
    client.close();
  });
});

describe('reflection', () => {
  it('describes everything that a strict client needs', async () => {
    const more = ['grpc.health.v1.Health', 'google.rpc.ErrorInfo'];
    const channel = credentials.createInsecure();
    const { services, files } = await askReflection(ledger.address, channel, more);
    const served = new Set([...SERVICES, 'grpc.health.v1.Health']);
    expect(new Set(services)).toEqual(served);
    const described = files.map((file) => fromBinary(FileDescriptorProtoSchema, file));
    // Throws when an import or a type is missing. An import is read whole before its importer.
    const registryOf = (file: FileDescriptorProto): FileRegistry =>
      createFileRegistry(file, (path) => {
        const imported = described.find(({ name }) => name === path);
        return imported && registryOf(imported).getFile(path);
      });
    for (const file of described) expect(registryOf(file).getFile(file.name)).toBeDefined();
    const types = described.flatMap((file) => file.messageType.map(({ name }) => name));
    expect(types).toEqual(
      expect.arrayContaining(['Timestamp', 'ErrorInfo', 'BadRequest', 'Purse']),
    );
  });

  it('is there only where it was asked for', async () => {
    const { address, grpc } = await openGrpcPort(ledger, { reflection: false });
    await expect(reflect(address, ledger.apiKey)).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    });
    await grpc.close();
  });
});

describe('a client that pings', () => {
  interface Ended {
    readonly code: number;
    readonly data: string;
  }

  async function dial(): Promise<{ session: ClientHttp2Session; ended: () => Ended | null }> {
    const session = connect(`http://${ledger.address}`);
    let ended: Ended | null = null;
    session.on('error', () => undefined);
    session.on('goaway', (code, _, data) => {
      ended ??= { code, data: String(data ?? '') };
    });
    await new Promise((resolve) => session.once('connect', resolve));
    return { session, ended: () => ended };
  }

  const postHeaders = () => ({
    ':method': 'POST',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${ledger.apiKey}`,
  });

  const ping = (session: ClientHttp2Session) =>
    new Promise<void>((resolve) => {
      if (session.destroyed || !session.ping(() => resolve())) resolve();
    });

  it('too often gets ENHANCE_YOUR_CALM, and its connection ends', async () => {
    const { session, ended } = await dial();
    for (let i = 0; i < PINGS && ended() === null; i += 1) await ping(session);
    await until(() => session.destroyed && ended() !== null);
    expect(ended()).toEqual({
      code: constants.NGHTTP2_ENHANCE_YOUR_CALM,
      data: 'too_many_pings',
    });
    expect(
      (await api.call(CUSTOMERS, 'GetCustomer', { customer_id: customerId })).error,
    ).toBeNull();
  });

  it('after each message of a stream is allowed', async () => {
    const { session, ended } = await dial();
    const stream = session.request({ ...postHeaders(), ':path': '/daybook.v1.EventService/Tail' });
    stream.resume().end(Buffer.alloc(5));
    let told = 0;
    stream.on('data', () => {
      told += 1;
    });
    for (let i = 0; i < PINGS; i += 1) {
      const before = told;
      await flood(ledger.store, customerId, 1, 'x');
      await until(() => told > before, { description: 'An event' });
      await ping(session);
    }
    expect(ended()).toBeNull();
    session.destroy();
  });

  it('to measure what it is sent may', async () => {
    const { session, ended } = await dial();
    for (let i = 0; i < PINGS; i += 1) {
      const stream = session.request({ ...postHeaders(), ':path': `/${CUSTOMERS}/ListCustomers` });
      stream.resume().end(Buffer.alloc(5));
      await new Promise((resolve) => stream.once('close', resolve));
      await ping(session);
      await ping(session);
    }
    expect(ended()).toBeNull();
    session.destroy();
  });
});

describe('a server that stops', () => {
  it('finishes its calls, and tells streams where to resume on another server', async () => {
    const first = await openGrpcPort(ledger, {});
    const second = await openGrpcPort(ledger, {});
    const [before, after] = await Promise.all(
      [first, second].map(({ address }) => reflect(address, ledger.apiKey)),
    );
    if (before === undefined || after === undefined) throw new Error('Two ports, two clients.');
    const head = await flood(ledger.store, customerId, 500, 'x');
    const reading = read(before, 'Tail');
    await reading.reaches(head);

    const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
    await client.connect();
    await client.query('BEGIN; LOCK TABLE ledger.customer IN ACCESS EXCLUSIVE MODE');
    const underWay = before.call(CUSTOMERS, 'GetCustomer', { customer_id: customerId });
    await until(async () => /grpc_calls\{state="working".*\} 1$/m.test(await first.metrics()));
    const closing = first.grpc.close();
    await reading.ended();
    await client.end();
    expect((await underWay).error).toBeNull();
    await closing;

    const error = reading.error();
    if (!error) throw new Error('The stream ended without a word.');
    const { code, info } = detailsOf(error);
    expect({ code, reason: info.reason }).toEqual({
      ...{ code: 'UNAVAILABLE', reason: 'server-stopping' },
    });
    expect(info.metadata).toEqual({ position: reading.messages.at(-1)?.position });
    const end = await flood(ledger.store, customerId, 10, 'y');
    const rest = read(after, 'Tail', { after: info.metadata.position });
    await rest.reaches(end);
    const told = [...reading.events(), ...rest.events()].map(({ position }) => position);
    expect(told).toEqual((await listAll(ledger)).map(({ position }) => position));
    rest.stream.cancel();
    expect(
      (await before.call(CUSTOMERS, 'GetCustomer', { customer_id: customerId })).error?.code,
    ).toBe(status.UNAVAILABLE);
    before.close();
    after.close();
    await second.grpc.close();
  });
});
