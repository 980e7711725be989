import { backOffMs } from '@daybook/platform/plain';
import WebSocket from 'ws';
import type { Listening } from '../chain-client';

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
export function listenForAnnouncements(options: AnnouncementOptions): Listening {
  const { wsUrl, silenceMs, newHead, pending } = options;
  let socket: WebSocket;
  let retry: NodeJS.Timeout | undefined;
  /** Connections in a row that announced nothing. */
  let failures = 0;
  let isClosed = false;
  /** Why nothing can be announced now; null while the connection is open. */
  let fault: string | null = null;

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
    let reason = 'it was closed';
    const check = setInterval(() => {
      const isSilent = silenceMs !== null && Date.now() - lastHeadAt > silenceMs;
      if (!isAlive || isSilent) {
        reason = isSilent ? 'it announced no new block' : 'it did not answer';
        return opened.terminate();
      }
      isAlive = false;
      if (opened.readyState === WebSocket.OPEN) opened.ping();
    }, PING_MS);
    opened.on('open', () => {
      fault = null;
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
    opened.on('error', (error: NodeJS.ErrnoException) => {
      // A code such as ECONNREFUSED, or `Unexpected server response: 401`. Neither contains the URL.
      reason = error.code ?? error.message;
    });
    opened.once('close', () => {
      clearInterval(check);
      if (isClosed) return;
      failures += 1;
      fault = `The WebSocket is down (${reason}); new blocks are found by polling.`;
      retry = setTimeout(connect, backOffMs(failures, RECONNECT));
    });
  }

  connect();
  return {
    fault: () => fault,
    close() {
      isClosed = true;
      clearTimeout(retry);
      socket.terminate();
    },
  };
}

/** A handshake and two blocks of most chains. */
const TRIAL_MS_MIN = 5_000;
const TRIAL_MS_MAX = 15_000;
const TRIAL_BLOCKS = 2;

/** What one connection showed in `seconds`. `fault`: why it does not work; null if it does. */
export interface AnnouncementTrial {
  readonly fault: string | null;
  readonly heads: number;
  readonly seconds: number;
}

/** Opens one connection, subscribes to new heads and waits for one, a limited time. Never rejects. */
export function tryAnnouncements(
  wsUrl: string,
  blockTimeMs: number | null,
): Promise<AnnouncementTrial> {
  const usualMs = TRIAL_BLOCKS * (blockTimeMs ?? 0);
  const timeoutMs = Math.min(Math.max(usualMs, TRIAL_MS_MIN), TRIAL_MS_MAX);
  const seconds = timeoutMs / 1_000;
  return new Promise((resolve) => {
    const socket = new WebSocket(wsUrl, { maxPayload: MESSAGE_BYTES_MAX });
    let isSubscribed = false;
    function end(fault: string | null, heads = 0): void {
      clearTimeout(timer);
      resolve({ fault, heads, seconds });
      socket.terminate();
    }
    const timer = setTimeout(
      () => end(isSubscribed ? null : `it did not accept a subscription within ${seconds} s`),
      timeoutMs,
    );
    socket.on('open', () => socket.send(subscribe(NEW_HEADS, ['newHeads'])));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on('close', () => end('it was closed'));
    socket.on('message', (data) => {
      const { id, result, params } = parse(String(data));
      if (id === NEW_HEADS && typeof result !== 'string') return end('it refuses to subscribe');
      isSubscribed ||= id === NEW_HEADS;
      // On a chain whose blocks come on demand, there may be none for hours.
      if (params !== undefined) end(null, 1);
      else if (isSubscribed && blockTimeMs === null) end(null);
    });
  });
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
