import { durationHistogram } from '@daybook/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

/** Labels by route template, never by URL: each id would create its own time series. */
export function requestHistogram(registry: Registry) {
  return durationHistogram(
    registry,
    'daybook_http_request_duration_seconds',
    'Time from the request line to the last byte of the answer.',
    ['method', 'route', 'status'],
  );
}

/** These lines have fixed fields without secrets, so redaction is not needed. */
const NOTHING_SECRET = { redact: [] };

/** One of this many reads is logged. Writes and failures of the service are always logged. */
const READS_PER_LINE = 100;

/** Measures every request, and logs writes, failures and a sample of the reads. */
export function observe(histogram: ReturnType<typeof requestHistogram>, logger: Logger) {
  const lines = logger.child({}, NOTHING_SECRET);
  let reads = 0;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { method, id: requestId, caller } = request;
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const status = reply.statusCode;
    histogram.observe({ method, route, status }, reply.elapsedTime / 1_000);
    const isRead = method === 'GET' || method === 'HEAD';
    if (isRead && status < 500 && reads++ % READS_PER_LINE !== 0) return;
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    const keyId = caller?.keyId;
    lines.info({ method, route, status, durationMs, requestId, keyId }, 'request');
  };
}
