import { type Act, isRepeat, requireAct } from './act';
import { type Credit, creditOf, isOwnCredit, type OwnerFacts } from './credit';
import type { CommandIn } from './decider';
import { DomainError } from './errors';
import { heldCredit, release } from './held-replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import { booking, type KnownReplenishment } from './replenishment-state';
import { creditingFinality, type Finality, type TransferReport } from './transfer';

/** What operators do with the credit of a replenishment. */
export type CreditCommand = CommandIn<{
  /** `custody`: what the purse holds of the asset, read a moment before. */
  VoidReplenishment: Act & { facts: { readonly custody: bigint } };
  CreditReplenishment: Act & { facts: Pick<OwnerFacts, 'customerBlocked'> };
}>;

/**
 * Takes a credit back for good, or credits a voided or held replenishment. A repeat of the last act changes
 * nothing; a reference is used once.
 *
 * - A void needs a deposit that is credited: what was reverted, rejected or never final has nothing to take
 *   back, and coins of the account itself are no deposit. Coins that have left the purse are not taken out of it a second time.
 * - A voided replenishment is credited again only while the chain shows the very transfer that was voided, as
 *   final. It goes where it was, except that a customer's status now decides between customer and account.
 * - What is held is credited from suspense, whatever it was held for: the operator has decided whose it is.
 *
 * Refuses with `invalid-reason`, `invalid-reference`, `reference-reused`, `replenishment-voided`,
 * `replenishment-not-credited`, `custody-too-low`, `replenishment-not-voided`, `replenishment-not-final`.
 */
export function changeCredit(
  command: CreditCommand,
  state: KnownReplenishment,
): readonly ReplenishmentEvent[] {
  const act = { reason: command.reason, reference: command.reference };
  requireAct(act);
  const isVoid = command.type === 'VoidReplenishment';
  if (isRepeat({ type: isVoid ? 'void' : 'credit', ...act }, state.acts)) return [];
  return isVoid ? voidCredit(act, command.facts.custody, state) : creditAgain(act, command, state);
}

function voidCredit(
  act: Act,
  custody: bigint,
  state: KnownReplenishment,
): readonly ReplenishmentEvent[] {
  const { status, credit } = state;
  if (status === 'voided') {
    const by = state.acts?.at(-1)?.reference;
    throw new DomainError('replenishment-voided', `It is voided already, by reference ${by}.`);
  }
  if (credit === null || isOwnCredit(credit) || status === 'screening') {
    throw new DomainError(
      'replenishment-not-credited',
      `Only what is credited can be voided; this replenishment is ${status}.`,
    );
  }
  const data = { ...booking(state, state.version, credit), ...act };
  if (custody < BigInt(data.amount)) {
    throw new DomainError(
      'custody-too-low',
      `The purse holds ${custody} base units of the asset, less than is to be taken back.`,
    );
  }
  return [{ type: 'ReplenishmentVoided', data }];
}

function creditAgain(
  act: Act,
  { facts }: Extract<CreditCommand, { type: 'CreditReplenishment' }>,
  state: KnownReplenishment,
): readonly ReplenishmentEvent[] {
  const { status, voided, block, finality } = state;
  // Earlier versions confirmed what was credited to suspense.
  const isHeld = state.credit?.to === 'suspense' && (status === 'held' || status === 'confirmed');
  if (isHeld) return release(state, facts, { act });
  if (status !== 'voided' || voided === undefined) {
    throw new DomainError(
      'replenishment-not-voided',
      `Only a voided or held replenishment is credited by an operator; this one is ${status}.`,
    );
  }
  if (block === null || finality === null) {
    throw new DomainError(
      'replenishment-not-final',
      'The chain does not show the transfer that was voided, as final, in the last report of it.',
    );
  }
  // Where it was by a decision it is again; else the customer's status decides between customer and account.
  const isKept = voided.credit.to === 'suspense' || isResolved(voided.credit);
  const credit = isKept ? voided.credit : creditOf({ purseStatus: 'active', ...facts });
  const data = { ...booking(state, state.version, credit), finality, restored: act };
  switch (voided.as) {
    case 'confirmed':
      return [{ type: 'ReplenishmentConfirmed', data }];
    case 'declined':
      return [{ type: 'ReplenishmentDeclined', data }];
    case 'held':
      return [{ type: 'ReplenishmentHeld', data: { ...data, credit: heldCredit(credit) } }];
  }
}

function isResolved(credit: Credit): boolean {
  return credit.to === 'account' && credit.reason === 'resolved';
}

/** Records a report of a voided transfer. It moves nothing. */
export function noteReport(
  report: TransferReport,
  required: Finality | null,
  { parties: { accountId, customerId, purseId }, outsideOrderId }: KnownReplenishment,
): readonly ReplenishmentEvent[] {
  const { version, status: reported, content: transfer, block } = report;
  const finality = creditingFinality(report, required);
  const about = { accountId, customerId, purseId, version, transfer, block, outsideOrderId };
  return [{ type: 'ReplenishmentReportNoted', data: { ...about, reported, finality } }];
}
