import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../edge/problem';

/** How often late requests are looked for: the limit is kept to within this. */
const SWEEP_MS = 500;

/**
 * Answers with `timeout` what was not answered in time; what a handler says later goes nowhere. One
 * timer serves all requests. Fastify's `handlerTimeout` was measured to cost a tenth of a read: it
 * makes a timer and an abort controller for each, and an exception when each is done.
 */
export function limitTime(server: FastifyInstance, limitMs: number): void {
  // Requests begin in order and a map keeps it, so the oldest are the first.
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
