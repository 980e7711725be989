import { EventStore } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { Authentication, type Credentials } from './authentication';
import { type Caller, countedAs } from './caller';
import { fieldsOf } from './fields';
import { IdempotencyKeys, type ReceivedCommand } from './idempotency';
import {
  LOG_HEADER,
  logHeader,
  requireEpochOf,
  withNamedCursor,
  withOwnCursor,
} from './log-epochs';
import type { OperationDeclaration } from './operation';
import { Positions } from './positions';
import { Problem } from './problem';
import { RequestQuotas } from './quotas';
import type { Tier } from './rate-limit';
import type { RequestContext } from './request-context';
import type { Scope } from './scopes';
import { validated } from './validation';

/** What is known of a request before its body is read. */
export interface Admission extends Credentials {
  caller: Caller | null;
  /** The headers of the answer: the remaining quota of the key, and which log this is; null before the request is counted. */
  stated: Readonly<Record<string, string>> | null;
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
    private readonly authentication: Authentication,
    private readonly quotas: RequestQuotas,
    private readonly idempotency: IdempotencyKeys,
    private readonly positions: Positions,
    private readonly store: EventStore,
  ) {}

  /**
   * Authenticates and authorizes every request before its body is read. Sets the caller and the quota as
   * soon as they are known, for log lines and refusals. A route without a scope needs only a valid key.
   * Refuses with `unauthenticated`, `rate-limited`, `forbidden`, `epoch-ended`.
   */
  async admit(
    sender: Admission,
    { scope, tier = 'standard' }: { readonly scope: Scope | null; readonly tier?: Tier },
    forPeople = false,
  ): Promise<Caller> {
    const caller = await this.authentication.callerOf(sender, forPeople);
    sender.caller = caller;
    sender.stated = { ...(await this.quotas.take(caller, tier)), ...logHeader(this.store) };
    if (scope !== null && !caller.scopes.has(scope)) {
      throw new Problem('forbidden', `This needs a key with the scope "${scope}".`);
    }
    requireEpochOf(this.store, sender.headers[LOG_HEADER]);
    return caller;
  }

  /** Looks the key up again, as streams do. Refuses with `unauthenticated`. */
  authenticate(sender: Credentials): Promise<Caller> {
    return this.authentication.callerOf(sender, false);
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
      return { caller, request: withOwnCursor(this.store, request) };
    }
    await call.mayWork?.();
    const context = await this.idempotency.contextOf(operation, caller, call, request);
    return { caller: context, request };
  }

  /** The result of a query as clients see it: the cursor of a page has the epoch of the log in it. */
  answered(operation: OperationDeclaration, result: object): object {
    const isPage = fieldsOf(operation.request).some(({ name }) => name === 'cursor');
    return isPage ? withNamedCursor(this.store, result) : result;
  }
}
