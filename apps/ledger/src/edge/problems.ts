import { REFUSALS, type RefusalCode, type RefusalKind } from '@daybook/domain';

/** The gRPC statuses that a problem may have (google.rpc.Code). */
export type RpcStatus =
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

interface Texts {
  readonly title: string;
  /** When it happens. */
  readonly when: string;
  /** What the client can do. */
  readonly remedy: string;
}

/** A problem. Clients rely on its code and statuses: they never change. `docs/errors.md` lists all. */
export interface ProblemEntry extends Texts {
  /** Over REST. */
  readonly status: number;
  /** Over gRPC. */
  readonly rpc: RpcStatus;
}

/** The statuses over REST and gRPC. */
type Statuses = readonly [status: number, rpc: RpcStatus];

/** The statuses of the domain's refusals. */
const STATUSES: Readonly<Record<RefusalKind, Statuses>> = {
  invalid: [400, 'INVALID_ARGUMENT'],
  'not-found': [404, 'NOT_FOUND'],
  exists: [409, 'ALREADY_EXISTS'],
  'wrong-state': [409, 'FAILED_PRECONDITION'],
  'not-available': [422, 'FAILED_PRECONDITION'],
  unknown: [422, 'INVALID_ARGUMENT'],
};

/** The refusals of the edges, and the failures behind them. */
const EDGE = {
  'validation-failed': {
    statuses: [400, 'INVALID_ARGUMENT'],
    title: 'The request is invalid',
    when: 'A field, parameter or id is missing, unknown, repeated, of the wrong type or out of bounds.',
    remedy:
      'Correct the fields that `errors` lists; each entry says where the fault is and what is expected.',
  },
  'malformed-json': {
    statuses: [400, 'INVALID_ARGUMENT'],
    title: 'The body is not JSON',
    when: 'The body is empty, not UTF-8, not JSON, nested too deeply, or names `__proto__`.',
    remedy: 'Send one JSON object in UTF-8.',
  },
  'malformed-request': {
    statuses: [400, 'INVALID_ARGUMENT'],
    title: 'The request is not valid HTTP',
    when: 'The request line, a header, the URL or the length of the body is malformed.',
    remedy: 'Fix the HTTP client: the fault is not in the content of the request.',
  },
  'idempotency-key-invalid': {
    statuses: [400, 'INVALID_ARGUMENT'],
    title: 'The idempotency key cannot be used',
    when: '`Idempotency-Key` is not 1 to 255 visible ASCII characters, or was sent twice.',
    remedy: 'Send one random key, such as a UUID.',
  },
  'invalid-cursor': {
    statuses: [400, 'INVALID_ARGUMENT'],
    title: 'The cursor is not from this list',
    when: 'The `cursor` is not one that this API returned, or comes from a list with other filters.',
    remedy: 'Start again without a cursor, and keep the filters while paging.',
  },
  'epoch-ended': {
    statuses: [410, 'FAILED_PRECONDITION'],
    title: 'The epoch of the event log has ended',
    when: 'The `cursor`, the `log` beside a position, or the header `daybook-log` is from another epoch of the event log, or from another log: the log was restored, and positions mean something else since.',
    remedy:
      'Start a list again without its cursor. A reader of events discards what it read beyond `validThrough` of the event `LogEpochBegun`, and continues after that position with the new `log`; `detail` says which.',
  },
  'as-of-in-future': {
    statuses: [422, 'OUT_OF_RANGE'],
    title: 'The moment is in the future',
    when: 'The position of `asOf` is beyond the end of the event log, or its time is later than now.',
    remedy: 'Ask for a past moment, or omit `asOf` for now.',
  },
  'as-of-too-early': {
    statuses: [422, 'OUT_OF_RANGE'],
    title: 'The resource did not exist yet',
    when: 'At the moment of `asOf` the customer or purse did not exist, or the log had not begun.',
    remedy: 'Ask for a later moment.',
  },
  unauthenticated: {
    statuses: [401, 'UNAUTHENTICATED'],
    title: 'A valid API key is needed',
    when: 'The key is missing, malformed, unknown or wrong; the answer does not say which.',
    remedy: 'Send `Authorization: Bearer dbk_...`.',
  },
  forbidden: {
    statuses: [403, 'PERMISSION_DENIED'],
    title: 'The key may not do this',
    when: 'The scopes of the key do not cover the request.',
    remedy: 'Use a key with the scope that `detail` names.',
  },
  'not-found': {
    statuses: [404, 'UNIMPLEMENTED'],
    title: 'No such route',
    when: 'Nothing is served at this path.',
    remedy: 'See `/docs` for the routes. Paths are case sensitive and have no trailing slash.',
  },
  'method-not-allowed': {
    statuses: [405, 'UNIMPLEMENTED'],
    title: 'The route does not have this method',
    when: 'The path exists with other methods only.',
    remedy: 'Use a method of the `Allow` header.',
  },
  'request-timeout': {
    statuses: [408, 'DEADLINE_EXCEEDED'],
    title: 'The request took too long to arrive',
    when: 'Headers or body did not arrive in time.',
    remedy: 'Send it again over a better connection.',
  },
  'idempotency-key-reused': {
    statuses: [409, 'ALREADY_EXISTS'],
    title: 'The idempotency key was used for another request',
    when: 'The key was used before with another method, path or body. Keys are kept for ever.',
    remedy: 'Send the same request again, or use a new key for a new one.',
  },
  conflict: {
    statuses: [409, 'ABORTED'],
    title: 'Concurrent changes of the same resource',
    when: 'Several attempts to write conflicted with changes by other requests.',
    remedy: 'Repeat the request, with the same `Idempotency-Key` if it had one.',
  },
  'precondition-failed': {
    statuses: [412, 'ABORTED'],
    title: 'The resource has changed',
    when: '`If-Match` names no version that the resource has now. Nothing was written.',
    remedy: 'Read the resource again, decide anew, and send the new `ETag`.',
  },
  'payload-too-large': {
    statuses: [413, 'RESOURCE_EXHAUSTED'],
    title: 'The body is too large',
    when: 'The body has more than 64 KiB.',
    remedy: 'Send less; no request needs that much.',
  },
  'uri-too-long': {
    statuses: [414, 'INVALID_ARGUMENT'],
    title: 'The URL is too long',
    when: 'A part of the path is longer than any id.',
    remedy: 'Check how the client builds the URL.',
  },
  'unsupported-media-type': {
    statuses: [415, 'UNIMPLEMENTED'],
    title: 'The body must be JSON',
    when: '`Content-Type` is missing or not `application/json`.',
    remedy: 'Send JSON with `Content-Type: application/json`.',
  },
  'rate-limited': {
    statuses: [429, 'RESOURCE_EXHAUSTED'],
    title: 'Too many requests',
    when: 'The key has used up its quota for operations of this tier, or the account that of an operation; `RateLimit-Policy` says how much that is.',
    remedy: 'Wait for the seconds in `Retry-After`.',
  },
  'headers-too-large': {
    statuses: [431, 'RESOURCE_EXHAUSTED'],
    title: 'The headers are too large',
    when: 'The request line and headers have more than 16 KiB.',
    remedy: 'Send fewer or shorter headers.',
  },
  'internal-error': {
    statuses: [500, 'INTERNAL'],
    title: 'An internal error of this service',
    when: 'An unexpected error occurred.',
    remedy: 'Repeat a read at once, a write with the same `Idempotency-Key`. Report `requestId`.',
  },
  'not-ready': {
    statuses: [503, 'UNAVAILABLE'],
    title: 'Not ready',
    when: 'A probe finds that requests cannot be answered now; `checks` says why.',
    remedy: 'Send requests elsewhere until the probe succeeds.',
  },
  'server-stopping': {
    statuses: [503, 'UNAVAILABLE'],
    title: 'The process is stopping',
    when: 'The process that served a stream is stopping.',
    remedy: 'Open the stream again after the `position` in the error; another process answers.',
  },
  overloaded: {
    statuses: [503, 'UNAVAILABLE'],
    title: 'The process is overloaded',
    when: 'Too many calls are in progress. The call was not started.',
    remedy: 'Repeat the call later, with exponential back-off.',
  },
  'too-many-streams': {
    statuses: [429, 'RESOURCE_EXHAUSTED'],
    title: 'Too many streams',
    when: 'The account, or all accounts together, have reached the limit of open streams of this process.',
    remedy: 'Close a stream that is not needed, or combine two streams into one.',
  },
  'too-many-waiting': {
    statuses: [429, 'RESOURCE_EXHAUSTED'],
    title: 'Too many reads wait for a position',
    when: 'The key already has 256 reads at this process that wait for `minPosition` or `asOf`.',
    remedy: 'Repeat the request after `Retry-After`, and send fewer such reads at once.',
  },
  'position-not-in-log': {
    statuses: [400, 'OUT_OF_RANGE'],
    title: 'The log does not have this position',
    when: 'The position in the request is beyond the end of the event log.',
    remedy: 'Check whether the position comes from this service.',
  },
  'outcome-unknown': {
    statuses: [503, 'UNAVAILABLE'],
    title: 'It is not known whether the command took effect',
    when: 'The event log did not answer in time, or the connection to it broke while it was writing.',
    remedy: 'Repeat the request with the same `Idempotency-Key`: it takes effect once.',
  },
  'position-not-reached': {
    statuses: [503, 'UNAVAILABLE'],
    title: 'The position is not visible yet',
    when: 'The read models did not reach the position of `minPosition` within 5 seconds.',
    remedy: 'Repeat the request after `Retry-After`.',
  },
  timeout: {
    statuses: [503, 'DEADLINE_EXCEEDED'],
    title: 'The answer took too long',
    when: 'The request was not answered within its time limit.',
    remedy: 'Repeat a read later, a write with the same `Idempotency-Key`.',
  },
  'stream-incomplete': {
    statuses: [409, 'FAILED_PRECONDITION'],
    title: 'Events of the resource are gone',
    when: 'Somebody deleted events of the resource from the event log, or a restore brought back a part of it. Nothing was decided.',
    remedy: 'Ask the operator of this service to restore the events.',
  },
  'wrong-log': {
    statuses: [503, 'UNAVAILABLE'],
    title: 'The event log is another one',
    when: 'The event log is not the one from which the tables come, or it was restored from an older backup. Nothing was written.',
    remedy:
      'Repeat the request when the operator of this service has put the log right; `/readyz` says what is wrong.',
  },
  unavailable: {
    statuses: [503, 'UNAVAILABLE'],
    title: 'The service is unavailable',
    when: 'The database or the event log cannot be reached. Nothing was written.',
    remedy: 'Repeat the request later.',
  },
} as const satisfies Record<string, Texts & { statuses: Statuses }>;

function entryOf([status, rpc]: Statuses, { title, when, remedy }: Texts): ProblemEntry {
  return { status, rpc, title, when, remedy };
}

/** Every problem that a client can get: refusals of the domain and of the edges, and failures. */
export const PROBLEMS = Object.fromEntries([
  ...Object.entries(REFUSALS).map(([code, entry]) => [code, entryOf(STATUSES[entry.kind], entry)]),
  ...Object.entries(EDGE).map(([code, entry]) => [code, entryOf(entry.statuses, entry)]),
]) as Readonly<Record<ProblemCode, ProblemEntry>>;

export type ProblemCode = RefusalCode | keyof typeof EDGE;

/** The `type` of a problem: a URN, not an address, so that it stays valid when hosts change. */
export function problemType(code: ProblemCode): string {
  return `urn:daybook:problem:${code}`;
}
