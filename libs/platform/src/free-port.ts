import { createServer } from 'node:net';
import { EnvironmentError } from './env';

/**
 * Ports below the range (from 32768 on Linux) that systems take for outgoing connections and for servers that ask for
 * any port. A port from that range may belong to somebody else by the time it is used, who then answers in the place
 * of the server that was started.
 */
const FIRST_PORT = 20_000;
/** Each process gives ports of a slice of its own, so that two that look at the same time find different ones. */
const SLICES = 250;
const PORTS_A_SLICE = 48;
const slice = FIRST_PORT + (process.pid % SLICES) * PORTS_A_SLICE;
/** The last ones are given again as late as possible. */
let next = Math.floor(Math.random() * PORTS_A_SLICE);

/** A TCP port on 127.0.0.1 that is free now; the first of so many in a row. */
export async function freePort(inARow = 1): Promise<number> {
  const last = PORTS_A_SLICE - inARow;
  for (let tried = 0; tried < PORTS_A_SLICE; tried++) {
    const first = slice + (next > last ? 0 : next);
    next = (first - slice + inARow) % PORTS_A_SLICE;
    const ports = Array.from({ length: inARow }, (_, i) => first + i);
    if ((await Promise.all(ports.map(isPortFree))).every(Boolean)) return first;
  }
  if (inARow > 1) throw new Error(`No ${inARow} ports in a row are free from ${slice} on.`);
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
