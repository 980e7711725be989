import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StreamControl } from '../edge/operation';
import type { Calls } from '../edge/prepare';
import { Problem } from '../edge/problem';
import { lineFormat } from './lines';

/** A stream ends within this time after its key was revoked. */
const KEY_CHECK_MS = 5_000;

/** The position that everything in the answer is of. */
const POSITION_HEADER = 'daybook-position';

/** A part of a stream. */
export interface Part {
  readonly data: readonly object[];
  readonly position: string;
}

/** Ends a stream when its client has gone or its key was revoked. */
export function controlOf(
  request: FastifyRequest,
  reply: FastifyReply,
  calls: Calls,
): StreamControl {
  const ending = new AbortController();
  const keyCheck = setInterval(() => {
    calls.authenticate(request).catch((error: unknown) => {
      // A failed look-up ends nothing.
      if (error instanceof Problem && error.code === 'unauthenticated') ending.abort(error);
    });
  }, KEY_CHECK_MS).unref();
  reply.raw.once('close', () => {
    clearInterval(keyCheck);
    ending.abort(new Error('The client has gone.'));
  });
  // What ends by itself sends no heartbeats.
  return { signal: ending.signal, heartbeatMs: Number.POSITIVE_INFINITY };
}

/**
 * The lines of a stream, some in each text. Nest sends the headers with the first text, so a refusal of the first part is
 * answered as one; what fails later breaks the connection off, which a client sees as an incomplete answer.
 */
export function linesFor(schema: string, request: FastifyRequest, reply: FastifyReply) {
  const { mediaType, head, lineOf } = lineFormat(request.headers.accept, schema);
  return async function* (parts: AsyncIterable<Part>): AsyncGenerator<string, void, void> {
    let before = head;
    for await (const { data, position } of parts) {
      if (!reply.sent) {
        reply.type(`${mediaType}; charset=utf-8`).header(POSITION_HEADER, position);
      }
      const text = before + data.map(lineOf).join('');
      before = '';
      if (text !== '') yield text;
    }
  };
}
