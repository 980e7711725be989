import { reasonOf } from '@daybook/platform/plain';
import { EXIT, type ExitCode, Failure } from './exit-codes';
import type { Installation } from './installation';

/** The ledger answers in milliseconds, or says within seconds why it cannot. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The REST interface of the ledger, called with the operator's key. Rejects with `Failure` alone. */
export interface LedgerApi {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: object): Promise<Answer>;
}

/** A list without pages. */
export interface List<Entry> {
  readonly data: readonly Entry[];
}

/** A refusal as the ledger writes it (RFC 9457). */
interface ProblemBody {
  readonly detail: string;
  readonly errors?: readonly { readonly detail: string }[];
}

export function ledgerApi(
  { ledgerUrl, operatorKey, place }: Installation,
  interrupted: AbortSignal,
): LedgerApi {
  async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    if (ledgerUrl === null) {
      const right = 'Start one there, or say with DAYBOOK_LEDGER_URL where it is.';
      throw new Failure(`No ledger is known for ${place}. ${right}`, EXIT.usage);
    }
    if (operatorKey === null) {
      const right = 'Set DAYBOOK_OPERATOR_KEY; `npx daybook start` keeps a key in the data folder.';
      throw new Failure(`There is no key of an operator for ${place}. ${right}`, EXIT.usage);
    }
    const response = await fetch(ledgerUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${operatorKey}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([interrupted, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    }).catch((error) => {
      if (interrupted.aborted) throw error;
      const sentence = `The ledger at ${ledgerUrl} does not answer: ${reasonOf(error)}`;
      throw new Failure(sentence, EXIT.unreachable, { cause: error });
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer as Answer;
    throw refusal(ledgerUrl, response.status, answer as ProblemBody | null);
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
  };
}

function refusal(url: string, status: number, problem: ProblemBody | null): Failure {
  if (status === 401) {
    const right = 'Set DAYBOOK_OPERATOR_KEY to a key that it knows.';
    return new Failure(`The ledger at ${url} refuses the operator's key. ${right}`, EXIT.usage);
  }
  const said = problem?.errors?.map(({ detail }) => detail).join(' ') || problem?.detail;
  const sentence = said ?? `The ledger at ${url} answers with HTTP status ${status}.`;
  return new Failure(sentence, exitCodeOf(status));
}

function exitCodeOf(status: number): ExitCode {
  if (status === 400 || status === 403 || status === 422) return EXIT.usage;
  return status === 503 ? EXIT.unreachable : EXIT.failed;
}
