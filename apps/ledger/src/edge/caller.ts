import type { Quotas } from './rate-limit';
import type { Scope } from './scopes';

interface KeyHolder {
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** A tenant's key. It sees its own account only. */
export interface AccountCaller extends KeyHolder {
  readonly kind: 'account';
  readonly accountId: string;
  /** The quotas of the account's policy; the configured ones count for tiers without one. */
  readonly quotas?: Partial<Quotas> | null;
}

/** An operator's key. The operator names the account in each request. */
export interface OperatorCaller extends KeyHolder {
  readonly kind: 'operator';
  readonly operatorId: string;
}

/** The sender of a request. */
export type Caller = AccountCaller | OperatorCaller;

/** The key by which what a caller does is counted: keys of two owners may have the same key id. */
export function countedAs(caller: Caller): string {
  const owner = caller.kind === 'account' ? caller.accountId : caller.operatorId;
  return `${owner} ${caller.keyId}`;
}

/** The caller as events name it. */
export function actorOf(caller: Caller): string {
  return caller.kind === 'account' ? `key:${caller.keyId}` : `operator:${caller.operatorId}`;
}
