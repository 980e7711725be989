import { durationHistogram } from '@daybook/platform';
import { status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { outcomeLog } from '../edge/outcome-log';
import type { Edge } from './call';

const OURS: ReadonlySet<status> = new Set([status.INTERNAL, status.UNKNOWN, status.UNAVAILABLE]);

/** Measures every call, and logs commands, streams, failures and a sample of the reads. */
export function observer(registry: Registry, logger: Logger): Edge['observe'] {
  const histogram = durationHistogram(
    registry,
    'daybook_grpc_call_duration_seconds',
    'Time from the request message to the status of the answer.',
    ['method', 'code'],
  );
  const log = outcomeLog(logger, 'call');
  return ({ path, operation: { kind } }, { startedAt, requestId, caller }, statusCode) => {
    const elapsedMs = performance.now() - startedAt;
    const code = status[statusCode];
    // The duration of a stream depends on its reader, so it measures nothing.
    if (kind !== 'stream') histogram.observe({ method: path, code }, elapsedMs / 1_000);
    const keyId = caller?.keyId;
    const isRead = kind === 'query' && !OURS.has(statusCode);
    const isClientError = !OURS.has(statusCode) && statusCode !== status.OK;
    log({ isRead, isClientError }, elapsedMs, () => ({ path, code, requestId, keyId }));
  };
}
