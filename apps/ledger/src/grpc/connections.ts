import {
  constants,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
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

/**
 * What a connection may reset: twice the calls that a key may make, and what a stall piles up. After a
 * stall the calls that wait may be more than a connection carries: they are refused one by one, where
 * Node would end the connection after a hundred.
 */
const STALL_LIMITS = {
  streamResetRate: 4_000,
  streamResetBurst: 20_000,
  maxSessionRejectedStreams: 20_000,
};

/** Of a server of grpc-js, what is used here. */
interface Inside {
  readonly commonServerOptions: object;
  readonly http2Servers: ReadonlyMap<Http2Server, unknown>;
}

interface Connection {
  pingedAt: number;
  strikes: number;
  /** The calls that are open. */
  readonly streams: Set<ServerHttp2Stream>;
}

/**
 * Keeps connections within bounds, where grpc-js has no option for it.
 *
 * A connection that pings more often than it may is ended with GOAWAY and ENHANCE_YOUR_CALM, as gRPC asks
 * of servers. A ping after something was sent measures the connection, as clients in Go, Java and C++ do
 * all the time, and is always welcome. `watch` sees to the ports that are bound by then.
 *
 * A call whose deadline passes is reset by its client. Node ends a connection with an internal error when
 * more than 33 calls a second are, for long: fewer than a busy client has in a bad moment.
 */
export function limitConnections(server: Server, logger: Logger): { watch(): void } {
  // The server has no door to what it tells Node and to its connections; tests notice when these are gone.
  const { commonServerOptions, http2Servers } = server as unknown as Inside;
  Object.assign(commonServerOptions, STALL_LIMITS);
  const accept = (session: ServerHttp2Session) => {
    const { remoteAddress, remotePort } = session.socket;
    const connection: Connection = { ...UNSUSPECTED, streams: new Set() };
    session.on('stream', (stream) => forgiveWhenSending(connection, stream));
    session.on('ping', () => {
      if (session.destroyed || !isTooMany(connection)) return;
      logger.warn({ remoteAddress, remotePort }, 'connection ended: it pings too often');
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, TOO_MANY_PINGS);
      session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  };
  return {
    watch() {
      for (const http2Server of http2Servers.keys()) http2Server.on('session', accept);
    },
  };
}

const UNSUSPECTED = { pingedAt: Number.NEGATIVE_INFINITY, strikes: 0 };

/** Node tells nobody what it sends, so what is written is noticed on its way. */
function forgiveWhenSending(connection: Connection, stream: ServerHttp2Stream): void {
  Object.assign(connection, UNSUSPECTED);
  connection.streams.add(stream);
  stream.once('close', () => connection.streams.delete(stream));
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (...args: unknown[]) => {
    Object.assign(connection, UNSUSPECTED);
    return write(...args);
  };
}

/** Notes a ping, and says whether it was one too many. */
function isTooMany(connection: Connection): boolean {
  // A large message leaves in many parts, and each may be measured.
  const isSending = [...connection.streams].some(({ writableLength }) => writableLength > 0);
  if (isSending) Object.assign(connection, UNSUSPECTED);
  const now = performance.now();
  if (now - connection.pingedAt < PING_MS_MIN - TOLERANCE_MS) connection.strikes += 1;
  connection.pingedAt = now;
  return connection.strikes > STRIKES_MAX;
}
