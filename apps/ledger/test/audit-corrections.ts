import type { FindingCommand, ReplenishmentCommand } from '@daybook/domain';
import * as a from '../../../libs/domain/testing/a';
import { amountOf } from './audit-outflows';

/** Void number `act` of a replenishment, or a credit of it again. */
export function correction(act: number, isVoid: boolean): ReplenishmentCommand {
  const by = { reason: 'test', reference: `case-${act}` };
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
