import { randomUUID } from 'node:crypto';

/** Who sent a command, and how the request is known again. Every command carries one; the edges make it. */
export interface RequestContext {
  /** Whose data the command is about; empty for what operators do among themselves. */
  readonly accountId: string;
  /** `key:<key id>`, `operator:<operator id>` or `system`. */
  readonly actor: string;
  /** Derived from the `Idempotency-Key` when there is one, else new for this request. */
  readonly commandId: string;
  /** Hash of route and body, only with an `Idempotency-Key`. */
  readonly fingerprint?: string;
  readonly correlationId?: string;
  /** W3C Trace Context, as received. */
  readonly traceparent?: string;
  /** Why an operator did it, kept as evidence. */
  readonly reason?: string;
}

/** The context of one command that the service sends by itself. */
export function systemContext(accountId: string): RequestContext {
  return { accountId, actor: 'system', commandId: randomUUID() };
}

/** What a command answers: the resource as the command left it, and where in the log that is. */
export interface Answer<Resource> {
  readonly resource: Resource;
  readonly position: bigint;
  /** `created` for the first write of the resource, also when its request is repeated by key. */
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** Whether this is the stored result of an earlier request with the same `Idempotency-Key`. */
  readonly replayed: boolean;
}

/** The answer with its resource in another form. */
export function mapAnswer<From, To>(
  answer: Answer<From>,
  toResponse: (resource: From) => To,
): Answer<To> {
  return { ...answer, resource: toResponse(answer.resource) };
}

/** What clients see of a command: the resource and its position. */
export function answerBody({ resource, position }: Answer<object>): object {
  return { ...resource, position: position.toString() };
}
