import { backOffMs } from '@daybook/platform/plain';
import WebSocket from 'ws';

/** A connection that is silent for this time is pinged; without an answer by the next check it is dead. */
const PING_MS = 15_000;
const RECONNECT = { firstMs: 500, longestMs: 30_000 };
/** The largest pending transactions (rollup data) are about 130 kB. */
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

const NEW_HEADS = 1;
const NEW_PENDING = 2;

export interface AnnouncementOptions {
  readonly wsUrl: string;
  /** A connection without a new block for this time is closed and opened again. */
  readonly silenceMs: number | null;
  newHead(): void;
  /** A whole transaction, or only its hash from nodes that do not send more. */
  pending(transaction: unknown): void;
}

/**
 * Subscribes to new heads and pending transactions, and reconnects for ever. Silence counts as a fault,
 * because a load balancer may lose the node without closing the connection. Polling finds missed blocks.
 */
export function listenForAnnouncements(options: AnnouncementOptions): { close(): void } {
  let socket: WebSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  /** Connections in a row that announced nothing. */
  let failures = 0;
  let isClosed = false;

  function connect(): void {
    const opened = openSocket(options, () => {
      failures = 0;
    });
    socket = opened;
    opened.once('close', () => {
      if (isClosed) return;
      failures += 1;
      retry = setTimeout(connect, backOffMs(failures, RECONNECT));
    });
  }

  connect();
  return {
    close() {
      isClosed = true;
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}

/** One connection. Calls `heard` at each announcement. A dead connection closes itself. */
function openSocket(options: AnnouncementOptions, heard: () => void): WebSocket {
  const socket = new WebSocket(options.wsUrl, {
    handshakeTimeout: 10_000,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  /** The ids that the node gave to the two subscriptions. */
  const subscriptions = new Map<string, number>();
  let isAlive = true;
  let lastHeadAt = Date.now();
  const check = setInterval(() => {
    const isSilent = options.silenceMs !== null && Date.now() - lastHeadAt > options.silenceMs;
    if (!isAlive || isSilent) return socket.terminate();
    isAlive = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, PING_MS);
  socket.on('open', () => {
    socket.send(subscribe(NEW_HEADS, ['newHeads']));
    socket.send(subscribe(NEW_PENDING, ['newPendingTransactions', true]));
  });
  socket.on('pong', () => {
    isAlive = true;
  });
  socket.on('message', (data) => {
    isAlive = true;
    const message = parse(String(data));
    if (typeof message?.result === 'string' && typeof message.id === 'number') {
      subscriptions.set(message.result, message.id);
      return;
    }
    const kind = subscriptions.get(message?.params?.subscription ?? '');
    if (kind === undefined) return;
    heard();
    if (kind === NEW_PENDING) return options.pending(message?.params?.result);
    lastHeadAt = Date.now();
    options.newHead();
  });
  // A failed connection also emits `close`, which reconnects.
  socket.on('error', () => undefined);
  socket.once('close', () => clearInterval(check));
  return socket;
}

function subscribe(id: number, params: readonly unknown[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'eth_subscribe', params });
}

interface NodeMessage {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly params?: { readonly subscription?: string; readonly result?: unknown };
}

function parse(text: string): NodeMessage | null {
  try {
    return JSON.parse(text) as NodeMessage | null;
  } catch {
    return null;
  }
}
