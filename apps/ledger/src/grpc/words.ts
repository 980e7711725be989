import { v1 } from '@daybook/contracts';
import type { Family, ReplenishmentStatus } from '@daybook/domain';
import type { ChainWire } from '../chains/chains.dto';
import type { Customer, Purse, Replenishment } from '../edge/resources';
import type { ComplianceState, TransactionState } from '../replenishments/replenishments.dto';

/** The words of one list, by the enum values that stand for them in messages. */
type Words<Word extends string, Value extends string> = Readonly<Record<Word, Value>>;

// A new word does not compile until the contract has a value for it.

export const FAMILY: Words<Family, v1.Family> = {
  evm: v1.Family.FAMILY_EVM,
  tron: v1.Family.FAMILY_TRON,
};

export const CUSTOMER_STATUS: Words<Customer['status'], v1.CustomerStatus> = {
  ACTIVE: v1.CustomerStatus.CUSTOMER_STATUS_ACTIVE,
  BLOCKED: v1.CustomerStatus.CUSTOMER_STATUS_BLOCKED,
};

export const PURSE_STATUS: Words<Purse['status'], v1.PurseStatus> = {
  PENDING_PAYMENT: v1.PurseStatus.PURSE_STATUS_PENDING_PAYMENT,
  ARCHIVED: v1.PurseStatus.PURSE_STATUS_ARCHIVED,
  DECLINED: v1.PurseStatus.PURSE_STATUS_DECLINED,
};

export const REPLENISHMENT_STATUS: Words<ReplenishmentStatus, v1.ReplenishmentStatus> = {
  seen: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_SEEN,
  detected: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_DETECTED,
  screening: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_SCREENING,
  confirmed: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_CONFIRMED,
  declined: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_DECLINED,
  reverted: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_REVERTED,
  dropped: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_DROPPED,
  rejected: v1.ReplenishmentStatus.REPLENISHMENT_STATUS_REJECTED,
};

export const TRANSACTION_STATE: Words<TransactionState, v1.TransactionState> = {
  MEM_POOL_FOUND: v1.TransactionState.TRANSACTION_STATE_MEM_POOL_FOUND,
  PENDING_COMPLIANCE_CHECK: v1.TransactionState.TRANSACTION_STATE_PENDING_COMPLIANCE_CHECK,
  CONFIRMED: v1.TransactionState.TRANSACTION_STATE_CONFIRMED,
  DECLINED: v1.TransactionState.TRANSACTION_STATE_DECLINED,
  REVERTED: v1.TransactionState.TRANSACTION_STATE_REVERTED,
  DROPPED: v1.TransactionState.TRANSACTION_STATE_DROPPED,
  REJECTED: v1.TransactionState.TRANSACTION_STATE_REJECTED,
};

export const COMPLIANCE_STATE: Words<ComplianceState, v1.ComplianceState> = {
  UNCHECKED: v1.ComplianceState.COMPLIANCE_STATE_UNCHECKED,
  IN_PROGRESS: v1.ComplianceState.COMPLIANCE_STATE_IN_PROGRESS,
  CHECKED: v1.ComplianceState.COMPLIANCE_STATE_CHECKED,
  DECLINE: v1.ComplianceState.COMPLIANCE_STATE_DECLINE,
};

export const CREDITED_TO: Words<NonNullable<Replenishment['creditedTo']>, v1.CreditedTo> = {
  customer: v1.CreditedTo.CREDITED_TO_CUSTOMER,
  account: v1.CreditedTo.CREDITED_TO_ACCOUNT,
  suspense: v1.CreditedTo.CREDITED_TO_SUSPENSE,
};

export const CHAIN_STATE: Words<ChainWire['state'], v1.ChainState> = {
  unwatched: v1.ChainState.CHAIN_STATE_UNWATCHED,
  'catching-up': v1.ChainState.CHAIN_STATE_CATCHING_UP,
  following: v1.ChainState.CHAIN_STATE_FOLLOWING,
  stalled: v1.ChainState.CHAIN_STATE_STALLED,
};

/**
 * The word behind a value of a request; undefined when nothing was said. A value that this contract
 * does not have is given back as it is: no list of words has it, so the rules refuse it.
 */
export function wordOf<Value extends string>(
  words: Words<string, Value>,
  value: Value,
): string | undefined {
  if (value.endsWith('_UNSPECIFIED')) return undefined;
  return Object.keys(words).find((word) => words[word] === value) ?? value;
}
