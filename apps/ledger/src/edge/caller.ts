import type { QuotaTier, TierQuota } from '@daybook/domain';
import type { AddressRanges } from '@daybook/platform';
import type { Scope } from './scopes';

interface KeyHolder {
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The words that the key was issued with: groups and scopes. */
  readonly words: readonly string[];
  /** Who holds the key, as far as that is known; the operator for a key of an operator. */
  readonly person: string | null;
  /** The quotas of the key by tier; that of the service where a tier has none. */
  readonly quotas: Partial<Readonly<Record<QuotaTier, TierQuota>>> | null;
}

/** A tenant's key. It sees its own account only. */
export interface AccountCaller extends KeyHolder {
  readonly kind: 'account';
  readonly accountId: string;
  /** Whether the account is closed: its keys read only. */
  readonly isClosed: boolean;
  /** Where the key may be used; null for anywhere. */
  readonly allowedAddresses: AddressRanges | null;
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
