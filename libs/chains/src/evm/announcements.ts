import { backOffMs } from '@daybook/platform/plain';
import WebSocket from 'ws';
import type { Listening } from '../chain-client';

/** Every connection is pinged this often. If nothing arrives until the next ping, it is dead. */
const PING_MS = 15_000;
const RECONNECT = { firstMs: 500, longestMs: 30_000 };
/** The largest pending transactions (rollup data) are about 130 kB. */
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

/** Each new head is a reason to poll. More than these would only cost requests, and several nodes announce each block. */
const NEW_HEADS_MS_MIN = 100;

const NEW_HEADS = 1;
const NEW_PENDING = 2;

export interface AnnouncementOptions {
  readonly wsUrl: string;
  /** Sent with the handshake, such as a provider's key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
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
  const { wsUrl, headers, silenceMs, pending } = options;
  const newHead = atMostEvery(NEW_HEADS_MS_MIN, options.newHead);
  let socket: WebSocket;
  let retry: NodeJS.Timeout | undefined;
  /** Connections in a row that announced nothing. */
  let failures = 0;
  /** Whether the last connection was open and announced no block for too long. */
  let wasSilent = false;
  let isClosed = false;
  /** Why nothing is announced now; null while the connection is open. */
  let fault: string | null = null;

  /** Opens one connection, which closes itself when it is dead. */
  function connect(): void {
    const opened = new WebSocket(wsUrl, {
      handshakeTimeout: 10_000,
      maxPayload: MESSAGE_BYTES_MAX,
      headers,
    });
    socket = opened;
    /** The names that the node gave to the two subscriptions. */
    const subscriptions = { [NEW_HEADS]: '', [NEW_PENDING]: '' };
    let isAlive = true;
    let lastHeadAt = Date.now();
    let reason = 'it was closed';
    const check = setInterval(() => {
      const isSilent = silenceMs !== null && Date.now() - lastHeadAt > silenceMs;
      if (!isAlive || isSilent) {
        reason = isSilent ? 'it announced no new block' : 'it did not answer';
        wasSilent = isSilent;
        return opened.terminate();
      }
      isAlive = false;
      if (opened.readyState === WebSocket.OPEN) opened.ping();
    }, PING_MS);
    opened.on('open', () => {
      // After one that announced nothing, another open connection is no better yet.
      if (!wasSilent) fault = null;
      opened.send(subscribe(NEW_HEADS, ['newHeads']));
      opened.send(subscribe(NEW_PENDING, ['newPendingTransactions', true]));
    });
    opened.on('pong', () => {
      isAlive = true;
    });
    opened.on('message', (data) => {
      isAlive = true;
      const { id, result, params } = parse(String(data));
      const isAccepted = typeof result === 'string' && result !== '';
      if (id === NEW_PENDING && isAccepted) subscriptions[NEW_PENDING] = result;
      if (id === NEW_HEADS && isAccepted) {
        subscriptions[NEW_HEADS] = result;
      } else if (id === NEW_HEADS) {
        fault = `The WebSocket refuses to announce new blocks; they are found by polling.`;
      }
      const name = params?.subscription;
      if (typeof name !== 'string' || name === '') return;
      if (name === subscriptions[NEW_PENDING]) return pending(params?.result);
      if (name !== subscriptions[NEW_HEADS]) return;
      [failures, fault, wasSilent] = [0, null, false];
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
      newHead.cancel();
      socket.terminate();
    },
  };
}

/** Calls `work` at once, and after more calls once more when `ms` have passed. */
function atMostEvery(ms: number, work: () => void) {
  let waiting: NodeJS.Timeout | undefined;
  let calledAt = Number.NEGATIVE_INFINITY;
  function call(): void {
    waiting = undefined;
    calledAt = Date.now();
    work();
  }
  const limited = () => {
    const leftMs = calledAt + ms - Date.now();
    if (leftMs <= 0 && waiting === undefined) call();
    else waiting ??= setTimeout(call, leftMs);
  };
  return Object.assign(limited, { cancel: () => clearTimeout(waiting) });
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
  { wsUrl, headers }: { readonly wsUrl: string } & Pick<AnnouncementOptions, 'headers'>,
  blockTimeMs: number | null,
): Promise<AnnouncementTrial> {
  const usualMs = TRIAL_BLOCKS * (blockTimeMs ?? 0);
  const timeoutMs = Math.min(Math.max(usualMs, TRIAL_MS_MIN), TRIAL_MS_MAX);
  const seconds = timeoutMs / 1_000;
  return new Promise((resolve) => {
    const socket = new WebSocket(wsUrl, { maxPayload: MESSAGE_BYTES_MAX, headers });
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
