import type { Act, PastAct } from './act';
import type { CustomerState } from './customer';
import type { CommandIn, EventIn } from './decider';
import type { PurseExpiry, PurseUse } from './expiry';
import type { Family } from './ids';

/** The longest order id of a merchant that a purse carries. */
export const OUTSIDE_ORDER_ID_LENGTH_MAX = 128;

/** The merchant's own word for one of several purses of a customer: visible ASCII, so that it fits into a path. */
export const PURSE_REFERENCE = /^[\x21-\x7e]{1,64}$/;
export const PURSE_REFERENCE_LENGTH_MAX = 64;

/** Where an address comes from: the child `<branch>/<index>` of the xpub with this fingerprint. */
export interface Derivation {
  readonly xpubFingerprint: string;
  readonly branch: number;
  readonly index: number;
}

interface Minted {
  readonly accountId: string;
  readonly customerId: string;
  readonly family: Family;
  /** In the family's canonical form. */
  readonly address: string;
  readonly derivation: Derivation;
  /** Tells the purses of one customer and family apart; absent for the one without. */
  readonly reference?: string;
  /** The merchant's own order id, returned with every replenishment that is detected while the purse has it. */
  readonly outsideOrderId: string | null;
  /** RFC 3339, UTC. */
  readonly mintedAt: string;
}

/** What decides whether a purse expires, read from other streams and read models a moment before. */
export interface ExpiryFacts {
  readonly policy: PurseExpiry;
  readonly use: PurseUse;
  /** How often the purse had been restored when `use` was read. */
  readonly restorations: number;
  /** Why nothing may expire now, such as an open replenishment; null when nothing prevents it. */
  readonly heldBy: string | null;
}

export type ArchiveReason = 'never-replenished' | 'unused' | 'requested';

/** What is read of other purses and streams a moment before a mint. */
export interface MintFacts {
  /** A blocked customer can have a purse. */
  readonly owner: CustomerState;
  /**
   * Whether another purse of the customer and family is declined and no operator has allowed a new address since.
   * Absent: no. A decline that the read models do not have yet is as if it had come a moment later.
   */
  readonly hasDeclined?: boolean;
}

export type PurseCommand = CommandIn<{
  /** `outsideOrderId`: absent keeps the one that the purse has, null clears it. `reference` is part of the id. */
  MintPurse: Omit<Minted, 'mintedAt' | 'outsideOrderId' | 'reference'> & {
    reference?: string | null | undefined;
    outsideOrderId?: string | null | undefined;
    at: string;
    facts: MintFacts;
  };
  ChangePurseOrder: { accountId: string; outsideOrderId: string | null };
  ArchivePurse: { accountId: string; reason: ArchiveReason };
  /** `at` is the database's time, RFC 3339. */
  ExpirePurse: { accountId: string; at: string; facts: ExpiryFacts };
  RestorePurse: { accountId: string };
  DeclinePurse: { accountId: string; replenishmentId: string };
  /** Lets the customer of a declined purse have a new address of its family, under a reference. */
  AllowReplacement: Act & { accountId: string };
  /** For an address that the tables know and the log lost, where another purse is its customer's by now. */
  LoseOwner: { accountId: string; reason: string };
  ConfirmOwner: Act & { accountId: string };
  /** `isHeld`: whether the purse was given the address of another one, by the read models. */
  AssignAddress: Act & {
    accountId: string;
    address: string;
    derivation: Derivation;
    at: string;
    facts: { readonly isHeld: boolean };
  };
}>;

export type PurseEvent = EventIn<{
  PurseMinted: Minted;
  PurseArchived: { reason: ArchiveReason };
  PurseRestored: Record<string, never>;
  PurseDeclined: { replenishmentId: string };
  /** From now on replenishments have this order id; null for none. */
  PurseOrderChanged: { outsideOrderId: string | null };
  PurseReplacementAllowed: Act;
  PurseOwnerLost: { reason: string };
  PurseOwnerConfirmed: Act;
  PurseAddressAssigned: Act & {
    readonly family: Family;
    readonly address: string;
    readonly derivation: Derivation;
    /** RFC 3339, UTC. */
    readonly assignedAt: string;
  };
}>;

/** The status that each event sets; null where it stays. */
export const PURSE_STATUS_AFTER: Readonly<Record<PurseEvent['type'], PurseStatus | null>> = {
  PurseMinted: 'active',
  PurseArchived: 'archived',
  PurseRestored: 'active',
  PurseDeclined: 'declined',
  PurseOrderChanged: null,
  PurseReplacementAllowed: null,
  PurseOwnerLost: 'unowned',
  PurseOwnerConfirmed: 'active',
  PurseAddressAssigned: null,
};

/** `unowned`: it is not certain whose the address is. */
export type PurseStatus = 'active' | 'archived' | 'declined' | 'unowned';

export type KnownPurse = Minted & {
  readonly status: PurseStatus;
  readonly restorations: number;
  /** Whether an operator let its customer have a new address after a decline; absent for no. */
  readonly replacementAllowed?: true;
  /** What operators did about it; absent for nothing. */
  readonly acts?: readonly PastAct[];
};

export type PurseState = { readonly status: 'absent' } | KnownPurse;
