import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
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

/** A hash of the request. The order of its fields does not matter. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method}\n${path}\n${canonical(body)}`)
    .digest('hex');
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

interface Claim {
  readonly fingerprint: string;
  /** Requests in progress or done that hold the claim. */
  holders: number;
}

const KNOWN = 'SELECT fingerprint FROM ledger.command WHERE command_id = $1';

/** Longer than the read models ever lag. After that, they contain the command. */
const CLAIM_MS = 10 * 60_000;
const CLAIMS_MAX = 20_000;

/**
 * Refuses a key that was used for a different request. Within one stream the event log refuses it,
 * exactly and for ever. Across streams the read models refuse it, shortly after the first request; until
 * then this process remembers the keys that it accepted. A failed request releases its key, so the
 * client can correct the request and send it again.
 */
@Injectable()
export class IdempotencyKeys {
  private readonly claims = new LRUCache<string, Claim>({ max: CLAIMS_MAX, ttl: CLAIM_MS });

  constructor(private readonly dataSource: DataSource) {}

  /**
   * The context of a command, with its key claimed. Refuses with `idempotency-key-invalid` and
   * `idempotency-key-reused`.
   */
  async contextOf(
    operation: OperationDeclaration,
    caller: Caller,
    call: ReceivedCommand,
    request: { readonly accountId?: string; readonly reason?: string },
  ): Promise<RequestContext> {
    const isOperator = caller.kind === 'operator';
    const { key, requestId: correlationId, traceparent } = call;
    const common = {
      accountId: isOperator ? (request.accountId ?? '') : caller.accountId,
      actor: actorOf(caller),
      correlationId,
      ...(traceparent !== undefined && { traceparent }),
      ...(isOperator && request.reason !== undefined && { reason: request.reason }),
    };
    if (key === undefined) return { ...common, commandId: randomUUID() };
    const owner = isOperator ? actorOf(caller) : caller.accountId;
    const commandId = commandIdOf(owner, parseIdempotencyKey(key));
    const fingerprint = fingerprintOf(...pathOf(operation, call), call.fields);
    await this.claim(commandId, fingerprint);
    return { ...common, commandId, fingerprint };
  }

  /** Claims the key until the request fails. Refuses with `idempotency-key-reused`. */
  async claim(commandId: string, fingerprint: string): Promise<void> {
    const claimed = this.claims.get(commandId);
    if (claimed !== undefined && claimed.fingerprint !== fingerprint) throw reused();
    if (claimed !== undefined) {
      claimed.holders += 1;
      return;
    }
    const claim = { fingerprint, holders: 1 };
    this.claims.set(commandId, claim);
    try {
      const [known] = await this.dataSource.query(KNOWN, [commandId]);
      if (known !== undefined && known.fingerprint !== fingerprint) throw reused();
    } catch (error) {
      this.release(commandId);
      throw error;
    }
  }

  release(commandId: string): void {
    const claim = this.claims.get(commandId);
    if (claim !== undefined && --claim.holders === 0) this.claims.delete(commandId);
  }
}

function reused(): Problem {
  return new Problem(
    'idempotency-key-reused',
    'This Idempotency-Key was used for another request. Use a new key for a new request.',
  );
}
