import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { problemBody, problemOf } from '../edge/problem';

export const PROBLEM_JSON = 'application/problem+json';

/** A client causes these as often as it likes, although their status is above 500: a position that nobody has reached. */
const CLIENT_ERRORS: ReadonlySet<string> = new Set(['position-not-reached', 'too-many-waiting']);

/** Sends every refusal and failure as a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest(), http.getResponse(), this.logger);
  }
}

/**
 * Answers with the problem. Failures of the service are logged with their cause and the request id;
 * faults of the client are not.
 */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const problem = problemOf(error);
  const { status, code, parts } = problem;
  request.isClientError = CLIENT_ERRORS.has(code);
  if (status >= 500 && code !== 'not-ready') {
    const { id: requestId, method } = request;
    const route = request.routeOptions.url;
    const level = request.isClientError ? 'debug' : 'error';
    logger[level](
      { err: parts.cause ?? problem, requestId, method, route, code },
      'request failed',
    );
  }
  // The answer may have been sent already, for example by the time limit.
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
