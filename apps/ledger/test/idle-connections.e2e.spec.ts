import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../../../test/dependencies';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

/** In the place of seconds. */
const MS = 300;
const CONNECTIONS_MAX = 20;

let ledger: GrpcLedger;
let api: Reflected;
const sockets: Socket[] = [];

beforeAll(async () => {
  ledger = await createGrpcLedger({
    http: { limits: { idleMs: MS, requestMs: MS }, connectionsMax: CONNECTIONS_MAX },
    ...{ prefaceMs: MS, connectionsMax: CONNECTIONS_MAX },
  });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

const ports = () => [
  ['REST', Number(new URL(ledger.url).port)] as const,
  ['gRPC', Number(ledger.address.split(':')[1])] as const,
];

/** A connection that sends these bytes and nothing more. */
async function open(port: number, bytes = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  sockets.push(socket);
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes);
  return socket;
}

it('ends connections that send nothing, or a part of a request and no more', async () => {
  for (const [, port] of ports()) {
    const silent = await open(port);
    const slow = await open(port, 'GET /livez HTTP/1.1\r\nhost: x\r\n');
    await until(() => silent.closed && slow.closed, { description: `The end on ${port}` });
  }
});

it('ends connections that wait for nothing after an answer', async () => {
  const [[, port]] = ports() as [readonly [string, number]];
  const socket = await open(port, 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'data');
  expect(socket.closed).toBe(false);
  await until(() => socket.closed);
});

it('accepts no more connections than are set, and others as soon as these end', async () => {
  for (const [name, port] of ports()) {
    const all = await Promise.all(Array.from({ length: 2 * CONNECTIONS_MAX }, () => open(port)));
    await until(() => all.filter(({ closed }) => closed).length >= CONNECTIONS_MAX, {
      description: `The cap of ${name}`,
    });
    await until(() => all.every(({ closed }) => closed));
  }
  expect((await ledger.request('GET', '/v1/customers')).status).toBe(200);
  api = await reflect(ledger.address, ledger.apiKey);
  const { error } = await api.call('daybook.v1.CustomerService', 'ListCustomers', {});
  expect(error).toBeNull();
});
