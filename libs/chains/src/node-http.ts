import { isAscii } from 'node:buffer';
import { backOffMs, limiter, messageOf, pause } from '@daybook/platform/plain';
import { PostTimeout, post } from './http-post';
import { InvalidBlock } from './invalid-block';
import { isDense } from './is-dense';
import { basicOf, errorWordsIn, quoterOf } from './node-words';
import { createRateLimit } from './rate-limit';

/** The node did not answer, or refused. The message has the host, never the path with a provider's key. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';

  constructor(
    message: string,
    /**
     * `passing`: a retry may succeed. `limited`: too many requests, so a retry may succeed later. `silent`: no
     * answer in time. `refused`: it will never be answered.
     */
    readonly kind: 'passing' | 'limited' | 'silent' | 'refused',
    /** Of an answer with another HTTP status than success. */
    readonly status: number | null = null,
    /** Whether the message quotes the node. */
    readonly isQuoting = false,
  ) {
    super(message);
  }
}

/** What a failure is called where a node must not be quoted: its words are for operators, with whom it has a contract. */
const CATEGORIES: Readonly<Record<RpcFailure['kind'], string>> = {
  passing: 'The node answers with an error.',
  limited: 'The node limits requests.',
  silent: 'The node does not answer in time.',
  refused: 'The node refuses requests.',
};

/** What anybody may know of an error, on probes that need no key: never a word of a node. */
export function publicMessageOf(error: unknown): string {
  if (error instanceof RpcFailure && error.isQuoting) return CATEGORIES[error.kind];
  if (error instanceof InvalidBlock) return 'The node shows a block that cannot be proven.';
  return messageOf(error);
}

/** A healthy node answers within a second; a full block with receipts may take a few. */
const TIMEOUT_MS = 10_000;
/** Two retries cover a lost packet. The watcher handles and reports real outages. */
const ATTEMPTS_MAX = 3;
const BACK_OFF = { firstMs: 200, longestMs: 1_000 };
/** No request is sent for this long after a rate limit. TronGrid blocks for 30 s; others count per minute. */
const REST = { firstMs: 500, longestMs: 60_000 };
/** A provider may name the time itself (`Retry-After`), up to this. */
const REST_MS_MAX = 300_000;
/** A request waits for the end of a short rest. Of a longer one it fails at once, which the caller reports. */
const REST_WAIT_MS_MAX = 2_000;
/** Nodes and providers serve this many requests at once; more would only queue there. java-tron accepts 50 connections. */
const REQUESTS_MAX = 16;
/** Far more requests than a watch sends before it waits for answers. */
const WAITING_MAX = 1_000;
/** The receipts of the largest blocks are about 20 MB; beyond this, memory is at risk. */
const RESPONSE_BYTES_MAX = 128 * 1024 * 1024;
export interface NodeHttpOptions {
  /** May contain a provider's key, and a user name and password for basic authentication. */
  readonly url: string;
  /** Sent with every request, such as a provider's key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The HTTP statuses by which these nodes say that there were too many requests. */
  readonly limitStatuses: readonly number[];
  /** What an answer with another status than success means by its text; null if its status decides. */
  readonly kindOf?: (status: number, text: string) => RpcFailure['kind'] | null;
  readonly timeoutMs?: number | undefined;
  readonly responseBytesMax?: number | undefined;
  /** Requests that may be sent in a second; null for no limit. */
  readonly perSecondMax?: number | null | undefined;
  /** Called for each request that is sent. */
  readonly onRequest?: () => void;
}

export interface Question {
  /** What is asked, in messages. */
  readonly name: string;
  /** Follows the path of the URL. */
  readonly path: string;
  readonly body: string;
}

/** The result of a request, or the whole answer that contains it. Bytes are copied to a thread far faster than text. */
export type Unparsed = { readonly result: unknown } | { readonly bytes: Uint8Array };

/** Answers with an error are shorter. Longer answers are worth parsing in another thread. */
export const SHORT_BYTES_MAX = 16_384;

/** Sends requests to one node. */
export interface NodeHttp {
  readonly host: string;
  /** A node's words: shortened, on one line and without the keys of its URL and headers. */
  quote(words: string): string;
  /** What `read` makes of the answer. Repeats what passes. Rejects with `RpcFailure`. */
  ask<T>(question: Question, read: (body: Buffer) => T): Promise<T>;
  /** The Unix milliseconds before which a rate limit forbids requests; null if there is none. */
  restsUntil(): number | null;
}

