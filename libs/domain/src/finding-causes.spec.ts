import * as a from '../testing/a';
import type { DomainEvent } from './events';
import { findingCauseOf, outflowExplained, unplannedOutflow } from './finding-causes';

const { accountId, customerId, purseId } = a.parties;
const outflow = a.outflow({ netted: '500000' });
const booked = { outflow, amount: 1_000_000n };

const causeOf = (event: DomainEvent) => findingCauseOf(event, a.replenishmentId);

describe('an outflow', () => {
  it('that nobody planned opens a finding of what left, and its removal explains that one', () => {
    const event = a.outflowBooked(booked);
    const { outflowId, block } = event.data;
    const opens = causeOf(event);
    expect(opens).toEqual({
      name: `finding\nunplanned-outflow\n${outflowId}`,
      accountId,
      command: {
        ...{ type: 'OpenFinding', kind: 'unplanned-outflow', accountId, customerId, purseId },
        ...{ chain: 'eip155:1', address: a.address, asset: outflow.asset, subject: outflowId },
        ...{ difference: '-1000000', fromBlock: block.number, toBlock: block.number },
      },
    });
    const parties = { accountId, customerId, purseId };
    const left = { outflowId, amount: '1000000', block: block.number, asset: outflow.asset };
    const from = { chain: 'eip155:1', address: a.address };
    expect(opens).toEqual(unplannedOutflow(parties, { ...left, ...from }));
    expect(causeOf(a.outflowReverted(booked))).toEqual(outflowExplained(parties, outflowId));
  });

  it.each(['internal', 'network-fee'] as const)('that is %s is none', (use) => {
    expect(causeOf(a.outflowBooked({ ...booked, use }))).toBeNull();
    expect(causeOf(a.outflowReverted({ ...booked, use }))).toBeNull();
  });

  it('that was not booked has opened none', () => {
    expect(causeOf(a.outflowDetected())).toBeNull();
    expect(causeOf(a.outflowReverted({ ...booked, booked: false }))).toBeNull();
  });
});

it('an unreadable transfer is explained by each later report of it', () => {
  const name = `finding\nunreadable\n${a.replenishmentId}`;
  for (const event of [
    a.replenishmentDetected(),
    a.replenishmentReverted(),
    a.ownCoinsDetected(),
  ]) {
    expect([event.type, causeOf(event)]).toEqual([
      event.type,
      { name, accountId, command: { type: 'ExplainFinding' } },
    ]);
  }
});
