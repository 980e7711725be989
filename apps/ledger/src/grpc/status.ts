import { googleRpc } from '@daybook/contracts';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import type { Fault, Problem } from '../edge/problem';
import { PROBLEMS } from '../edge/problems';

/** `google.rpc.ErrorInfo.domain`. */
const ERROR_DOMAIN = 'daybook';

const DETAILS_KEY = 'grpc-status-details-bin';

/**
 * A problem as a gRPC status: the canonical code, the sentence, and in the trailer the same stable code as
 * over REST and every invalid field. `facts` are values that a program needs to continue, such as the
 * position of a stream.
 */
export function statusOf(
  problem: Problem,
  requestId: string,
  facts: Readonly<Record<string, string>> = {},
): StatusObject {
  const { code, parts } = problem;
  const rpcCode = status[PROBLEMS[code].rpc];
  const [firstFault] = parts.errors ?? [];
  const sentence = firstFault === undefined ? problem.detail : violationOf(firstFault).description;
  const message = googleRpc.Status.encode({
    code: rpcCode,
    message: sentence,
    details: [...detailsOf(problem, requestId, facts)],
  });
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(message.finish()));
  metadata.set('x-request-id', requestId);
  for (const [name, value] of Object.entries(parts.headers ?? {})) {
    if (name.startsWith('ratelimit')) metadata.set(name, value);
  }
  return { code: rpcCode, details: sentence, metadata };
}

function* detailsOf(
  { code, parts }: Problem,
  requestId: string,
  facts: Readonly<Record<string, string>>,
) {
  const info = { reason: code, domain: ERROR_DOMAIN, metadata: facts };
  yield any('ErrorInfo', googleRpc.ErrorInfo.encode(info).finish());
  yield any('RequestInfo', googleRpc.RequestInfo.encode({ requestId, servingData: '' }).finish());
  if (parts.errors !== undefined) {
    const fieldViolations = parts.errors.map(violationOf);
    yield any('BadRequest', googleRpc.BadRequest.encode({ fieldViolations }).finish());
  }
  const retryAfter = parts.headers?.['retry-after'];
  if (retryAfter !== undefined) {
    const retryDelay = { seconds: retryAfter, nanos: 0 };
    yield any('RetryInfo', googleRpc.RetryInfo.encode({ retryDelay }).finish());
  }
}

function any(name: string, value: Uint8Array) {
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: Buffer.from(value) };
}

/** Names the field as in the .proto files. */
function violationOf({ pointer, code, detail }: Fault) {
  const name = pointer.replace(/^\//, '').replaceAll('~1', '/').replaceAll('~0', '~');
  const field = name === 'idempotency-key' ? 'request_id' : fieldName(name);
  const description = detail.startsWith(`${name} `) ? field + detail.slice(name.length) : detail;
  return { field, description, reason: code };
}

/** `external_id` for `externalId`. */
function fieldName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
