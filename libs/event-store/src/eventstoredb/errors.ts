import { ErrorType } from '@eventstore/db-client';
import { type Metadata, status } from '@grpc/grpc-js';
import { StoreUnavailable } from '../event-store';

/**
 * What the error of a failed append tells about its outcome.
 * - `conflict`, `too-large`, `deleted`: the server decided; nothing was written.
 * - `unavailable`: the server refused the request (busy, starting, no rights). Nothing was written.
 * - `unknown`: everything else. The connection, the whole call or the wait ended, perhaps after the write.
 */
export type AppendFate = 'conflict' | 'too-large' | 'deleted' | 'unavailable' | 'unknown';

/** Refusals that the server expresses only in words; the client wraps them into errors of unknown type. */
const NOT_TAKEN = /Server Is (Busy|Not Ready)|No leader info available/;
const TOO_LARGE = /Maximum Append Size Exceeded/i;

export function fateOfAppend(error: unknown): AppendFate {
  switch (typeOf(error)) {
    case ErrorType.WRONG_EXPECTED_VERSION:
      return 'conflict';
    case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
      return 'too-large';
    case ErrorType.STREAM_DELETED:
      return 'deleted';
    case ErrorType.ACCESS_DENIED:
      return 'unavailable';
    case ErrorType.UNKNOWN:
      if (TOO_LARGE.test(messageOf(error))) return 'too-large';
      return NOT_TAKEN.test(messageOf(error)) ? 'unavailable' : 'unknown';
    default:
      return 'unknown';
  }
}

/** The client's type of an error; errors of gRPC itself have none. */
export function typeOf(error: unknown): string | undefined {
  return (error as { type?: string } | null)?.type;
}

/** The gRPC status of an error that has no type of the client. */
export function codeOf(error: unknown): number | undefined {
  return (error as { code?: number } | null)?.code;
}

/** Whether a node refused because it is not the leader. Errors of gRPC itself say so in their metadata. */
export function isNotLeader(error: unknown): boolean {
  const { metadata } = (error ?? {}) as { metadata?: Metadata };
  return (
    typeOf(error) === ErrorType.NOT_LEADER || metadata?.get('exception')[0] === ErrorType.NOT_LEADER
  );
}

export function isDenied(error: unknown): boolean {
  const code = codeOf(error);
  return (
    typeOf(error) === ErrorType.ACCESS_DENIED ||
    code === status.UNAUTHENTICATED ||
    code === status.PERMISSION_DENIED
  );
}

/** Errors of a batch append may have an empty message; then the type stands for it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || typeOf(error) || error.name;
}

export function cannotBeRead(cause: unknown): StoreUnavailable {
  if (cause instanceof StoreUnavailable) return cause;
  return new StoreUnavailable(`EventStoreDB cannot be read: ${messageOf(cause)}`, { cause });
}
