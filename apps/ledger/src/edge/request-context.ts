import { randomUUID } from 'node:crypto';
import type { Claim } from '@daybook/event-store';
import { Command, Query } from '@nestjs/cqrs';

/** The sender and the identity of a command. The edges make one for every command. */
export interface RequestContext {
  /** The account that the command concerns; empty for commands about operators. */
  readonly accountId: string;
  /** `key:<key id>`, `operator:<operator id>`, `host:<user>` or `system`. */
  readonly actor: string;
  /** Derived from the `Idempotency-Key` if there is one, else random. */
  readonly commandId: string;
  /** Only with an `Idempotency-Key`. */
  readonly claim?: Claim;
  /** Only with an `If-Match`: the versions of the resource of which it must have one. Not part of the metadata of events. */
  readonly ifMatch?: readonly bigint[];
  readonly correlationId?: string;
  /** W3C Trace Context, as received. */
  readonly traceparent?: string;
  /** The operator's reason, kept as evidence. */
  readonly reason?: string;
}

/** The context of a command that the service itself sends. */
export function systemContext(accountId: string): RequestContext {
  return { accountId, actor: 'system', commandId: randomUUID() };
}

/** The answer of a command: the resource after the command, and the position in the event log. */
export interface Answer<Resource> {
  readonly resource: Resource;
  readonly position: bigint;
  /** The version of the resource, see `versions.ts`; left out where it has none. */
  readonly version?: bigint;
  /** `created` for the first write of the resource, also when its request is repeated by key. */
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** Whether this is the stored result of an earlier request with the same `Idempotency-Key`. */
  readonly replayed: boolean;
}

/** A command of a caller. */
export abstract class CallerCommand<Request, Resource> extends Command<Answer<Resource>> {
  constructor(
    readonly context: RequestContext,
    readonly request: Request,
  ) {
    super();
  }
}

/** A query about what one account has. It finds nothing of another account. */
export abstract class AccountQuery<Request, Result> extends Query<Result> {
  constructor(
    readonly accountId: string,
    readonly request: Request,
  ) {
    super();
  }
}

/** The same answer with its resource converted. */
export function mapAnswer<From, To>(
  answer: Answer<From>,
  toResponse: (resource: From) => To,
): Answer<To> {
  return { ...answer, resource: toResponse(answer.resource) };
}

/** A command's answer as clients see it: the resource and its position. */
export function answerBody({ resource, position }: Answer<object>): object {
  return { ...resource, position: position.toString() };
}
