import type { AddressInfo } from 'node:net';
import { surviveLostConnections } from '@daybook/platform/plain';
import { WebSocket, WebSocketServer } from 'ws';
import { freePort, until } from '../../../../test/dependencies';
import type { Listening } from '../chain-client';
import { listenForAnnouncements } from './announcements';

let server: WebSocketServer;
let heads: number;
/** When the last one was heard of. */
let headAt = 0;
/** No head is passed on later than this after it was announced. */
const QUIET_MS = 500;
let pending: unknown[];
let listening: Listening | undefined;

beforeEach(async () => {
  [heads, pending] = [0, []];
  server = surviveLostConnections(
    new WebSocketServer({ port: await freePort(), host: '127.0.0.1' }),
  );
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      const { id, params } = JSON.parse(String(data));
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: `0x${params[0]}` }));
    }),
  );
});
afterEach(async () => {
  listening?.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function listen(): void {
  listening = listenForAnnouncements({
    wsUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headers: { 'x-api-key': 'secret' },
    silenceMs: null,
    newHead: () => {
      heads += 1;
      headAt = performance.now();
    },
    pending: (transaction) => pending.push(transaction),
  });
}

/** Sends to every open connection, as the subscriptions of `server` are named. */
function announce(kind: 'newHeads' | 'newPendingTransactions', result: unknown): void {
  const message = { method: 'eth_subscription', params: { subscription: `0x${kind}`, result } };
  for (const socket of server.clients) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }
}

describe('listenForAnnouncements', () => {
  it('hears of heads and pending transactions', async () => {
    listen();
    await until(() => {
      announce('newHeads', {});
      announce('newPendingTransactions', { hash: '0x01' });
      return heads > 0 && pending.length > 0;
    });
    expect(pending[0]).toEqual({ hash: '0x01' });
  });

  it('comes back after its connection was lost', async () => {
    listen();
    await until(() => server.clients.size === 1);
    for (const socket of server.clients) socket.terminate();
    await until(() => server.clients.size === 0);
    await until(() => {
      announce('newHeads', {});
      return heads > 0;
    });
  });

  it('passes over what is no announcement', async () => {
    listen();
    await until(() => server.clients.size === 1);
    for (const text of [
      'not json',
      'null',
      '[]',
      '{"params":null}',
      '{"params":{"subscription":"0xother"}}',
    ]) {
      for (const socket of server.clients) socket.send(text);
    }
    await until(() => {
      announce('newHeads', {});
      return heads > 0;
    });
    expect(pending).toEqual([]);
  });

  it('says that its connection is down, and no more when it is back', async () => {
    listen();
    await until(() => server.clients.size === 1);
    expect(listening?.fault()).toBeNull();
    const { port } = server.address() as AddressInfo;
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
    await until(() => listening?.fault()?.includes('ECONNREFUSED') ?? false);
    expect(listening?.fault()).toBe(
      'The WebSocket is down (ECONNREFUSED); new blocks are found by polling.',
    );
    server = surviveLostConnections(new WebSocketServer({ port, host: '127.0.0.1' }));
    await until(() => listening?.fault() === null);
  });

  it('says that its node refuses to announce blocks', async () => {
    server.removeAllListeners('connection').on('connection', (socket) =>
      socket.on('message', (data) => {
        const { id } = JSON.parse(String(data));
        socket.send(JSON.stringify({ id, error: { code: -32601, message: 'no' } }));
      }),
    );
    listen();
    await until(() => listening?.fault()?.includes('refuses to announce') ?? false);
  });

  it('polls no more often for a flood of heads, and once more for the last of them', async () => {
    listen();
    await until(() => {
      announce('newHeads', {});
      return heads > 0;
    });
    for (let n = 0; n < 5_000; n++) announce('newHeads', {});
    announce('newPendingTransactions', { hash: 'last' });
    const before = heads;
    await until(() => pending.length > 0);
    expect(heads - before).toBeLessThan(50);
    await until(() => performance.now() - headAt > QUIET_MS);
    const seen = heads;
    for (let n = 0; n < 2; n++) announce('newHeads', {});
    await until(() => heads === seen + 2);
  });

  it('sends the headers of its provider', async () => {
    const keys: unknown[] = [];
    server.on('connection', (_, request) => keys.push(request.headers['x-api-key']));
    listen();
    await until(() => keys.length > 0);
    expect(keys).toEqual(['secret']);
  });

  it('ends when it is closed', async () => {
    listen();
    await until(() => server.clients.size === 1);
    listening?.close();
    await until(() => server.clients.size === 0);
  });
});
