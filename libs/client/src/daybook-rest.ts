import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DaybookProblem, type ProblemBody } from './daybook-problem';
import { ROUTES } from './generated/api';
import {
  type AnswerOf,
  type ItemOf,
  type ListId,
  type OperationId,
  type RequestOf,
  read,
} from './rest-types';

/** The address of Daybook, and the key. */
export interface DaybookRestOptions {
  /** Such as `https://daybook.example`. */
  readonly url: string;
  /** An API key: `dbk_...`, or that of an operator. */
  readonly apiKey: string;
  /** The time for a whole call, including retries; 10 s by default. */
  readonly timeoutMs?: number;
  /** In place of the global `fetch`, as for certificates of one's own. */
  readonly fetch?: typeof fetch;
}

/** The settings of one call. */
export interface RestSettings {
  /** Of a command; a new one by default. */
  readonly idempotencyKey?: string;
  /** The `etagOf` an earlier answer: the command is refused with `precondition-failed` if the resource has changed. */
  readonly ifMatch?: string;
  readonly timeoutMs?: number;
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Long enough for a write on a busy cluster and for the wait until it is visible. */
const TIMEOUT_MS = 10_000;
const API_KEY = /^db[ko]_[\x21-\x7e]+$/;
/** The first and the longest pause before a retry, where the service names none. Randomised, so that clients spread out. */
const WAIT_MS_FIRST = 100;
const WAIT_MS_MAX = 2_000;

/** By the answer that it came with. */
const ETAGS = new WeakMap<object, string>();

/** The `ETag` of an answer; null if it has none. */
export function etagOf(answer: object): string | null {
  return ETAGS.get(answer) ?? null;
}

/**
 * Daybook over REST: every operation of the API document by its name, with its types. Amounts come as bigint. A call is
 * repeated where that is safe, until its time is over: without an answer, when the service is not available, and after a
 * quota is whole again. Queries change nothing, and every command has an idempotency key. Rejects with a `DaybookProblem`.
 */
export class DaybookRest {
  private readonly url: string;
  private readonly timeoutMs: number;
  private readonly send: typeof fetch;

  /** Throws a `TypeError` for invalid options, which never repeats the key. */
  constructor(private readonly options: DaybookRestOptions) {
    if (!API_KEY.test(options.apiKey)) {
      throw new TypeError('The API key is invalid: it begins with dbk_ and has no spaces.');
    }
    this.url = new URL(options.url).href.replace(/\/$/, '');
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.send = options.fetch ?? fetch;
  }

  /** Calls an operation: `call('mintPurse', { customerId, family: 'evm' })`. */
  async call<Id extends OperationId>(
    operation: Id,
    request: RequestOf<Id>,
    settings: RestSettings = {},
  ): Promise<AnswerOf<Id>> {
    const sent = this.prepared(operation, request as Readonly<Record<string, unknown>>, settings);
    const deadline = performance.now() + (settings.timeoutMs ?? this.timeoutMs);
    for (let attempt = 0; ; attempt++) {
      settings.signal?.throwIfAborted();
      try {
        return (await this.attempt(sent, deadline, settings.signal)) as AnswerOf<Id>;
      } catch (error) {
        settings.signal?.throwIfAborted();
        if (!(error instanceof DaybookProblem) || !isWorthRepeating(error)) throw error;
        const waitMs = error.parts.retryAfterMs ?? backOffMs(attempt);
        // What cannot be answered in time is not waited for.
        if (performance.now() + waitMs >= deadline) throw error;
        await sleep(waitMs, undefined, settings.signal ? { signal: settings.signal } : {}).catch(
          () => settings.signal?.throwIfAborted(),
        );
      }
    }
  }

  /** Everything that a list has, page by page, each fetched when it is needed. */
  async *items<Id extends ListId>(
    operation: Id,
    request: RequestOf<Id>,
    settings: RestSettings = {},
  ): AsyncGenerator<ItemOf<Id>, void, void> {
    let cursor: string | null = null;
    do {
      // The types know that the request of a list takes a cursor, but not for an operation yet to be named.
      const asked =
        cursor === null ? request : ({ ...(request as object), cursor } as typeof request);
      const page = (await this.call(operation, asked, settings)) as {
        readonly data: readonly ItemOf<Id>[];
        readonly nextCursor: string | null;
      };
      yield* page.data;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  private prepared(
    operation: OperationId,
    request: Readonly<Record<string, unknown>>,
    settings: RestSettings,
  ): Prepared {
    const [method = '', template = ''] = ROUTES[operation].split(' ');
    const fields = { ...request };
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(fields[name] ?? '');
      delete fields[name];
      // It would be another path.
      if (/^\.{0,2}$/.test(value)) throw new TypeError(`${operation} needs ${name}.`);
      return encodeURIComponent(value);
    });
    const headers: Record<string, string> = { authorization: `Bearer ${this.options.apiKey}` };
    if (settings.ifMatch !== undefined) headers['if-match'] = settings.ifMatch;
    if (method === 'GET') {
      const given = Object.entries(fields).filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(
        given.map(([name, value]): [string, string] => [name, String(value)]),
      );
      const url = `${this.url}${path}${given.length === 0 ? '' : `?${query}`}`;
      return { operation, url, init: { method, headers }, idempotencyKey: undefined };
    }
    const idempotencyKey = settings.idempotencyKey ?? randomUUID();
    const ofCommand = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
    const body = JSON.stringify(fields, (_, value) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    const init = { method, headers: { ...headers, ...ofCommand }, body };
    return { operation, url: this.url + path, init, idempotencyKey };
  }

  private async attempt(
    { operation, url, init, idempotencyKey }: Prepared,
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    const over = AbortSignal.timeout(leftMs);
    const about = { operation, idempotencyKey, errors: [], retryAfterMs: null, requestId: null };
    let response: Response;
    let text: string;
    try {
      response = await this.send(url, {
        ...init,
        signal: signal ? AbortSignal.any([signal, over]) : over,
      });
      text = await response.text();
    } catch (cause) {
      throw new DaybookProblem('There was no answer.', null, null, about, { cause });
    }
    const body = parsed(text);
    if (response.ok && typeof body === 'object' && body !== null) {
      const answer = read(body) as object;
      const etag = response.headers.get('etag');
      if (etag !== null) ETAGS.set(answer, etag);
      return answer;
    }
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1_000 : null;
    const { status } = response;
    // Of a proxy in between, for example.
    if (!isProblem(body)) {
      const said = `The answer is no answer of Daybook, with status ${status}.`;
      throw new DaybookProblem(said, null, status, { ...about, retryAfterMs });
    }
    const { code, detail, errors = [], requestId } = body;
    throw new DaybookProblem(detail, code, status, { ...about, errors, retryAfterMs, requestId });
  }
}

interface Prepared {
  readonly operation: OperationId;
  readonly url: string;
  readonly init: RequestInit;
  /** Only of a command. */
  readonly idempotencyKey: string | undefined;
}

/** Whether the same request may be answered later: it got no answer, the service is busy, or a quota is used up. */
function isWorthRepeating({ status, code }: DaybookProblem): boolean {
  return status === null || status === 429 || status >= 502 || code === 'conflict';
}

function backOffMs(attempt: number): number {
  const longest = Math.min(WAIT_MS_FIRST * 2 ** attempt, WAIT_MS_MAX);
  return longest * (0.5 + Math.random() / 2);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProblem(body: unknown): body is ProblemBody {
  if (typeof body !== 'object' || body === null) return false;
  const { code, detail } = body as Partial<ProblemBody>;
  return typeof code === 'string' && typeof detail === 'string';
}
