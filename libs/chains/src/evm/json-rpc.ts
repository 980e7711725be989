import { createNodeHttp, RpcFailure, SHORT_BYTES_MAX, textOf, type Unparsed } from '../node-http';
import { wordsOf } from '../node-words';
import { jsonOf } from '../quoted';
import { isNoError } from './result-of';

/** Sends requests to one node. Rejects with `RpcFailure`. */
export interface JsonRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
  /** The same request; a large answer is left unparsed, for a thread that parses it. */
  sendUnparsed?(method: string, params: readonly unknown[]): Promise<Unparsed>;
  /** One request for each of `params` in a single batch. The results are in their order. */
  sendBatch?(method: string, params: readonly (readonly unknown[])[]): Promise<unknown[]>;
}

/** Too many requests: EIP-1474, the HTTP status as a code, and codes of their own that providers use. */
const LIMIT_CODES: ReadonlySet<unknown> = new Set([429, -32_005, -32_029, -32_090, -32_097]);
/** How providers say that there were too many requests, or that the plan is used up, under other codes. */
const LIMIT_WORDS =
  /too many requests|rate.?limit|throttl|quota|(requests?|credits?|capacity|compute units?|daily|monthly)\b.{0,40}\b(limit|exceeded|exhausted|reached)|limit (exceeded|reached)|exceeded .{0,40}\b(limit|capacity)/i;
/** Limits of one request, not of their number. */
const OTHER_LIMITS = /batch|size|range|results|\bgas\b/i;
/** 402: the plan is used up. A 403 is an origin or a key that the provider refuses, unless its words say more. */
const LIMIT_STATUSES = [402, 429];
/** Internal errors and what may pass. Other errors are refusals, also where they come with an HTTP status. */
const PASSING_WORDS = /-32603|internal|time.?out|timed out|try again|temporar|unavailable|busy/i;

export interface JsonRpcOptions {
  readonly timeoutMs?: number;
  /** Sent with every request, such as a provider's key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly perSecondMax?: number | null;
}

/**
 * The largest answer that is parsed in this thread. A block with its receipts is larger, and left to another one. Far more
 * could use up the memory of the process: the objects of a list of empty lists take ten times the bytes of its text.
 */
const PARSED_BYTES_MAX = 32 * 1024 * 1024;
/** Answers with a result begin like this; all fields before it are short. */
const START_BYTES = 512;
const RESULT_START = /^\s*\{[^{[]{0,300}"result"\s*:/;

/** JSON-RPC over HTTP, one request per call. Only `sendBatch` sends batches: providers count or refuse them. */
export function createJsonRpc(url: string, options: JsonRpcOptions = {}): JsonRpc {
  const { host, quote, ask } = createNodeHttp({
    ...{ url, limitStatuses: LIMIT_STATUSES, kindOf: kindOfStatus },
    ...options,
  });
  let id = 0;

  function requestOf(method: string, params: readonly unknown[]) {
    id += 1;
    return { jsonrpc: '2.0', id, method, params };
  }

  function post<T>(method: string, body: unknown, read: (body: Buffer) => T): Promise<T> {
    return ask({ name: method, path: '', body: JSON.stringify(body) }, read);
  }

  function answerIn(body: Buffer, method: string): unknown {
    if (body.length > PARSED_BYTES_MAX) {
      const message = `${host} answered ${method} with an answer above ${PARSED_BYTES_MAX} bytes.`;
      throw new RpcFailure(message, 'refused');
    }
    const text = textOf(body);
    const answer = parse(text);
    if (answer !== undefined) return answer;
    if (text.trim() === '') {
      throw new RpcFailure(`${host} answered ${method} with an empty answer.`, 'passing');
    }
    // Not JSON-RPC (a proxy's page, a sentence): another node behind the same URL may answer.
    const words = quote(text);
    throw new RpcFailure(
      `${host} answered ${method} with something that is not JSON: ${words}`,
      isLimit(undefined, words) ? 'limited' : 'passing',
      null,
      true,
    );
  }

  function resultOf(answer: unknown, method: string): unknown {
    const { error, result } = Object(answer) as { error?: unknown; result?: unknown };
    if (error && (result === undefined || !isNoError(error))) {
      const { code } = Object(error) as { code?: unknown };
      const isShown = typeof code === 'number' || typeof code === 'string';
      const suffix = isShown ? ` (${quote(String(code))})` : '';
      const words = quote(wordsOf(error));
      const kind = isLimit(code, words) ? 'limited' : 'refused';
      throw new RpcFailure(`${host} refused ${method}: ${words}${suffix}.`, kind, null, true);
    }
    if (result === undefined) {
      const { code, message } = Object(answer) as { code?: unknown; message?: unknown };
      const words = quote(jsonOf(answer));
      // A gateway before the node has words of its own.
      const isLimited = isLimit(code, typeof message === 'string' ? message : words);
      throw new RpcFailure(
        `${host} answered ${method} without a result: ${words}`,
        isLimited ? 'limited' : 'passing',
        null,
        true,
      );
    }
    return result;
  }

  return {
    send: (method, params) =>
      post(method, requestOf(method, params), (body) => resultOf(answerIn(body, method), method)),
    sendUnparsed: (method, params) =>
      post(method, requestOf(method, params), (body) =>
        body.length > SHORT_BYTES_MAX && RESULT_START.test(textOf(body.subarray(0, START_BYTES)))
          ? { bytes: body }
          : { result: resultOf(answerIn(body, method), method) },
      ),
    sendBatch(method, params) {
      const requests = params.map((each) => requestOf(method, each));
      return post(method, requests, (body) => {
        const answers = answerIn(body, method);
        // A node that knows no batches answers with one error, or only the first request.
        if (!Array.isArray(answers)) resultOf(answers, method);
        const list: readonly unknown[] = Array.isArray(answers) ? answers : [];
        // A batch may be answered in any order.
        const byId = new Map(list.map((answer) => [idOf(answer), answer]));
        return requests.map((request) => {
          const answer = byId.get(String(request.id));
          if (answer !== undefined) return resultOf(answer, method);
          const message = `${host} answered a batch of ${requests.length} ${method} without an answer to each.`;
          throw new RpcFailure(message, 'refused');
        });
      });
    },
  };
}

/** The id of an answer in a batch, which some nodes send as text. */
function idOf(answer: unknown): string | null {
  const { id } = Object(answer) as { id?: unknown };
  return typeof id === 'number' || typeof id === 'string' ? String(id) : null;
}

function isLimit(code: unknown, words: string): boolean {
  // Some gateways write codes as text.
  if (LIMIT_CODES.has(typeof code === 'string' ? Number(code) : code)) return true;
  return LIMIT_WORDS.test(words) && !OTHER_LIMITS.test(words);
}

/**
 * What an error means that comes with an HTTP status: some nodes send refusals with status 400 or 500. Null if the
 * status decides.
 */
function kindOfStatus(status: number, text: string): RpcFailure['kind'] | null {
  const { error } = Object(parse(text)) as { error?: unknown };
  const words = error ? wordsOf(error) : text.slice(0, SHORT_BYTES_MAX);
  const { code } = Object(error) as { code?: unknown };
  if (status < 500 || error) {
    if (isLimit(code, words)) return 'limited';
  }
  const isRefusal = typeof code === 'number' && code <= -32_000 && code >= -32_768;
  return isRefusal && !PASSING_WORDS.test(`${code} ${words}`) ? 'refused' : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
