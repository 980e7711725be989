import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { surviveErrors } from '@daybook/platform/plain';
import { until } from './dependencies';

/** A port whose limits are these, in the place of seconds and of thousands. */
export const LIMITS = { idleMs: 300, requestMs: 300 };
export const CONNECTIONS_MAX = 20;

export interface LimitedPort {
  readonly name: string;
  readonly port: number;
  readonly isSecure?: boolean;
  /** A request that it answers; none on a port that does not speak HTTP/1. */
  readonly path?: string;
}

const DRIP_MS = 20;
const HTTP_1 = 'GET /livez HTTP/1.1\r\nhost: x\r\n';
const HTTP_2 = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** The tests of a port that ends slow and idle connections, and caps their number. */
export function endsIdleConnections(
  names: readonly string[],
  portOf: (name: string) => LimitedPort,
) {
  const sockets: Socket[] = [];

  /** A connection, after the handshake of TLS if the port has it. */
  async function open({ port, isSecure }: LimitedPort, bytes = ''): Promise<Socket> {
    const socket = isSecure
      ? surviveErrors(connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false }))
      : surviveErrors(connect(port, '127.0.0.1'));
    socket.resume();
    sockets.push(socket);
    // Above the cap it is closed instead.
    await new Promise<void>((resolve) => {
      for (const event of [isSecure ? 'secureConnect' : 'connect', 'close']) {
        socket.once(event, () => resolve());
      }
    });
    if (bytes !== '') socket.write(bytes);
    return socket;
  }

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  describe.each(names)('the port of %s', (name) => {
    it('ends connections that send nothing, or a part of a request and no more', async () => {
      const port = portOf(name);
      const before = await open({ ...port, isSecure: false });
      const silent = await open(port);
      const slow = await open(port, port.path === undefined ? HTTP_2.slice(0, 9) : HTTP_1);
      await until(() => before.closed && silent.closed && slow.closed);
    });

    it('ends connections that send their request byte after byte', async () => {
      const port = portOf(name);
      const socket = await open(port);
      const bytes = port.path === undefined ? HTTP_2 : `${HTTP_1}${'x-slow: 1\r\n'.repeat(50)}`;
      let sent = 0;
      const drip = setInterval(() => socket.write(bytes.charAt(sent++)), DRIP_MS);
      await until(() => socket.closed).finally(() => clearInterval(drip));
      expect(sent).toBeLessThan(bytes.length);
    });

    it('accepts no more connections than are set, and others as soon as these end', async () => {
      const port = portOf(name);
      const all = await Promise.all(Array.from({ length: 2 * CONNECTIONS_MAX }, () => open(port)));
      await until(() => all.filter(({ closed }) => closed).length >= CONNECTIONS_MAX);
      await until(() => all.every(({ closed }) => closed));
      const next = await open(port);
      expect(next.closed).toBe(false);
    });

    it('ends connections that wait for nothing after an answer', async () => {
      const port = portOf(name);
      if (port.path === undefined) return;
      const socket = await open(port, `GET ${port.path} HTTP/1.1\r\nhost: x\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      expect([String(answer).slice(0, 15), socket.closed]).toEqual(['HTTP/1.1 200 OK', false]);
      await until(() => socket.closed);
    });
  });
}
