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
import { type OperationDeclaration, takesIfMatch } from './operation';
import { Positions } from './positions';
import { Problem } from './problem';
import { RequestQuotas } from './quotas';
import type { Tier } from './rate-limit';
import type { Answer, RequestContext } from './request-context';
import type { Scope } from './scopes';
import { invalid, validated } from './validation';
import { etagOf, versionOf, versionsIn } from './versions';

/** What is known of a request before its body is read. */
export interface Admission extends Credentials {
  caller: Caller | null;
  /** The headers of the answer: the remaining quota of the key, and which log this is; null before the request is counted. */
  stated: Readonly<Record<string, string>> | null;
}

/** A request as a transport received it: parsed, not validated. */
export interface ReceivedCall extends ReceivedCommand {
  /** The `If-Match` as it was sent, if it was. */
  readonly ifMatch?: string | readonly string[] | undefined;
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
    const ifMatch = this.conditionOf(operation, call);
    await call.mayWork?.();
    const context = await this.idempotency.contextOf(operation, caller, call, request);
    return { caller: ifMatch === null ? context : { ...context, ifMatch }, request };
  }

  /** The versions that a command depends on; null if it depends on none. Refuses with `validation-failed`. */
  private conditionOf(
    operation: OperationDeclaration,
    { ifMatch }: ReceivedCall,
  ): readonly bigint[] | null {
    if (ifMatch === undefined || takesIfMatch(operation)) return versionsIn(this.store, ifMatch);
    const detail = 'This command takes no if-match: it changes no resource that has a version.';
    throw invalid([{ in: 'header', pointer: 'if-match', code: 'unknown-field', detail }]);
  }

  /** The `ETag` of the result of an operation, or of the answer of a command; null if it has none. */
  etagOf({ kind, versioned }: OperationDeclaration, result: object): string | null {
    if (versioned !== true) return null;
    const { version = null } = kind === 'command' ? (result as Answer<object>) : {};
    const known = version ?? versionOf(result);
    return known === null ? null : etagOf(this.store, known);
  }

  /** The result of a query as clients see it: the cursor of a page has the epoch of the log in it. */
  answered(operation: OperationDeclaration, result: object): object {
    const isPage = fieldsOf(operation.request).some(({ name }) => name === 'cursor');
    return isPage ? withNamedCursor(this.store, result) : result;
  }
}
