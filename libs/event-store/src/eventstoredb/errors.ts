import { ErrorType } from '@eventstore/db-client';
import { type Metadata, status } from '@grpc/grpc-js';
import { StoreUnavailable } from '../event-store';

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
  const codes: unknown[] = [status.UNAUTHENTICATED, status.PERMISSION_DENIED];
  return typeOf(error) === ErrorType.ACCESS_DENIED || codes.includes(codeOf(error));
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
