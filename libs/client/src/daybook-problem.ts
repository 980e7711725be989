/** One thing that is wrong with a request, and where. */
export interface RequestFault {
  readonly in: 'body' | 'query' | 'path' | 'header';
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** The body of a refusal (RFC 9457). */
export interface ProblemBody {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly RequestFault[];
}

/**
 * A request that Daybook refused, or that got no answer. Rely on `code`: it never changes and is the same over gRPC.
 * `docs/errors.md` explains each code and what to do.
 */
export class DaybookProblem extends Error {
  override readonly name = 'DaybookProblem';

  constructor(
    message: string,
    /** Such as `customer-blocked`; null if there was no answer of Daybook. */
    readonly code: string | null,
    /** The HTTP status; null without an answer. */
    readonly status: number | null,
    readonly parts: {
      readonly operation: string;
      /** Of a command. Repeat the call with it to find out what became of it. */
      readonly idempotencyKey?: string | undefined;
      /** What is wrong with the request; empty unless `code` is `validation-failed`. */
      readonly errors: readonly RequestFault[];
      /** How long to wait before a retry; null if the service does not say. */
      readonly retryAfterMs: number | null;
      /** The id of the request in the service's log lines; null without an answer. */
      readonly requestId: string | null;
    },
    options?: ErrorOptions,
  ) {
    super(`${parts.operation}: ${message}`, options);
  }

  /** Whether a command may have taken effect although its answer is missing. It takes effect only once. */
  get isOutcomeUnknown(): boolean {
    return this.parts.idempotencyKey !== undefined && (this.status === null || this.status >= 500);
  }
}
