import { reasonOf } from '@daybook/platform/plain';
import { callService } from './call-service';
import { EXIT, type ExitCode, Failure } from './exit-codes';

/** The ledger answers in milliseconds, or says within seconds why it cannot. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The REST interface of a ledger. Rejects with `Failure`, or with the reason of an abort. */
export interface LedgerApi {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: object): Promise<Answer>;
}

/** A list that has no pages, or its first page. */
export interface List<Entry> {
  readonly data: readonly Entry[];
}

/** A page of a list. */
interface ListPage<Entry> extends List<Entry> {
  readonly nextCursor: string | null;
}

/** All entries of a list, page by page. */
export async function wholeList<Entry>(api: LedgerApi, path: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
    const page: ListPage<Entry> = await api.get(`${path}?${query}`);
    entries.push(...page.data);
    cursor = page.nextCursor;
  }
  return entries;
}

/** A refusal as the ledger writes it (RFC 9457). */
interface ProblemBody {
  readonly detail: string;
  readonly errors?: readonly { readonly detail: string }[];
}

interface LedgerApiOptions {
  readonly signal?: AbortSignal;
  readonly keyVariable?: string;
  /** The file of the ledger's own certificate. */
  readonly certificate?: string | undefined;
}

export function ledgerApi(
  url: string,
  key: string,
  { signal, keyVariable = 'DAYBOOK_OPERATOR_KEY', certificate }: LedgerApiOptions = {},
): LedgerApi {
  async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await callService(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      certificate,
    }).catch((error) => {
      if (signal?.aborted) throw error;
      const sentence = `The ledger at ${url} does not answer: ${reasonOf(error)}`;
      throw new Failure(sentence, EXIT.unreachable, { cause: error });
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer as Answer;
    throw refusal(url, response.status, answer as ProblemBody | null, keyVariable);
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
  };
}

function refusal(
  url: string,
  status: number,
  problem: ProblemBody | null,
  keyVariable: string,
): Failure {
  if (status === 401) {
    const right = `Set ${keyVariable} to a key that was issued there and is active.`;
    const whose = keyVariable === 'DAYBOOK_OPERATOR_KEY' ? "operator's" : "account's";
    return new Failure(`The ledger at ${url} refuses the ${whose} key. ${right}`, EXIT.usage);
  }
  const said = problem?.errors?.map(({ detail }) => detail).join(' ') || problem?.detail;
  const sentence = said ?? `The ledger at ${url} answers with HTTP status ${status}.`;
  return new Failure(sentence, exitCodeOf(status));
}

function exitCodeOf(status: number): ExitCode {
  if (status === 400 || status === 403 || status === 422) return EXIT.usage;
  return status === 503 ? EXIT.unreachable : EXIT.failed;
}
