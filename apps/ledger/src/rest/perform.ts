import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OperationDeclaration } from '../edge/declaration';
import type { Calls, PreparedCall } from '../edge/prepare';
import { type Answer, answerBody } from '../edge/request-context';
import { traceparentOf } from '../edge/request-id';
import { invalid } from '../edge/validation';
import type { RouteTable } from './route-table';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the method of the operation is called with; null where there is no operation. */
    prepared: PreparedCall | null;
  }
}

/** Prepares every call of an operation, and puts its result into the words of HTTP. */
export function performOperations(server: FastifyInstance, calls: Calls, routes: RouteTable): void {
  const operationOf = ({ method, routeOptions }: FastifyRequest) =>
    routes.operationAt(method, routeOptions.url ?? '');
  server.decorateRequest('prepared', null);
  server.addHook('preHandler', async (request) => {
    const operation = operationOf(request);
    if (operation === undefined || request.caller === null) return;
    const isQuery = operation.kind === 'query';
    if (!isQuery) refuseQuery(request);
    request.prepared = await calls.prepare(operation, request.caller, {
      path: request.params as Record<string, string>,
      ...(isQuery
        ? { place: 'query', fields: request.query }
        : // A body that is missing has none of the fields.
          { place: 'body', fields: request.body ?? {} }),
      key: request.headers['idempotency-key'],
      requestId: request.id,
      traceparent: traceparentOf(request),
    });
  });
  server.addHook('preSerialization', async (request, reply, payload) => {
    const operation = request.prepared === null ? undefined : operationOf(request);
    if (operation?.kind !== 'command' || reply.statusCode >= 400) return payload;
    return answerOf(operation, reply, payload as Answer<object>);
  });
  server.addHook('onResponse', async ({ prepared }, reply) => {
    if (reply.statusCode >= 400) prepared?.release();
  });
}

/**
 * The body of a command's answer. It has 201 and a place when the command made something, also when the
 * request is a repeat by key, which is answered as the first time.
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

/** Commands say everything in path and body. */
function refuseQuery({ query }: FastifyRequest): void {
  const [name] = Object.keys(query ?? {});
  if (name === undefined) return;
  const detail = 'A command has no query parameters.';
  throw invalid([{ in: 'query', pointer: name.slice(0, 64), code: 'unknown-field', detail }]);
}