/** Each request is a POST of JSON. Redirects are not followed: they would take the headers to another host. */
export function createNodeHttp(options: NodeHttpOptions): NodeHttp {
  const { limitStatuses, onRequest, kindOf = () => null } = options;
  const { timeoutMs = TIMEOUT_MS, responseBytesMax = RESPONSE_BYTES_MAX } = options;
  const rate = options.perSecondMax ? createRateLimit(options.perSecondMax) : null;
  const { host } = new URL(options.url);
  const { headers, urlOf } = addressed(options);
  const quote = quoterOf(options);
  const rest = createRest(host);
  const requests = limiter({
    runningMax: REQUESTS_MAX,
    waitingMax: WAITING_MAX,
    tooMany: (waiting) =>
      new RpcFailure(`${waiting} requests already wait for ${host}.`, 'passing'),
  });

  async function once<T>({ name, path, body }: Question, read: (body: Buffer) => T): Promise<T> {
    await rate?.take();
    onRequest?.();
    const request = { headers, body, timeoutMs, responseBytesMax };
    const answer = await post(urlOf(path), request).catch((error: unknown) => {
      throw unanswered(error, host, name, timeoutMs);
    });
    const { status, retryAfter } = answer;
    rest.asked(retryAfter);
    if (answer.body === null) {
      const message = `${host} answered ${name} with an answer above ${responseBytesMax} bytes.`;
      throw new RpcFailure(message, 'refused');
    }
    if (isDense(answer.body)) {
      const message = `${host} answered ${name} with ${answer.body.length} bytes of lists that are nearly empty.`;
      throw new RpcFailure(message, 'refused');
    }
    if (status < 200 || status > 299) {
      const text = textOf(answer.body);
      const words = quote(errorWordsIn(text));
      const message = `${host} answered ${name} with HTTP status ${status}${words && `: ${words}`}.`;
      if (limitStatuses.includes(status)) throw new RpcFailure(message, 'limited', status, true);
      const usual = status >= 500 ? 'passing' : 'refused';
      throw new RpcFailure(message, kindOf(status, text) ?? usual, status, true);
    }
    return read(answer.body);
  }

  async function askWithRetry<T>(question: Question, read: (body: Buffer) => T): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await rest.end(question.name);
      const sentAt = Date.now();
      try {
        const answer = await once(question, read);
        rest.passed(sentAt);
        return answer;
      } catch (error) {
        const kind = error instanceof RpcFailure ? error.kind : null;
        if (kind === 'limited') rest.limited(sentAt);
        const isRepeated = kind === 'passing' || (kind === 'limited' && !rest.isLong());
        if (!isRepeated || attempt === ATTEMPTS_MAX) throw error;
        if (kind === 'passing') await pause(backOffMs(attempt, BACK_OFF));
      }
    }
  }

  return {
    ...{ host, quote, restsUntil: rest.until },
    ask: (question, read) => requests.run(() => askWithRetry(question, read)),
  };
}

/** The pause of all requests to a node after it limited some. */
function createRest(host: string) {
  let until = 0;
  let failures = 0;
  let retryAfterMs = 0;
  const isLong = () => until - Date.now() > REST_WAIT_MS_MAX;
  return {
    isLong,
    until: () => (until > Date.now() ? until : null),
    /** Keeps for how long the provider asked for no further request. */
    asked(retryAfter: string | null): void {
      const seconds = Number(retryAfter ?? 0);
      const ms = Number.isNaN(seconds)
        ? Date.parse(retryAfter ?? '') - Date.now()
        : seconds * 1_000;
      retryAfterMs = ms > 0 ? Math.min(ms, REST_MS_MAX) : 0;
    },
    /** Requests that were sent together and limited together are one failure. */
    limited(sentAt: number): void {
      if (sentAt < until) return;
      failures += 1;
      until = Date.now() + Math.max(backOffMs(failures, REST), retryAfterMs);
    },
    passed(sentAt: number): void {
      if (sentAt >= until) failures = 0;
    },
    async end(name: string): Promise<void> {
      const ms = until - Date.now();
      if (isLong()) {
        const seconds = Math.ceil(ms / 1_000);
        throw new RpcFailure(
          `${host} limits requests, so ${name} is not asked for the next ${seconds} s.`,
          'limited',
        );
      }
      if (ms > 0) await pause(ms);
    },
  };
}

/** Moves the name and password of the URL to a header, because fetch refuses URLs that contain them. */
function addressed({ url, headers = {} }: NodeHttpOptions) {
  const base = new URL(url);
  const credentials = basicOf(base);
  base.username = '';
  base.password = '';
  const start = base.pathname.replace(/\/$/, '');
  const authorization = credentials === null ? {} : { authorization: `Basic ${credentials}` };
  return {
    headers: { ...authorization, ...headers, 'content-type': 'application/json' },
    urlOf(path: string): string {
      if (path === '') return base.href;
      const whole = new URL(base);
      whole.pathname = `${start}/${path}`;
      return whole.href;
    },
  };
}

function unanswered(error: unknown, host: string, name: string, timeoutMs: number): RpcFailure {
  if (error instanceof PostTimeout) {
    // No retry after such a long wait: report it to the caller.
    return new RpcFailure(`${host} did not answer ${name} within ${timeoutMs} ms.`, 'silent');
  }
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code.startsWith('Z_')) {
    const message = `${host} answered ${name} with a body that cannot be decompressed (${code}).`;
    return new RpcFailure(message, 'passing');
  }
  // Such as ECONNREFUSED.
  const reason = typeof code === 'string' ? ` (${code})` : '';
  return new RpcFailure(`${host} cannot be reached${reason}.`, 'passing');
}

/** The text of an answer, without the byte order mark that some servers send first: it is not JSON. */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Nearly all answers are ASCII, which is read several times faster.
  if (isAscii(buffer)) return buffer.toString('latin1');
  const text = buffer.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
