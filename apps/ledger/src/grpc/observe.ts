import { durationHistogram } from '@daybook/platform';
import { status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { OperationDeclaration } from '../edge/declaration';
import type { Begun } from './begun';

export type CallObserver = (path: string, kind: CallKind, begun: Begun, code: status) => void;

/** Queries are sampled; every command and stream is logged. */
type CallKind = OperationDeclaration['kind'];

/** These lines have fixed fields without secrets, so redaction is not needed. */
const NOTHING_SECRET = { redact: [] };

/** One of this many reads is logged. Commands and failures of the service are always logged. */
const READS_PER_LINE = 100;

const OURS: ReadonlySet<status> = new Set([status.INTERNAL, status.UNKNOWN, status.UNAVAILABLE]);

/** Measures every call, and logs commands, streams, failures and a sample of the reads. */
export function observer(registry: Registry, logger: Logger): CallObserver {
  const histogram = durationHistogram(
    registry,
    'daybook_grpc_call_duration_seconds',
    'Time from the request message to the status of the answer.',
    ['method', 'code'],
  );
  const lines = logger.child({}, NOTHING_SECRET);
  let reads = 0;
  return (path, kind, { startedAt, requestId, caller }, code) => {
    const elapsedMs = performance.now() - startedAt;
    const name = status[code];
    // The duration of a stream depends on its reader, so it measures nothing.
    if (kind !== 'stream') histogram.observe({ method: path, code: name }, elapsedMs / 1_000);
    if (kind === 'query' && !OURS.has(code) && reads++ % READS_PER_LINE !== 0) return;
    const durationMs = Math.round(elapsedMs * 10) / 10;
    lines.info({ path, code: name, durationMs, requestId, keyId: caller?.keyId }, 'call');
  };
}
