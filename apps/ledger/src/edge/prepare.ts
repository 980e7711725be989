import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ApiKeys } from './api-keys';
import { type Caller, countedAs } from './caller';
import { IdempotencyKeys, type ReceivedCommand } from './idempotency';
import type { OperationDeclaration } from './operation';
import { Positions } from './positions';
import { Problem } from './problem';
import { RateLimit, type Tier } from './rate-limit';
import type { RequestContext } from './request-context';
import type { Scope } from './scopes';
import { validated } from './validation';

/** The headers that may carry a key. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
}

/** What is known of a request before its body is read. */
export interface Admission extends Credentials {
  caller: Caller | null;
  /** The headers with the remaining quota of the key; null before the request is counted. */
  quota: Readonly<Record<string, string>> | null;
}

/** A request as a transport received it: parsed, not validated. */
export interface ReceivedCall extends ReceivedCommand {
  /** How long the call may wait for `minPosition`. */
  readonly waitMs?: number;
  /** Resolves when the call may use the database. A transport may limit how many do so at once. */
  mayWork?(): Promise<void>;
}

/** A call that is ready for the method of its operation. */
export interface PreparedCall {
  /** The first parameter of the method. */
  readonly caller: Caller | RequestContext;
  /** The second: an instance of the request class. */
  readonly request: object;
}

/** The steps of both edges before an operation runs. */
@Injectable()
export class Calls {
  constructor(
    private readonly keys: ApiKeys,
    private readonly limit: RateLimit,
    private readonly idempotency: IdempotencyKeys,
    private readonly positions: Positions,
  ) {}

  /**
   * Authenticates and authorizes every request before its body is read. Sets the caller and the quota as
   * soon as they are known, for log lines and refusals. A route without a scope needs only a valid key.
   * Refuses with `unauthenticated`, `rate-limited`, `forbidden`.
   */
  async admit(
    sender: Admission,
    { scope, tier = 'standard' }: { readonly scope: Scope | null; readonly tier?: Tier },
    forPeople = false,
  ): Promise<Caller> {
    const caller = await authenticate(sender, this.keys, forPeople);
    sender.caller = caller;
    sender.quota = this.limit.take(countedAs(caller), tier);
    if (scope === null || caller.scopes.has(scope)) return caller;
    throw new Problem('forbidden', `This needs a key with the scope "${scope}".`);
  }

  /** Looks the key up again, as streams do. Refuses with `unauthenticated`. */
  authenticate(sender: Credentials): Promise<Caller> {
    return authenticate(sender, this.keys, false);
  }

  /** Checks a received call and makes it ready for its method. */
  async prepare(
    operation: OperationDeclaration,
    caller: Caller,
    call: ReceivedCall,
  ): Promise<PreparedCall> {
    const request = validated(operation.request, call);
    if (operation.kind !== 'command') {
      const { minPosition } = request as { minPosition?: string };
      if (minPosition !== undefined) {
        const { waitMs } = call;
        await this.positions.reach(countedAs(caller), BigInt(minPosition), { waitMs });
      }
      if (operation.waits !== true) await call.mayWork?.();
      return { caller, request };
    }
    await call.mayWork?.();
    const context = await this.idempotency.contextOf(operation, caller, call, request);
    return { caller: context, request };
  }
}

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;
const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/**
 * The sender of the request. Refuses with `unauthenticated`, with the same sentence for every fault of the
 * key. `forPeople` also accepts the key as the password of HTTP Basic, so that a browser can open a page.
 * Commands never accept it: a browser would send the password with requests of other sites too.
 */
async function authenticate(
  request: Credentials,
  keys: ApiKeys,
  forPeople: boolean,
): Promise<Caller> {
  const header = request.headers.authorization ?? '';
  const key = BEARER.exec(header)?.[1] ?? (forPeople ? passwordOf(header) : null);
  const caller = key === null ? null : await keys.callerOf(key);
  if (caller !== null) return caller;
  const challenges = ['Bearer realm="Daybook"', ...(forPeople ? ['Basic realm="Daybook"'] : [])];
  throw new Problem('unauthenticated', 'Send a valid API key: "Authorization: Bearer dbk_...".', {
    challenges,
  });
}

function passwordOf(header: string): string | null {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return null;
  const credentials = Buffer.from(encoded, 'base64').toString();
  const colon = credentials.indexOf(':');
  return colon < 0 ? null : credentials.slice(colon + 1);
}
