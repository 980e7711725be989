import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, problemBody } from '../edge/problem';
import type { ProblemCode } from '../edge/problems';
import { requestIdOf } from '../edge/request-id';
import { PROBLEM_JSON } from './problem.filter';

/** Node's error codes for a request that it could not parse. */
const CLIENT_ERRORS: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'payload-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Of Node's parser, and of its time limits for requests. */
const OF_REQUESTS = /^(HPE|ERR_HTTP)_/;

/**
 * Answers a request that Node could not parse with a problem, and closes the connection. Where it is the connection that
 * failed, there is nobody to answer: one without a complete TLS handshake would wait for it to send anything, for ever.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (!OF_REQUESTS.test(error.code ?? '') || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CLIENT_ERRORS[error.code ?? ''] ?? 'malformed-request';
  const problem = new Problem(code, 'The request could not be read.');
  const body = JSON.stringify(problemBody(problem, '', requestIdOf({ headers: {} })));
  const { status } = problem;
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `Content-Type: ${PROBLEM_JSON}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
