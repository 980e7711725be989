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

interface Connection {
  pingedAt: number;
  strikes: number;
  /** What the peer takes before it must say more: it changes when something is sent to it. */
  window: number | undefined;
}

/**
 * Ends connections that ping more often than they may, with GOAWAY and ENHANCE_YOUR_CALM: what gRPC
 * asks of servers, and grpc-js leaves out. A ping after something was sent measures the connection, as
 * clients in Go, Java and C++ do all the time, and is always welcome. Returns what watches the ports
 * that are bound by then.
 */
export function limitPings(server: Server, logger: Logger): { watch(): void } {
  const accept = (session: ServerHttp2Session) => {
    const { remoteAddress, remotePort } = session.socket;
    const connection: Connection = { ...UNSUSPECTED, window: undefined };
    session.on('stream', () => Object.assign(connection, UNSUSPECTED));
    session.on('ping', () => {
      if (session.destroyed || !isTooMany(connection, session.state.remoteWindowSize)) return;
      logger.warn({ remoteAddress, remotePort }, 'connection ended: it pings too often');
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
  };
}

const UNSUSPECTED = { pingedAt: Number.NEGATIVE_INFINITY, strikes: 0 };

/** Notes a ping, and says whether it was one too many. */
function isTooMany(connection: Connection, window: number | undefined): boolean {
  if (window !== connection.window) Object.assign(connection, UNSUSPECTED);
  const now = performance.now();
  if (now - connection.pingedAt < PING_MS_MIN - TOLERANCE_MS) connection.strikes += 1;
  connection.pingedAt = now;
  connection.window = window;
  return connection.strikes > STRIKES_MAX;
}
