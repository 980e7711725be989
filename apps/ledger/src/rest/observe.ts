import { durationHistogram } from '@daybook/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { outcomeLog } from '../edge/outcome-log';

/** Measures every request, and logs writes, failures and a sample of the reads; what clients do wrong at debug. */
export function observer(registry: Registry, logger: Logger) {
  const histogram = durationHistogram(
    registry,
    'daybook_http_request_duration_seconds',
    'Time from the request line to the last byte of the answer.',
    ['method', 'route', 'status'],
  );
  const log = outcomeLog(logger, 'request');
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { method, id: requestId, caller } = request;
    // By route template, never by URL: each id would create its own time series.
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const status = reply.statusCode;
    histogram.observe({ method, route, status }, reply.elapsedTime / 1_000);
    const isRead = (method === 'GET' || method === 'HEAD') && status < 500;
    const isClientError = request.isClientError || (status >= 400 && status < 500);
    const keyId = caller?.keyId;
    log({ isRead, isClientError }, reply.elapsedTime, () => ({
      method,
      route,
      status,
      requestId,
      keyId,
    }));
  };
}
