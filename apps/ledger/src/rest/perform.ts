import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OperationDeclaration } from '../edge/operation';
import type { Calls, PreparedCall } from '../edge/prepare';
import { type Answer, answerBody } from '../edge/request-context';
import { traceparentOf } from '../edge/request-id';
import { invalid } from '../edge/validation';
import { hasTag } from '../edge/versions';

declare module 'fastify' {
  interface FastifyRequest {
    /** The arguments of the operation's method; null if the route is not an operation. */
    prepared: PreparedCall | null;
  }
}

/** Prepares every call of an operation, and converts its result to HTTP. */
export function performOperations(server: FastifyInstance, calls: Calls): void {
  server.decorateRequest('prepared', null);
  server.addHook('preHandler', async (request) => {
    const { operation, caller } = request;
    if (operation === null || caller === null) return;
    const isQuery = operation.kind === 'query';
    if (!isQuery) refuseQuery(request);
    request.prepared = await calls.prepare(operation, caller, {
      path: request.params as Record<string, string>,
      place: isQuery ? 'query' : 'body',
      // A missing body counts as an empty object.
      fields: (isQuery ? request.query : request.body) ?? {},
      key: request.headers['idempotency-key'],
      ifMatch: request.headers['if-match'],
      requestId: request.id,
      traceparent: traceparentOf(request),
    });
  });
  server.addHook('preSerialization', async (request, reply, payload) => {
    const { operation } = request;
    if (operation?.retriesAfter !== undefined) sayRetry(operation.retriesAfter, reply, payload);
    if (operation === null || reply.statusCode >= 400) return payload;
    const etag = calls.etagOf(operation, payload as object);
    if (etag !== null) reply.header('etag', etag);
    if (operation.kind === 'query') {
      const isKnown = etag !== null && hasTag(request.headers['if-none-match'], etag);
      if (isKnown) reply.status(304);
      return calls.answered(operation, payload as object);
    }
    return answerOf(operation, reply, payload as Answer<object>);
  });
}

/**
 * The body of a command's answer. A created resource gets status 201 and a `Location`, also when the
 * request is a repeat with the same key.
 */
function answerOf(
  { creates }: OperationDeclaration,
  reply: FastifyReply,
  answer: Answer<object>,
): object {
  if (answer.replayed) reply.header('idempotency-replayed', 'true');
  if (creates !== undefined && answer.outcome === 'created') {
    const { id } = answer.resource as { id: string };
    reply.status(201).header('location', creates.replace(':id', id));
  }
  return answerBody(answer);
}

/** See `retriesAfter` of an operation. */
function sayRetry(field: string, reply: FastifyReply, payload: unknown): void {
  const seconds = (payload as Record<string, unknown> | null)?.[field] ?? null;
  if (reply.statusCode === 200 && seconds !== null) {
    reply.status(202).header('retry-after', String(seconds));
  }
}

/** Commands have no query parameters. */
function refuseQuery({ query }: FastifyRequest): void {
  const [name] = Object.keys(query ?? {});
  if (name === undefined) return;
  const detail = 'A command has no query parameters.';
  throw invalid([{ in: 'query', pointer: name.slice(0, 64), code: 'unknown-field', detail }]);
}
