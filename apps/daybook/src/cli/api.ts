import { operatorKeyOf } from '../data-folder';
import { EXIT, type ExitCode, Failure } from './exit-codes';
import type { Operation } from './operate';

/** A read may wait 5 seconds for a position. */
const TIMEOUT_MS = 15_000;

/** The operations of the ledger over REST, with the key of an operator. */
export interface LedgerApi {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: object): Promise<Answer>;
}

/** How commands end that the ledger refuses with these statuses; all others fail. */
const EXIT_CODES: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.usage,
  403: EXIT.usage,
  422: EXIT.usage,
  503: EXIT.unreachable,
};

/** Opens the API of the ledger that a command is about. What the ledger refuses is a `Failure`. */
export function ledgerApi({ installation, signal }: Operation): LedgerApi {
  const { folder, environment, ledgerUrl, place } = installation;
  if (ledgerUrl === null) {
    throw new Failure(
      `It is not known where the ledger of ${place} is. Start it, or name it with DAYBOOK_LEDGER_URL.`,
      EXIT.usage,
    );
  }
  const key = environment.DAYBOOK_OPERATOR_KEY || (folder && operatorKeyOf(folder));
  if (!key) {
    throw new Failure('Name the key of an operator with DAYBOOK_OPERATOR_KEY.', EXIT.usage);
  }
  async function request<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${ledgerUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch((cause) => {
      if (signal.aborted) throw cause;
      const sentence = `The ledger at ${ledgerUrl} does not answer.`;
      throw new Failure(sentence, EXIT.unreachable, { cause });
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new Failure(sentenceOf(text), EXIT_CODES[response.status] ?? EXIT.failed);
  }
  return {
    get: (path) => request('GET', path),
    post: (path, body) => request('POST', path, body),
  };
}

/** What an answer with a problem (RFC 9457) says, fault by fault. */
function sentenceOf(text: string): string {
  try {
    const { detail, title, errors = [] } = JSON.parse(text);
    const faults = errors.map((fault: { detail: string }) => fault.detail);
    return faults.join(' ') || detail || title;
  } catch {
    return 'The ledger answered with something else than JSON. Check DAYBOOK_LEDGER_URL.';
  }
}
