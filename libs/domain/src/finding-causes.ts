import type { Parties } from './credit';
import type { DomainEvent } from './events';
import type { FindingCommand } from './finding-event';
import { identity, type StreamKind } from './ids';
import type { TransferContent } from './transfer';

/** What an event means for a finding. */
export interface FindingCause {
  /** The name that the id of the finding is made of. */
  readonly name: string;
  readonly accountId: string;
  readonly command: Extract<FindingCommand, { type: 'OpenFinding' | 'ExplainFinding' }>;
}

type Causes = {
  readonly [Type in DomainEvent['type']]?: (
    data: Extract<DomainEvent, { type: Type }>['data'],
    /** The id in the name of the event's stream. */
    id: string,
  ) => FindingCause | null;
};

/** The kinds of streams whose events open or explain findings. */
export const FINDING_CAUSE_KINDS = [
  'replenishment',
  'outflow',
] as const satisfies readonly StreamKind[];

/** What opens a finding by itself, and what explains one that an event has opened. */
const FINDING_CAUSES: Causes = {
  ReplenishmentRejected: (data, id) =>
    data.transfer.unreadable === true
      ? unreadable(data, id, data.transfer, data.block.number)
      : explainsUnreadable(data, id),
  // A reorg, or a better reading of its block, shows another movement.
  ReplenishmentDetected: (data, id) => explainsUnreadable(data, id),
  ReplenishmentReverted: (data, id) => explainsUnreadable(data, id),
  OwnCoinsDetected: (data, id) => explainsUnreadable(data, id),
  OutflowBooked: ({ use, asset, amount, outflowId, outflow, block, ...parties }) => {
    if (use !== 'unplanned') return null;
    const { chain, from: address } = outflow;
    const left = { outflowId, chain, address, asset, amount, block: block.number };
    return unplannedOutflow(parties, left);
  },
  OutflowReverted: ({ use, booked, outflowId, ...parties }) =>
    booked && use === 'unplanned' ? outflowExplained(parties, outflowId) : null,
};

/** What an event means for a finding, or null. `id` is the id in the name of its stream. */
export function findingCauseOf({ type, data }: DomainEvent, id: string): FindingCause | null {
  // The compiler cannot see that type and data belong together.
  return FINDING_CAUSES[type]?.(data as never, id) ?? null;
}

/** An outflow that nobody planned: custody is less by it, and it waits in suspense. */
export function unplannedOutflow(
  { accountId, customerId, purseId }: Parties,
  outflow: {
    /** `<chain>/<transaction>/<ordinal>`. */
    readonly outflowId: string;
    readonly chain: string;
    readonly address: string;
    readonly asset: string;
    /** What left, in base units: positive. */
    readonly amount: string;
    readonly block: number;
  },
): FindingCause {
  const { outflowId, chain, address, asset, amount, block } = outflow;
  const found = { kind: 'unplanned-outflow', chain, address, asset, subject: outflowId } as const;
  const extent = { difference: String(-BigInt(amount)), fromBlock: block, toBlock: block };
  const parties = { accountId, customerId, purseId };
  return {
    name: identity.finding('unplanned-outflow', outflowId),
    accountId,
    command: { type: 'OpenFinding', ...parties, ...found, ...extent },
  };
}

/** An outflow that is none any more: the chain took it back, or it turned out to be planned. */
export function outflowExplained({ accountId }: Parties, outflowId: string): FindingCause {
  const name = identity.finding('unplanned-outflow', outflowId);
  return { name, accountId, command: { type: 'ExplainFinding' } };
}

function unreadable(
  { accountId, customerId, purseId }: Parties,
  replenishmentId: string,
  { chain, asset, to: address }: TransferContent,
  block: number,
): FindingCause {
  const found = { kind: 'unreadable', chain, address, asset, subject: replenishmentId } as const;
  const extent = { difference: '0', fromBlock: block, toBlock: block };
  const parties = { accountId, customerId, purseId };
  return {
    name: identity.finding('unreadable', replenishmentId),
    accountId,
    command: { type: 'OpenFinding', ...parties, ...found, ...extent },
  };
}

function explainsUnreadable({ accountId }: Parties, replenishmentId: string): FindingCause {
  const name = identity.finding('unreadable', replenishmentId);
  return { name, accountId, command: { type: 'ExplainFinding' } };
}
