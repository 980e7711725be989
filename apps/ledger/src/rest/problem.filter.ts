import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { problemBody, problemOf } from '../edge/problem';

export const PROBLEM_JSON = 'application/problem+json';

/** Every answer that is not a success leaves through here, whoever threw. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest(), http.getResponse(), this.logger);
  }
}

/**
 * Answers with the problem. What the client did wrong is the client's affair; what we did wrong is
 * logged with its cause and the id that the client was told.
 */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const problem = problemOf(error);
  const { status, code, parts } = problem;
  if (status >= 500 && code !== 'not-ready') {
    const { id: requestId, method } = request;
    const route = request.routeOptions.url;
    logger.error({ err: parts.cause ?? problem, requestId, method, route, code }, 'request failed');
  }
  // The answer may be under way already: a handler that ends after its time limit throws as well.
  if (reply.sent) return;
  reply
    .status(status)
    .headers({
      ...parts.headers,
      // One header each: Chrome reads only the first challenge of a header.
      ...(parts.challenges && { 'www-authenticate': [...parts.challenges] }),
    })
    .type(PROBLEM_JSON)
    .send(problemBody(problem, request.url, request.id));
}
