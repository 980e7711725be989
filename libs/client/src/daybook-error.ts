import { googleRpc } from '@daybook/contracts';
import { type ServiceError, status } from '@grpc/grpc-js';

/** An invalid field of the request, by its name in the .proto files. */
export interface WrongField {
  readonly field: string;
  readonly description: string;
}

/** The canonical gRPC statuses. */
export type StatusName = Extract<keyof typeof status, string>;

/** The failed call. */
export interface Called {
  /** Such as `CustomerService.CreateCustomer`. */
  readonly method: string;
  /** The `requestId` of a command. */
  readonly requestId?: string | undefined;
}

/**
 * A call that Daybook refused, or that did not reach it. Rely on `code`: it never changes and is the same
 * over REST. `docs/errors.md` explains each code and what to do.
 */
export class DaybookError extends Error {
  override readonly name = 'DaybookError';

  constructor(
    message: string,
    /** Such as `customer-blocked`; null if the error is not from Daybook, such as a timeout. */
    readonly code: string | null,
    /** The canonical status, such as `NOT_FOUND` or `UNAVAILABLE`. */
    readonly status: StatusName,
    readonly parts: {
      readonly called: Called;
      /** The invalid fields; empty unless `code` is `validation-failed`. */
      readonly fields: readonly WrongField[];
      /** Other values for programs, such as `position` after the end of a stream. */
      readonly facts: Readonly<Record<string, string>>;
      /** How long to wait before a retry; null if waiting does not help. */
      readonly retryAfterMs: number | null;
      /** The id of this call in the service's log lines. */
      readonly callId: string | null;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /**
   * Whether the command may have taken effect although its answer is missing. Repeat the call with
   * `parts.called.requestId` to find out; it takes effect only once.
   */
  get isOutcomeUnknown(): boolean {
    return this.parts.called.requestId !== undefined && this.isUnanswered;
  }

  /** Whether the call may not have reached the service. The service would refuse other calls again. */
  get isUnanswered(): boolean {
    return UNANSWERED.has(this.status);
  }
}

const UNANSWERED: ReadonlySet<StatusName> = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'CANCELLED',
  'INTERNAL',
  'UNKNOWN',
]);
const DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'daybook';
const TYPE_PREFIX = 'type.googleapis.com/google.rpc.';

/** The error of a call, with the details that the service sent. */
export function daybookError(error: ServiceError, called: Called): DaybookError {
  const { ErrorInfo, RetryInfo, BadRequest, RequestInfo } = googleRpc;
  const info = detailOf(error, 'ErrorInfo', ErrorInfo);
  const isOurs = info?.domain === DOMAIN;
  const delay = detailOf(error, 'RetryInfo', RetryInfo)?.retryDelay;
  const violations = detailOf(error, 'BadRequest', BadRequest)?.fieldViolations ?? [];
  const parts = {
    called,
    fields: violations.map(({ field, description }) => ({ field, description })),
    facts: isOurs ? info.metadata : {},
    retryAfterMs: delay ? Number(delay.seconds) * 1_000 + delay.nanos / 1e6 : null,
    callId: detailOf(error, 'RequestInfo', RequestInfo)?.requestId ?? null,
  };
  const name = status[error.code] as StatusName;
  const said = error.details || error.message;
  const fields = parts.fields.map(({ description }) => description).join(' ');
  const message = `${called.method}: ${fields === '' || said.includes(fields) ? said : `${said} ${fields}`}`;
  return new DaybookError(message, isOurs ? info.reason : null, name, parts, { cause: error });
}

/** A detail of an error; undefined if there is none, or if a proxy has damaged the trailer. */
function detailOf<Message>(
  { metadata }: ServiceError,
  name: string,
  type: { decode(bytes: Uint8Array): Message },
): Message | undefined {
  const [bytes] = metadata.get(DETAILS_KEY);
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const { details } = googleRpc.Status.decode(bytes);
    const detail = details.find(({ typeUrl }) => typeUrl === TYPE_PREFIX + name);
    return detail && type.decode(detail.value);
  } catch {
    return undefined;
  }
}
