import type { IncomingHttpHeaders } from 'node:http';
import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Sender } from '../edge/prepare';
import { requestIdOf } from '../edge/request-id';

/** A call before its message is read. */
export interface Begun extends Sender {
  readonly startedAt: number;
  readonly requestId: string;
}

export type Call = Pick<ServerUnaryCall<unknown, unknown>, 'metadata' | 'getAuthContext'>;

const HEADERS = ['authorization', 'x-request-id', 'traceparent'] as const;

export function begin({ metadata }: Call): Begun {
  const headers: IncomingHttpHeaders = {};
  for (const name of HEADERS) {
    const [value] = metadata.get(name);
    if (value !== undefined) headers[name] = String(value);
  }
  const requestId = requestIdOf({ headers });
  return { startedAt: performance.now(), requestId, headers, caller: null, quota: null };
}

/** The metadata of every answer. */
export function replyMetadata({ requestId, quota }: Begun): Metadata {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  for (const [name, value] of Object.entries(quota ?? {})) metadata.set(name, value);
  return metadata;
}
