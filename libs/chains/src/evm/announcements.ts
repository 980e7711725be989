import { backOffMs } from '@daybook/platform/plain';
import WebSocket from 'ws';

/** Every connection is pinged this often. If nothing arrives until the next ping, it is dead. */
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

interface NodeMessage {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly params?: { readonly subscription?: string; readonly result?: unknown };
}

/**
 * Subscribes to new heads and pending transactions, and reconnects for ever. Silence counts as a fault,
 * because a load balancer may lose the node without closing the connection. Polling finds missed blocks.
 */
export function listenForAnnouncements(options: AnnouncementOptions): { close(): void } {
  const { wsUrl, silenceMs, newHead, pending } = options;
  let socket: WebSocket;
  let retry: NodeJS.Timeout | undefined;
  /** Connections in a row that announced nothing. */
  let failures = 0;
  let isClosed = false;

  /** Opens one connection, which closes itself when it is dead. */
  function connect(): void {
    const opened = new WebSocket(wsUrl, {
      handshakeTimeout: 10_000,
      maxPayload: MESSAGE_BYTES_MAX,
    });
    socket = opened;
    /** The ids that the node gave to the two subscriptions. */
    const subscriptions = new Map<unknown, unknown>();
    let isAlive = true;
    let lastHeadAt = Date.now();
    const check = setInterval(() => {
      const isSilent = silenceMs !== null && Date.now() - lastHeadAt > silenceMs;
      if (!isAlive || isSilent) return opened.terminate();
      isAlive = false;
      if (opened.readyState === WebSocket.OPEN) opened.ping();
    }, PING_MS);
    opened.on('open', () => {
      opened.send(subscribe(NEW_HEADS, ['newHeads']));
      opened.send(subscribe(NEW_PENDING, ['newPendingTransactions', true]));
    });
    opened.on('pong', () => {
      isAlive = true;
    });
    opened.on('message', (data) => {
      isAlive = true;
      const { id, result, params } = parse(String(data));
      if (typeof result === 'string') return subscriptions.set(result, id);
      const kind = subscriptions.get(params?.subscription);
      if (kind === undefined) return;
      failures = 0;
      if (kind === NEW_PENDING) return pending(params?.result);
      lastHeadAt = Date.now();
      newHead();
    });
    // A failed connection also emits `close`, which reconnects.
    opened.on('error', () => undefined);
    opened.once('close', () => {
      clearInterval(check);
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
      socket.terminate();
    },
  };
}

function subscribe(id: number, params: readonly unknown[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'eth_subscribe', params });
}

function parse(text: string): NodeMessage {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
