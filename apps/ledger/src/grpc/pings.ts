import { constants, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import type { Logger } from 'pino';

/** How often a connection may be asked whether it lives. `event_service.proto` tells clients. */
const PING_MS_MIN = 20_000;
/** What clocks and networks may take from that. */
const TOLERANCE_MS = 2_000;
/** As gRPC has it (proposal A8): clients also ping to measure a connection, a few times. */
const STRIKES_MAX = 2;
/** What clients of gRPC know as the reason, and answer by pinging half as often. */
const TOO_MANY_PINGS = Buffer.from('too_many_pings');

export interface PingLimit {
  /** Watches the connections of the ports that are bound by now. */
  watch(): void;
  /** Something was sent to the peer (`host:port`): it may ask how fast that arrived. */
  sent(peer: string): void;
}

interface Connection {
  pingedAt: number;
  strikes: number;
}

/**
 * Ends connections that ping more often than they may, with GOAWAY and ENHANCE_YOUR_CALM: what gRPC
 * asks of servers, and grpc-js leaves out.
 */
export function limitPings(
  server: Server,
  logger: Logger,
  minMs = PING_MS_MIN - TOLERANCE_MS,
): PingLimit {
  const connections = new Map<string, Connection>();
  const accept = (session: ServerHttp2Session) => {
    const { remoteAddress, remotePort } = session.socket;
    const peer = `${remoteAddress}:${remotePort}`;
    const connection: Connection = { pingedAt: Number.NEGATIVE_INFINITY, strikes: 0 };
    connections.set(peer, connection);
    session.once('close', () => connections.delete(peer));
    session.on('stream', () => forgive(connection));
    session.on('ping', () => {
      const now = performance.now();
      if (now - connection.pingedAt < minMs) connection.strikes += 1;
      connection.pingedAt = now;
      if (connection.strikes <= STRIKES_MAX || session.destroyed) return;
      logger.warn({ peer }, 'connection ended: it pings too often');
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, TOO_MANY_PINGS);
      session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  };
  return {
    watch() {
      // The server has no door to its connections; a test notices when this one is gone.
      const { http2Servers } = server as unknown as { http2Servers: Map<Http2Server, unknown> };
      for (const http2Server of http2Servers.keys()) http2Server.on('session', accept);
    },
    sent(peer) {
      const connection = connections.get(peer);
      if (connection !== undefined) forgive(connection);
    },
  };
}

function forgive(connection: Connection): void {
  connection.pingedAt = Number.NEGATIVE_INFINITY;
  connection.strikes = 0;
}
