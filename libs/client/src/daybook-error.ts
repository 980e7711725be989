import { googleRpc } from '@daybook/contracts';
import { type ServiceError, status } from '@grpc/grpc-js';

/** A field of the request that is wrong, by its name in the .proto files. */
export interface WrongField {
  readonly field: string;
  readonly description: string;
}

/** The canonical statuses of gRPC. */
export type StatusName = Extract<keyof typeof status, string>;

/** What is known of a call whose answer is an error. */
export interface Called {
  /** Such as `CustomerService.CreateCustomer`. */
  readonly method: string;
  /** The `requestId` with which a command was sent. */
  readonly requestId?: string | undefined;
}

/**
 * A call that Daybook refused, or that did not reach it. Build on `code`: it never changes, and is the
 * same over REST; `docs/errors.md` says of each what it means and what helps.
 */
export class DaybookError extends Error {
  override readonly name = 'DaybookError';

  constructor(
    message: string,
    /** Such as `customer-blocked`; null when no Daybook said it, as when nobody answered in time. */
    readonly code: string | null,
    /** The canonical status, such as `NOT_FOUND` or `UNAVAILABLE`. */
    readonly status: StatusName,
    readonly parts: {
      readonly called: Called;
      /** What is wrong with the request; empty unless `code` is `validation-failed`. */
      readonly fields: readonly WrongField[];
      /** What else a program may need, such as `position` after the end of a stream. */
      readonly facts: Readonly<Record<string, string>>;
      /** How long to wait before asking again; null when waiting is not what helps. */
      readonly retryAfterMs: number | null;
      /** What the service calls this call in its log. */
      readonly callId: string | null;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /**
   * Whether the service may have done what was asked although it did not say so. The same call with
   * `parts.called.requestId` finds out, and never does it twice.
   */
  get isOutcomeUnknown(): boolean {
    return (
      this.parts.called.requestId !== undefined &&
      (this.status === 'UNAVAILABLE' ||
        this.status === 'DEADLINE_EXCEEDED' ||
        this.status === 'CANCELLED' ||
        this.status === 'INTERNAL' ||
        this.status === 'UNKNOWN')
    );
  }
}

const DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'daybook';
const TYPE_PREFIX = 'type.googleapis.com/google.rpc.';

/** The error of a call, with the details that the service sent along. */
export function daybookError(error: ServiceError, called: Called): DaybookError {
  const details = detailsOf(error);
  const info = find(details, 'ErrorInfo', googleRpc.ErrorInfo);
  const isOurs = info?.domain === DOMAIN;
  const delay = find(details, 'RetryInfo', googleRpc.RetryInfo)?.retryDelay;
  const parts = {
    called,
    fields: (find(details, 'BadRequest', googleRpc.BadRequest)?.fieldViolations ?? []).map(
      ({ field, description }) => ({ field, description }),
    ),
    facts: isOurs ? info.metadata : {},
    retryAfterMs: delay ? Number(delay.seconds) * 1_000 + delay.nanos / 1e6 : null,
    callId: find(details, 'RequestInfo', googleRpc.RequestInfo)?.requestId ?? null,
  };
  const name = status[error.code] as StatusName;
  const said = error.details || error.message;
  const fields = parts.fields.map(({ description }) => description).join(' ');
  const message = `${called.method}: ${fields === '' || said.includes(fields) ? said : `${said} ${fields}`}`;
  return new DaybookError(message, isOurs ? info.reason : null, name, parts, { cause: error });
}

type Detail = googleRpc.Status['details'][number];

/** What a proxy on the way made of the trailer is no reason to lose the error itself. */
function detailsOf({ metadata }: ServiceError): readonly Detail[] {
  const [bytes] = metadata.get(DETAILS_KEY);
  if (!Buffer.isBuffer(bytes)) return [];
  try {
    return googleRpc.Status.decode(bytes).details;
  } catch {
    return [];
  }
}

function find<Message>(
  details: readonly Detail[],
  name: string,
  type: { decode(bytes: Uint8Array): Message },
): Message | undefined {
  const detail = details.find(({ typeUrl }) => typeUrl === TYPE_PREFIX + name);
  try {
    return detail && type.decode(detail.value);
  } catch {
    return undefined;
  }
}
