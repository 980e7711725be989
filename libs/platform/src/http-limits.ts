import type { Server } from 'node:http';

/** The time for a request to arrive in full. */
const REQUEST_MS = 10_000;
/** A connection on which nothing is sent or received is closed after this: longer than any answer takes. */
const IDLE_MS = 30_000;
/** One that waits for the next request of its client. */
const KEEP_ALIVE_MS = 60_000;
const HEADER_BYTES_MAX = 16 * 1024;
/** How often Node checks for requests that take too long to arrive. */
const CHECK_MS = 2_000;

/** Options of a Fastify server that end slow and idle connections. `http` are those of Node's server, with TLS or without. */
export function httpLimits({ idleMs = IDLE_MS, requestMs = REQUEST_MS } = {}) {
  return {
    requestTimeout: requestMs,
    // Node's time limits of a request begin with its first byte.
    connectionTimeout: idleMs,
    keepAliveTimeout: Math.min(KEEP_ALIVE_MS, 2 * idleMs),
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: requestMs,
      // Of TLS; a plain server ignores it.
      handshakeTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, requestMs),
    },
  };
}

/** Closes every further connection at once while `max` are open, so that they cannot use up memory and file descriptors. */
export function capConnections(server: Pick<Server, 'maxConnections'>, max: number): void {
  server.maxConnections = max;
}
