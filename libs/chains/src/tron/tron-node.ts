import type { QuotaBudget } from '../chain-client';
import {
  createNodeHttp,
  type NodeHttp,
  type NodeHttpOptions,
  RpcFailure,
  SHORT_BYTES_MAX,
  textOf,
  type Unparsed,
} from '../node-http';
import { AnswerFailure, parseAnswer } from './answer';
import { createCallCounter } from './call-budget';

/**
 * Statuses by which TronGrid limits requests: 429, 403 beyond the quota (for 30 s), 503 beyond the requests per
 * second (developers.tron.network, "Rate limits"). java-tron itself only delays.
 */
const LIMIT_STATUSES = [429, 403, 503];
/** java-tron refuses with HTTP status 200 and these words when it has too much to do. */
const LIMIT_WORDS = /lack of computing resources|rate limit|too many requests/i;

export interface TronNodeOptions
  extends Pick<NodeHttpOptions, 'timeoutMs' | 'responseBytesMax' | 'perSecondMax'> {
  /** Of the full port: calls of `/wallet/`. */
  readonly fullUrl: string;
  /** Of the solidity port: calls of `/walletsolidity/`. Null if the full URL has both, as providers do. */
  readonly solidityUrl: string | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly callsPerDay?: number | null | undefined;
}

/** The HTTP API of a TRON node. Both reject with `RpcFailure`. */
export interface TronNode {
  /** What the node sees now, by the name of the call, such as `getblock`. */
  full(call: string, body: object): Promise<unknown>;
  /** The same; a large answer is left unparsed, for a thread that parses it. */
  fullUnparsed(call: string, body: object): Promise<Unparsed>;
  /** What is irreversible. */
  solid(call: string, body: object): Promise<unknown>;
  budget(): QuotaBudget;
  /** The Unix milliseconds before which a rate limit forbids requests; null if there is none. */
  restsUntil(): number | null;
}

/** Addresses and bytes are asked for and answered as hexadecimal digits, which is the default of java-tron. */
export function createTronNode(options: TronNodeOptions): TronNode {
  const { fullUrl, solidityUrl, callsPerDay = null, ...rest } = options;
  const counter = createCallCounter(callsPerDay);
  const open = (url: string) =>
    createNodeHttp({ ...rest, url, limitStatuses: LIMIT_STATUSES, onRequest: counter.count });
  const full = open(fullUrl);
  // One limit for one host.
  const solid = solidityUrl === null || solidityUrl === fullUrl ? full : open(solidityUrl);
  return {
    full: (call, body) => ask(full, `wallet/${call}`, body, readTronAnswer),
    fullUnparsed: (call, body) => ask(full, `wallet/${call}`, body, readUnparsed),
    solid: (call, body) => ask(solid, `walletsolidity/${call}`, body, readTronAnswer),
    budget: counter.budget,
    restsUntil: () => full.restsUntil() ?? solid.restsUntil(),
  };
}

const WRONG_PORT =
  'The full port (rpcUrl) serves /wallet/, the solidity port (solidityUrl) serves /walletsolidity/.';
/** What is probably wrong, by the HTTP status. */
const HINTS: Readonly<Record<number, string>> = {
  401: "The provider's key belongs into headers, such as TRON-PRO-API-KEY.",
  404: WRONG_PORT,
  405: WRONG_PORT,
};

type Read<T> = (body: Buffer, path: string, http: NodeHttp) => T;

async function ask<T>(http: NodeHttp, path: string, body: object, read: Read<T>): Promise<T> {
  const question = { name: path, path, body: JSON.stringify(body) };
  try {
    return await http.ask(question, (body) => read(body, path, http));
  } catch (error) {
    const hint = error instanceof RpcFailure ? HINTS[error.status ?? 0] : undefined;
    if (!(error instanceof RpcFailure) || hint === undefined) throw error;
    throw new RpcFailure(`${error.message} ${hint}`, error.kind, error.status, error.isQuoting);
  }
}

/** What a node answered. Rejects with `RpcFailure` if that is an error. */
export function readTronAnswer(body: Buffer, path: string, { host, quote }: NodeHttp): unknown {
  try {
    return parseAnswer(textOf(body));
  } catch (error) {
    if (!(error instanceof AnswerFailure)) throw error;
    const { reason, words } = error;
    switch (reason) {
      case 'nothing':
        throw new RpcFailure(`${host} answered ${path} with nothing.`, 'passing');
      case 'not-json': {
        // Another node behind the same URL may answer.
        const said = `${host} answered ${path} with something that is not JSON: ${quote(words)}`;
        const kind = LIMIT_WORDS.test(words) ? 'limited' : 'passing';
        throw new RpcFailure(said, kind, null, true);
      }
      case 'error': {
        const kind = LIMIT_WORDS.test(words) ? 'limited' : 'refused';
        throw new RpcFailure(`${host} refused ${path}: ${quote(words)}.`, kind, null, true);
      }
    }
  }
}

const START_BYTES = 64;
/** The start of a JSON object or list that is no error of java-tron. */
const NO_ERROR = /^\s*(?:\{\s*"(?!Error"|error")|\[)/;

function readUnparsed(body: Buffer, path: string, http: NodeHttp): Unparsed {
  const isLong =
    body.length > SHORT_BYTES_MAX && NO_ERROR.test(textOf(body.subarray(0, START_BYTES)));
  return isLong ? { bytes: body } : { result: readTronAnswer(body, path, http) };
}
