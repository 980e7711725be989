import type { Scope } from './scopes';

interface KeyHolder {
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** A tenant's key. It sees its own account only. */
export interface AccountCaller extends KeyHolder {
  readonly kind: 'account';
  readonly accountId: string;
}

/** The key of an operator, who names the account that an operation is about. */
export interface OperatorCaller extends KeyHolder {
  readonly kind: 'operator';
  readonly operatorId: string;
}

/** Who sent a request. */
export type Caller = AccountCaller | OperatorCaller;

/** How events name who caused them. */
export function actorOf(caller: Caller): string {
  return caller.kind === 'account' ? `key:${caller.keyId}` : `operator:${caller.operatorId}`;
}
