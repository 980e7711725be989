import { createHash, createHmac, randomUUID } from 'node:crypto';
import { keyClaim, streamName } from '@daybook/domain';
import { EventStore, IdempotencyKeyReused, loadStates } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, type Caller } from './caller';
import { commandIdOf } from './identity';
import type { OperationDeclaration } from './operation';
import { Problem } from './problem';
import type { RequestContext } from './request-context';
import type { RequestParts } from './validation';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** The `Idempotency-Key` as it was sent. Refuses with `idempotency-key-invalid`. */
export function parseIdempotencyKey(header: string | readonly string[]): string {
  // A header sent twice arrives joined by a comma and a space. No key contains a space.
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header)) return header;
  const detail = 'Send one key of 1 to 255 visible ASCII characters, such as a UUID.';
  const fault = { in: 'header', pointer: 'idempotency-key', code: 'pattern', detail } as const;
  throw new Problem('idempotency-key-invalid', detail, { errors: [fault] });
}

/**
 * A hash of the request, keyed with its `Idempotency-Key`, which is stored nowhere: who reads the log cannot try
 * bodies without guessing the key as well. The order of the fields does not matter.
 */
export function requestHashOf(key: string, method: string, path: string, body: unknown): string {
  return createHmac('sha256', key)
    .update(textOf(method, path, body))
    .digest('hex');
}

/** The hash that events from before there were claims have of their requests. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(textOf(method, path, body))
    .digest('hex');
}

function textOf(method: string, path: string, body: unknown): string {
  return `${method}\n${path}\n${canonical(body)}`;
}

/** JSON with sorted keys. The depth was bounded when the body was read. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === undefined) return 'none';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
}

/** What a command needs from its call. */
export interface ReceivedCommand extends RequestParts {
  /** The `Idempotency-Key` as it was sent, if it was. */
  readonly key: string | readonly string[] | undefined;
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/** Method and path over REST. They are part of the fingerprint over gRPC too, so a key is the same on both. */
function pathOf({ http }: OperationDeclaration, { path }: RequestParts): readonly [string, string] {
  const [method = '', template = ''] = http?.split(' ') ?? [];
  return [method, template.replaceAll(/:(\w+)/g, (_, name) => String(path[name]))];
}

/** The requests of keys that were used before there were claims. */
const USED_BEFORE_CLAIMS = 'SELECT fingerprint FROM ledger.command WHERE command_id = $1';

/**
 * Gives every command an id, the same for a repeat with the same `Idempotency-Key`, and refuses a key of which it is
 * known that another request has it, before anything is done. What makes it exact is the claim that is stored with
 * the first effect of the command, see `decideAndAppend`: of two requests that are under way at once, in any
 * processes, one gets the key.
 */
@Injectable()
export class IdempotencyKeys {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  /** The context of a command. Refuses with `idempotency-key-invalid` and `idempotency-key-reused`. */
  async contextOf(
    operation: OperationDeclaration,
    caller: Caller,
    call: ReceivedCommand,
    request: { readonly accountId?: string; readonly reason?: string },
  ): Promise<RequestContext> {
    const isOperator = caller.kind === 'operator';
    const { key: sent, requestId: correlationId, traceparent } = call;
    const common = {
      accountId: isOperator ? (request.accountId ?? '') : caller.accountId,
      actor: actorOf(caller),
      correlationId,
      ...(traceparent !== undefined && { traceparent }),
      ...(isOperator && request.reason !== undefined && { reason: request.reason }),
      holder: caller,
    };
    if (sent === undefined) return { ...common, commandId: randomUUID() };
    const key = parseIdempotencyKey(sent);
    const commandId = commandIdOf(isOperator ? actorOf(caller) : caller.accountId, key);
    const [method, path] = pathOf(operation, call);
    const fingerprint = fingerprintOf(method, path, call.fields);
    const hash = requestHashOf(key, method, path, call.fields);
    const isNew = await this.isFree(commandId, hash, fingerprint);
    return { ...common, commandId, claim: { request: hash, fingerprint, isNew } };
  }

  /** Whether the key was never used; false if this request has it. Refuses with `idempotency-key-reused`. */
  private async isFree(commandId: string, request: string, fingerprint: string): Promise<boolean> {
    const stream = streamName('claim', commandId);
    const [states, [used]] = await Promise.all([
      loadStates(this.store, keyClaim, [stream]),
      this.dataSource.query<{ fingerprint: string }[]>(USED_BEFORE_CLAIMS, [commandId]),
    ]);
    const claim = states.get(stream) ?? keyClaim.initialState;
    if (claim.status === 'claimed' && claim.request !== request) {
      throw new IdempotencyKeyReused(stream);
    }
    if (used !== undefined && used.fingerprint !== fingerprint) {
      throw new IdempotencyKeyReused(stream);
    }
    return claim.status === 'absent' && used === undefined;
  }
}
