import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commandContext, type IdempotencyKeys } from '../edge/idempotency';
import type { RequestContext } from '../edge/request-context';
import { traceparentOf } from '../edge/request-id';
import { invalid } from '../edge/validation';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a command is told of its request; null for reads. */
    command: RequestContext | null;
  }
}

/** The context of a command: who asks, and how the request is known again. */
export const Context = createParamDecorator((_: unknown, execution: ExecutionContext) => {
  const { command } = execution.switchToHttp().getRequest<FastifyRequest>();
  if (command === null) throw new Error('A command was put on a route that only reads.');
  return command;
});

/** The account whose key was sent. */
export const AccountId = createParamDecorator((_: unknown, execution: ExecutionContext) => {
  const { caller } = execution.switchToHttp().getRequest<FastifyRequest>();
  if (caller === null) throw new Error('An account was asked for on a route without a key.');
  return caller.accountId;
});

/**
 * Makes the context of a command once its body has been read, and claims its `Idempotency-Key`.
 * Refuses with `idempotency-key-invalid`, `idempotency-key-reused`, `validation-failed`.
 */
export function identifyCommand(keys: IdempotencyKeys) {
  return async (request: FastifyRequest): Promise<void> => {
    const { caller, method, headers } = request;
    if (caller === null || method === 'GET' || method === 'HEAD') return;
    refuseQuery(request);
    const { url: path, body, id: correlationId } = request;
    const asked = { method, path, body, key: headers['idempotency-key'], correlationId };
    const traceparent = traceparentOf(request);
    request.command = await commandContext(keys, caller, { ...asked, traceparent });
  };
}

/** Gives the key of a request that failed free again. */
export function releaseCommand(keys: IdempotencyKeys) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { command } = request;
    if (command?.fingerprint !== undefined && reply.statusCode >= 400) {
      keys.release(command.commandId);
    }
  };
}

/** Commands say everything in path and body. */
function refuseQuery({ query }: FastifyRequest): void {
  const names = Object.keys(query ?? {});
  if (names.length === 0) return;
  const detail = 'A command has no query parameters.';
  throw invalid(
    names.slice(0, 1).map((name) => ({
      in: 'query' as const,
      pointer: name.slice(0, 64),
      code: 'unknown-field',
      detail,
    })),
  );
}
