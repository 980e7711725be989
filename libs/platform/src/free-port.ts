import { createServer } from 'node:net';

/** A TCP port on 127.0.0.1 that is free now. */
export function freePort(): Promise<number> {
  return tryPort(0);
}

/** Whether `port` of 127.0.0.1 is free now. */
export async function isPortFree(port: number): Promise<boolean> {
  return tryPort(port).then(
    () => true,
    () => false,
  );
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
