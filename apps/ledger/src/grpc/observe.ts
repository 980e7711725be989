import { durationHistogram } from '@daybook/platform';
import { status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { OperationDeclaration } from '../edge/declaration';
import type { Begun } from './begun';

export type CallObserver = (path: string, kind: CallKind, begun: Begun, code: status) => void;

/** Queries are many; commands and streams are each worth a line. */
type CallKind = OperationDeclaration['kind'];

/** The fields of these lines are known, so nobody has to look for secrets in them. */
const NOTHING_SECRET = { redact: [] };

/** One in so many reads is logged; every command is, and every failure of ours. */
const READS_PER_LINE = 100;

const OURS: ReadonlySet<status> = new Set([status.INTERNAL, status.UNKNOWN, status.UNAVAILABLE]);

/** Measures every call, and writes one line for each that somebody may look for later. */
export function observer(registry: Registry, logger: Logger): CallObserver {
  const histogram = durationHistogram(
    registry,
    'daybook_grpc_call_duration_seconds',
    'From the message of the request to the status of the answer.',
    ['method', 'code'],
  );
  const lines = logger.child({}, NOTHING_SECRET);
  let reads = 0;
  return (path, kind, { startedAt, requestId, caller }, code) => {
    const elapsedMs = performance.now() - startedAt;
    const name = status[code];
    // The length of a stream says when its reader left, not how long anything took.
    if (kind !== 'stream') histogram.observe({ method: path, code: name }, elapsedMs / 1_000);
    if (kind === 'query' && !OURS.has(code) && reads++ % READS_PER_LINE !== 0) return;
    const durationMs = Math.round(elapsedMs * 10) / 10;
    lines.info({ path, code: name, durationMs, requestId, keyId: caller?.keyId }, 'call');
  };
}
