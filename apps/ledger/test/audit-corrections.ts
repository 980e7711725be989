import type {
  AdjustmentCommand,
  CustomerTransferCommand,
  FindingCommand,
  ReplenishmentCommand,
} from '@daybook/domain';
import * as a from '../../../libs/domain/testing/a';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { ASSETS, amountOf } from './audit-outflows';

const SCALE = { currency: 'TEST', decimals: 6 };

/** Void number `act` of a replenishment, a credit of it again, or its release to the customer. */
export function correction(act: number, isVoid: boolean): ReplenishmentCommand {
  const by = { reason: 'test', reference: `case-${act}` };
  if (act % 5 === 0) {
    const facts = { customerBlocked: false, available: null, scale: SCALE };
    return { type: 'ReleaseToCustomer', accountId: DEFAULT_ACCOUNT_ID, ...by, facts };
  }
  return isVoid
    ? { type: 'VoidReplenishment', ...by, facts: { custody: 10n ** 30n } }
    : { type: 'CreditReplenishment', ...by, facts: { customerBlocked: act % 4 === 0 } };
}

/** The next command about finding `t`, which opens, changes, is resolved, and is explained. */
export function findingCommand(
  t: number,
  act: number,
  number: (below: number) => number,
  parties: typeof a.parties,
): FindingCommand {
  const { chain, id: asset } = a.asset();
  const difference = String(t % 2 === 0 ? -amountOf(t) : amountOf(t));
  const by = { reason: 'test', reference: `case-${act}` };
  switch (number(5)) {
    case 0:
      return { type: 'NoteFinding', ...by };
    case 1:
      return { type: 'ExplainFinding' };
    case 2: {
      const facts = { custody: 10n ** 30n };
      return { type: 'CreditFinding', ...by, difference, to: 'customer', facts };
    }
    default: {
      const blocks = { fromBlock: t, toBlock: t + number(2) };
      const place = { ...parties, chain, asset, address: a.address };
      return {
        ...{ type: 'OpenFinding', ...place, ...blocks, difference },
        ...(t % 2 === 0
          ? { kind: 'unplanned-outflow', subject: `outflow ${t}` }
          : { kind: 'unexplained', subject: null }),
      } as FindingCommand;
    }
  }
}

/** So much for everybody that no history takes a claim below zero: the books would be right to complain. */
export function fundings(
  accountId: string,
  owners: readonly (string | null)[],
): readonly AdjustmentCommand[] {
  return owners.flatMap((customerId, n) =>
    ASSETS.map((asset) => ({
      ...{ type: 'MakeAdjustment', accountId, customerId, purseId: null, asset },
      ...{ amount: `${10n ** 26n}`, direction: 'credit', forced: false, reason: 'test' },
      reference: `funding-${n}-${asset}`,
      facts: {
        customer: { status: 'active', accountId },
        purse: null,
        available: null,
        scale: SCALE,
      },
    })),
  );
}

/** Adjustment or transfer number `t`, of a claim that has enough. */
export function claimCommand(
  t: number,
  number: (below: number) => number,
  accountId: string,
  customerAt: (n: number) => string,
):
  | { readonly kind: 'adjustment'; readonly command: AdjustmentCommand }
  | { readonly kind: 'transfer'; readonly command: CustomerTransferCommand } {
  const known = { status: 'active', accountId } as const;
  const asset = ASSETS[t % 2] as string;
  const about = { accountId, asset, amount: `${amountOf(t)}`, reason: 'test', reference: `r-${t}` };
  const n = number(6);
  if (t % 3 === 0) {
    const sides = { fromCustomerId: customerAt(n), toCustomerId: customerAt((n + 1) % 6) };
    const facts = { from: known, to: known, available: 10n ** 30n, scale: SCALE };
    const command = { type: 'MakeCustomerTransfer', ...about, ...sides, facts } as const;
    return { kind: 'transfer', command };
  }
  const isOfAccount = number(3) === 0;
  const direction = number(2) === 0 ? 'credit' : 'debit';
  const parties = { customerId: isOfAccount ? null : customerAt(n), purseId: null };
  const facts = { customer: known, purse: null, available: null, scale: SCALE };
  const forced = direction === 'debit';
  const command = {
    type: 'MakeAdjustment',
    ...about,
    ...parties,
    direction,
    forced,
    facts,
  } as const;
  return { kind: 'adjustment', command };
}
