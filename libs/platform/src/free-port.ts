import { createServer } from 'node:net';
import { EnvironmentError } from './env';

/** A TCP port on 127.0.0.1 that is free now. */
export function freePort(): Promise<number> {
  return tryPort(0);
}

/** Whether `port` of 127.0.0.1 is free now. */
export function isPortFree(port: number): Promise<boolean> {
  return tryPort(port).then(Boolean, () => false);
}

/**
 * Resolves when a server can listen on `port` of `host`. Rejects with an `EnvironmentError` that names
 * `variable`, which set the port, or `hostVariable`.
 */
export async function requirePort(
  host: string,
  port: number,
  variable: string,
  hostVariable = 'DAYBOOK_HTTP_HOST',
): Promise<void> {
  await tryPort(port, host).catch(({ code }: NodeJS.ErrnoException) => {
    const faults: Record<string, string> = {
      EADDRINUSE: `${variable}: port ${port} of ${host} is in use by another program. Stop it, or choose another port`,
      EACCES: `${variable}: this user may not listen on port ${port}. Choose one from 1024`,
    };
    const other = `${hostVariable}: this machine cannot listen on ${host} (${code}). Use 127.0.0.1 for this machine alone, or 0.0.0.0 for all of its addresses`;
    throw new EnvironmentError([faults[code ?? ''] ?? other]);
  });
}

function tryPort(port: number, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
