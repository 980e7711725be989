import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../edge/problem';

/** How often late requests are checked for. It is the tolerance of the limit. */
const SWEEP_MS = 500;

/**
 * Answers late requests with `timeout` and ignores what their handlers return later. One timer serves all
 * requests. Fastify's `handlerTimeout` costs a tenth of a read (measured), because it makes a timer, an
 * abort controller and an exception for each request.
 */
export function limitTime(server: FastifyInstance, limitMs: number): void {
  // A map keeps insertion order, so the oldest requests come first.
  const underWay = new Map<FastifyReply, number>();
  const sweep = () => {
    const lateBefore = performance.now() - limitMs;
    for (const [reply, begun] of underWay) {
      if (begun > lateBefore) return;
      underWay.delete(reply);
      if (!reply.sent) reply.send(new Problem('timeout', 'The request was not answered in time.'));
    }
  };
  const timer = setInterval(sweep, Math.min(SWEEP_MS, limitMs)).unref();
  server.addHook('onRequest', (_request, reply, done) => {
    underWay.set(reply, performance.now());
    done();
  });
  server.addHook('onResponse', (_request, reply, done) => {
    underWay.delete(reply);
    done();
  });
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
}
