import {
  constants,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { capConnections } from '@daybook/platform';
import type { Server } from '@grpc/grpc-js';
import type { Logger } from 'pino';

/** The shortest interval between keepalive pings; `event_service.proto` documents it. */
const PING_MS_MIN = 20_000;
/** Tolerance for clocks and network delays. */
const TOLERANCE_MS = 2_000;
/** As in gRPC proposal A8: clients also ping a few times to measure a connection. */
const STRIKES_MAX = 2;
/** The GOAWAY reason that gRPC clients know. They then ping half as often. */
const TOO_MANY_PINGS = Buffer.from('too_many_pings');

/**
 * How many streams a connection may reset: twice the calls that a key may make, plus the backlog of a
 * stall. Calls that wait after a stall are refused one by one; Node would otherwise end the connection
 * after a hundred resets.
 */
const STALL_LIMITS = {
  streamResetRate: 4_000,
  streamResetBurst: 20_000,
  maxSessionRejectedStreams: 20_000,
};

/** The time for the TLS handshake, then for the first bytes of HTTP/2, and for the request of a call. grpc-js would wait for ever. */
const PREFACE_MS = 10_000;

export interface ConnectionOptions {
  readonly logger: Logger;
  /** Further connections are closed at once; any number when left out. */
  readonly connectionsMax?: number;
  readonly prefaceMs?: number;
}

/** The private fields of a grpc-js server that are used here. */
interface Inside {
  readonly commonServerOptions: object;
  readonly http2Servers: ReadonlyMap<Http2Server, unknown>;
}

interface Connection {
  pingedAt: number;
  strikes: number;
  /** The open calls. */
  readonly streams: Set<ServerHttp2Stream>;
}

/**
 * Limits connections where grpc-js has no option for it.
 *
 * A connection that pings too often is ended with GOAWAY and ENHANCE_YOUR_CALM, as gRPC requires. A ping
 * after data was sent is always allowed: clients in Go, Java and C++ measure the connection with such BDP
 * pings. `watch` applies the limit to the ports that are bound by then.
 *
 * A client resets a call whose deadline has passed. By default Node ends a connection with an internal
 * error if more than about 33 calls per second are reset for some time. A busy client can exceed that.
 *
 * A connection that says nothing in time is closed, and a call whose request does not arrive in time is ended.
 */
export function limitConnections(
  server: Server,
  { logger, connectionsMax, prefaceMs = PREFACE_MS }: ConnectionOptions,
): { watch(): void } {
  // grpc-js has no public access to these. Tests fail if they disappear.
  const { commonServerOptions, http2Servers } = server as unknown as Inside;
  Object.assign(commonServerOptions, STALL_LIMITS, { handshakeTimeout: prefaceMs });
  const accept = (session: ServerHttp2Session) => {
    const { remoteAddress, remotePort } = session.socket;
    const connection: Connection = { ...UNSUSPECTED, streams: new Set() };
    endUnlessItSpeaks(session, prefaceMs);
    session.on('stream', (stream) => {
      endUnlessItArrives(stream, prefaceMs);
      forgiveWhenSending(connection, stream);
    });
    session.on('ping', () => {
      if (session.destroyed || !isTooMany(connection)) return;
      logger.warn({ remoteAddress, remotePort }, 'connection ended: too many pings');
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, TOO_MANY_PINGS);
      session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  };
  return {
    watch() {
      for (const http2Server of http2Servers.keys()) {
        http2Server.on('session', accept);
        if (connectionsMax !== undefined) capConnections(http2Server, connectionsMax);
      }
    },
  };
}

/** The settings are the first frame of every client. */
function endUnlessItSpeaks(session: ServerHttp2Session, withinMs: number): void {
  const timer = setTimeout(() => session.destroy(), withinMs).unref();
  session.once('remoteSettings', () => clearTimeout(timer));
  session.once('close', () => clearTimeout(timer));
}

/** Every call has one request, which is small. */
function endUnlessItArrives(stream: ServerHttp2Stream, withinMs: number): void {
  if (stream.readableEnded) return;
  const end = () => {
    if (!stream.readableEnded && !stream.destroyed) stream.close(constants.NGHTTP2_CANCEL);
  };
  // After a stall of this process, what has arrived meanwhile is read first.
  const timer = setTimeout(() => setImmediate(end), withinMs).unref();
  stream.once('end', () => clearTimeout(timer));
  stream.once('close', () => clearTimeout(timer));
}

const UNSUSPECTED = { pingedAt: Number.NEGATIVE_INFINITY, strikes: 0 };

/** Resets the strikes when data is sent. Node has no event for that, so `write` is wrapped. */
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

/** Counts a ping. Returns whether the limit is exceeded. */
function isTooMany(connection: Connection): boolean {
  // A large message leaves in many frames, and clients may ping for each.
  const isSending = [...connection.streams].some(({ writableLength }) => writableLength > 0);
  if (isSending) Object.assign(connection, UNSUSPECTED);
  const now = performance.now();
  if (now - connection.pingedAt < PING_MS_MIN - TOLERANCE_MS) connection.strikes += 1;
  connection.pingedAt = now;
  return connection.strikes > STRIKES_MAX;
}
