import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { surviveErrors, surviveLostConnections } from '@daybook/platform/plain';

/** A way to a server that can be cut and mended, as networks are. */
export interface BreakableLine {
  /** The server's URL, by way of this line. */
  readonly url: string;
  /** Breaks every connection, and each that is tried from now on. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function breakableLine(serverUrl: string): Promise<BreakableLine> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = surviveLostConnections(
    createServer((client) => {
      if (isCut) {
        client.destroy();
        return;
      }
      const upstream = surviveErrors(connect(Number(target.port), target.hostname));
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket);
        socket.pipe(other);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          other.destroy();
          sockets.delete(socket);
        });
      }
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut: () => {
      isCut = true;
      breakAll();
    },
    mend: () => {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        breakAll();
      }),
  };
}
