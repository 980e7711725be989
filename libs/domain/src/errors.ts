interface Refusal {
  /** What a refusal says about the command; each edge has a status for each kind. */
  readonly kind: 'invalid' | 'not-found' | 'exists' | 'wrong-state' | 'not-available' | 'unknown';
  readonly title: string;
  /** When it happens. */
  readonly when: string;
  /** What the client can do. */
  readonly remedy: string;
}

export type RefusalKind = Refusal['kind'];

const NOT_THERE = 'Check the id; another account may have what is not yours to see.';

/**
 * Every reason for which the domain refuses a command, with its explanation for clients. Statuses and
 * `docs/errors.md` are derived from this. The order is the order of precedence.
 */
export const REFUSALS = {
  'invalid-external-id': {
    kind: 'invalid',
    title: 'The external id cannot be used',
    when: 'An `externalId` is not 1 to 255 characters without control characters.',
    remedy: 'Send an id of your own, such as `user-42`.',
  },
  'invalid-description': {
    kind: 'invalid',
    title: 'The description cannot be used',
    when: 'A `description` is longer than it may be.',
    remedy: 'Shorten it to 500 characters.',
  },
  'invalid-profile': {
    kind: 'invalid',
    title: 'The data of the customer cannot be used',
    when: 'An e-mail address, a name, a phone number or the metadata of a customer is malformed or longer than it may be.',
    remedy: 'Correct what `detail` names.',
  },
  'invalid-reason': {
    kind: 'invalid',
    title: 'The reason cannot be used',
    when: 'A `reason` is empty, blank or longer than it may be.',
    remedy: 'Say in 1 to 500 characters why; it is kept as evidence.',
  },
  'invalid-reference': {
    kind: 'invalid',
    title: 'The reference cannot be used',
    when: 'A `reference` is empty, blank or longer than it may be.',
    remedy: 'Send 1 to 128 characters that name the act, such as `case-1742`.',
  },
  'invalid-address': {
    kind: 'invalid',
    title: 'The address cannot be used',
    when: 'An address is not one of the family, or its checksum is wrong.',
    remedy: 'Copy the address again; a wrong checksum is a typing error.',
  },
  'invalid-expiry': {
    kind: 'invalid',
    title: 'The period cannot be used',
    when: 'A period of the expiry of purses is not a whole number of days from 1 to 3650.',
    remedy: 'Send a number of days such as `30`, or `null` for never.',
  },
  'account-not-found': {
    kind: 'not-found',
    title: 'No such account',
    when: 'The account of the key was never opened.',
    remedy: 'Ask the operator of this service.',
  },
  'api-key-exists': {
    kind: 'exists',
    title: 'The key id is taken',
    when: 'Another key with this key id was issued to the same owner before, or this very key to another.',
    remedy: 'Issue the key again with another `Idempotency-Key`.',
  },
  'api-key-not-found': {
    kind: 'not-found',
    title: 'No such key',
    when: 'The account or operator has no key with this key id.',
    remedy: 'Check the key id; `npx daybook keys list` shows all of them.',
  },
  'operator-not-found': {
    kind: 'not-found',
    title: 'No such operator',
    when: 'No operator with this id was added.',
    remedy: 'Check the id; `GET /v1/operators` lists all of them.',
  },
  'chain-unknown': {
    kind: 'unknown',
    title: 'The chain is not watched here',
    when: 'A chain is not configured, or none is named where several are.',
    remedy: 'Name one of the chains in `detail`.',
  },
  'watch-request-invalid': {
    kind: 'invalid',
    title: 'The blocks cannot be matched',
    when: 'The blocks or the transaction of a watch request are missing, malformed, in the wrong order, beyond the head, too many, or not what its kind has.',
    remedy:
      'Correct what `detail` names. To match more than 10000 blocks, send a higher `blocksMax`.',
  },
  'watch-request-not-found': {
    kind: 'not-found',
    title: 'No such request',
    when: 'There is no watch request with this id.',
    remedy: 'Check the id; `GET /v1/operations/watch-requests` lists all of them.',
  },
  'watch-request-ended': {
    kind: 'wrong-state',
    title: 'The request has ended',
    when: 'A watch request is cancelled that is done or refused.',
    remedy: 'Read the request for what came of it.',
  },
  'key-not-parked': {
    kind: 'not-found',
    title: 'The key is not parked',
    when: 'A key of a topic is to be tried again that is not parked for the consumer group.',
    remedy: 'Take one from `GET /v1/operations/parked-keys`.',
  },
  'customer-not-found': {
    kind: 'not-found',
    title: 'No such customer',
    when: 'The account has no customer with this id.',
    remedy: NOT_THERE,
  },
  'customer-erased': {
    kind: 'wrong-state',
    title: 'The customer was erased',
    when: 'A customer whose personal data was erased is changed, or is to get an address.',
    remedy: 'Create the customer again with the same `externalId`: that makes a new one.',
  },
  'purse-not-found': {
    kind: 'not-found',
    title: 'No such purse',
    when: 'The account has no purse with this id.',
    remedy: NOT_THERE,
  },
  'purse-declined': {
    kind: 'wrong-state',
    title: 'The purse was declined',
    when: 'A purse that compliance declined is asked to work again.',
    remedy: 'Give the customer another way to pay; this purse is never used again.',
  },
  'address-conflict': {
    kind: 'wrong-state',
    title: 'The purse has no address of its own',
    when: 'A purse is minted again that was given the address of another one, by a fault of an earlier version.',
    remedy: 'Ask the operator to give the purse an address of its own.',
  },
  'purse-unowned': {
    kind: 'wrong-state',
    title: 'It is not certain whose the purse is',
    when: 'A purse is used again of which the event log lost the owner.',
    remedy: 'Ask the operator to confirm the owner: `npx daybook addresses confirm-owner`.',
  },
  'purse-has-owner': {
    kind: 'wrong-state',
    title: 'It is certain whose the purse is',
    when: 'An operator confirms the owner of a purse that has one.',
    remedy: 'Read the purse; nothing is to be confirmed.',
  },
  'address-not-shared': {
    kind: 'wrong-state',
    title: 'The purse has an address of its own',
    when: 'An operator gives another address to a purse that shares its address with no other one.',
    remedy: 'Read the purse; an address that is its own never changes.',
  },
  'family-not-available': {
    kind: 'not-available',
    title: 'Purses of this family are not minted here',
    when: 'The service has no extended public key for the address family.',
    remedy: 'Ask for another family, or ask the operator to configure this one.',
  },
  'replenishment-not-found': {
    kind: 'not-found',
    title: 'No such replenishment',
    when: 'The account has no replenishment with this id.',
    remedy: NOT_THERE,
  },
  'replenishment-not-screening': {
    kind: 'wrong-state',
    title: 'The replenishment is not being screened',
    when: 'A compliance decision arrives for a replenishment that does not wait for one.',
    remedy: 'Read the replenishment; it may have been decided or reverted.',
  },
  'reference-reused': {
    kind: 'wrong-state',
    title: 'The reference is taken',
    when: 'A `reference` was used for another act on the same replenishment or finding.',
    remedy: 'Send the same act to repeat it, or another reference for another act.',
  },
  'replenishment-voided': {
    kind: 'wrong-state',
    title: 'The replenishment is voided already',
    when: 'A replenishment is voided again, with another reference than the first time.',
    remedy: 'Nothing is left to take back; `detail` names the reference of the void.',
  },
  'replenishment-not-credited': {
    kind: 'wrong-state',
    title: 'Nothing is credited',
    when: 'A replenishment is voided that was never credited, or whose credit the chain took back.',
    remedy: 'Read the replenishment; its status says why nothing is credited.',
  },
  'replenishment-not-voided': {
    kind: 'wrong-state',
    title: 'The replenishment is neither voided nor held',
    when: 'An operator credits a replenishment that is neither voided nor held.',
    remedy: 'Read the replenishment; the chain alone decides about one that is neither.',
  },
  'replenishment-not-final': {
    kind: 'wrong-state',
    title: 'The chain does not show the transfer as final',
    when: 'A voided replenishment is to be credited again that was reverted, moved to another block or changed since.',
    remedy: 'Wait until the chain shows the same transfer as final, or rescan its block.',
  },
  'finding-not-found': {
    kind: 'not-found',
    title: 'No such finding',
    when: 'There is no finding with this id, or it is not about a purse of the account.',
    remedy: NOT_THERE,
  },
  'finding-closed': {
    kind: 'wrong-state',
    title: 'The finding is closed',
    when: 'A finding is resolved that was explained or resolved before.',
    remedy: 'Read the finding for what came of it; it opens again if the difference comes back.',
  },
  'finding-changed': {
    kind: 'wrong-state',
    title: 'The difference has changed',
    when: 'A finding is credited with another difference than it has by now.',
    remedy:
      'Read the finding again when its balance was compared again, and decide about the difference that it shows.',
  },
  'finding-not-creditable': {
    kind: 'wrong-state',
    title: 'The finding has no amount',
    when: 'An unreadable transfer is credited, whose amount nobody knows.',
    remedy: 'Note the finding, and credit the unexplained difference of the balance.',
  },
  'custody-too-low': {
    kind: 'wrong-state',
    title: 'The purse does not hold as much',
    when: 'More is to be taken out of the custody of a purse than it holds, because coins have left it since.',
    remedy: 'Read the balances of the purse, and correct the claim instead.',
  },
  'asset-unknown': {
    kind: 'unknown',
    title: 'No such asset',
    when: 'A currency code or an asset id is not in the registry.',
    remedy: 'Take one from `GET /v1/assets`.',
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

/** A refused command: a stable code, and a sentence that says what would work. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}
