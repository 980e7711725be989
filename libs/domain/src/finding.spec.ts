import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { postings } from './events';
import { finding } from './finding';
import type { FindingCommand, FindingEvent, Observation } from './finding-event';

const given = specification(finding);

const { asset } = a.transfer();
const chain = 'eip155:1';
const outflow = { kind: 'unplanned-outflow', chain, address: a.address, asset } as const;
const extent = { difference: '-5', fromBlock: 90, toBlock: 100 };
const subject = a.findingOpened().data.subject;
const opens = (difference = '-5'): FindingCommand => ({
  ...{ type: 'OpenFinding', ...a.parties, ...outflow, ...extent, subject, difference },
});
const explains: FindingCommand = { type: 'ExplainFinding' };

const balance = { ...a.parties, chain, address: a.address, asset } as const;
const observes = (
  onChain: bigint,
  recorded: bigint,
  observed = a.observation(),
  facts: { latest?: Observation; balancedAt?: number } = {},
): FindingCommand => {
  const { latest = null, balancedAt = null } = facts;
  const known = { latest, balancedAt };
  return {
    ...{ type: 'RecordDifference', ...balance, onChain, recorded, observed, facts: known },
  };
};
const opened = (difference: string, observed = a.observation(), opening = 1) =>
  a.findingOpened({
    ...{ kind: 'unexplained', subject: null, difference, observed, opening },
    ...{ fromBlock: null, toBlock: observed.block.number },
  });

const credits = (
  difference: string,
  to: 'customer' | 'account' = 'customer',
  custody = 100n,
  reference = a.act.reference,
): FindingCommand => ({
  ...{ type: 'CreditFinding', ...a.act, reference, difference, to, facts: { custody } },
});
const notes = (reference = a.act.reference): FindingCommand => ({
  ...{ type: 'NoteFinding', ...a.act, reference },
});

describe('an event that opens a finding', () => {
  it('opens it once, updates it in place and closes it when it is explained', () => {
    given()
      .when(opens())
      .emits(a.findingOpened())
      .when(opens())
      .changesNothing()
      .when(opens('-7'))
      .emits(a.findingUpdated({ difference: '-7', observed: null }))
      .when(explains)
      .emits(a.findingClosed({ difference: '-7' }))
      .when(explains)
      .changesNothing()
      .when(opens())
      .emits(a.findingOpened({ opening: 2 }));
  });

  it('explains nothing that was never opened', () => {
    given().when(explains).changesNothing();
  });

  it('does not open again what an operator has noted, unless it is another amount', () => {
    const noted = a.findingClosed({ how: 'noted', ...a.act });
    given(a.findingOpened(), noted)
      .when(opens())
      .changesNothing()
      .when(opens('-7'))
      .emits(a.findingClosed(), a.findingOpened({ difference: '-7', opening: 2 }));
  });
});

describe('a charge for an outflow that nobody planned', () => {
  const charged = a.findingClosed({ how: 'credited', moved: '-5', to: 'account', ...a.act });

  it('moves it from suspense to the claim', () => {
    given(a.findingOpened())
      .when(credits('-5', 'account', 0n))
      .emits(charged);
    expect(postings(charged)).toEqual([
      {
        ...{ kind: 'finding', debit: 'claim/account', credit: 'suspense/unplanned-outflow' },
        ...{ asset, amount: 5n, ...a.parties, chargeId: null },
      },
    ]);
  });

  it('is taken back when the outflow is none any more', () => {
    const back = a.findingClosed({ moved: '5', to: 'account' });
    given(a.findingOpened(), charged)
      .when(explains)
      .emits(back)
      .when(explains)
      .changesNothing()
      .when(opens())
      .emits(a.findingOpened({ opening: 2 }))
      .when(credits('-5', 'account', 0n))
      .refuses('reference-reused');
    const [[there], [again]] = [postings(charged), postings(back)];
    expect(again).toEqual({ ...there, debit: there?.credit, credit: there?.debit });
  });
});

describe('an observation of a balance', () => {
  it('opens, updates and closes one finding', () => {
    given()
      .when(observes(10n, 10n))
      .changesNothing()
      .when(observes(15n, 10n))
      .emits(opened('5'))
      .when(observes(15n, 10n, a.observation(101)))
      .changesNothing()
      .when(observes(13n, 10n, a.observation(102)))
      .emits(
        a.findingUpdated({
          ...{ difference: '3', fromBlock: null, toBlock: 102, observed: a.observation(102) },
        }),
      )
      .when(observes(13n, 13n, a.observation(103)))
      .emits(
        a.findingClosed({ kind: 'unexplained', difference: '0', observed: a.observation(103) }),
      )
      .when(observes(13n, 12n, a.observation(104)))
      .emits(opened('1', a.observation(104), 2));
  });

  it('begins after the last block without a difference', () => {
    given()
      .when(observes(15n, 10n, a.observation(), { balancedAt: 80 }))
      .emits(
        a.findingOpened({
          ...{ kind: 'unexplained', subject: null, difference: '5', observed: a.observation() },
          ...{ fromBlock: 81, toBlock: 100 },
        }),
      );
  });

  it('changes nothing when it is not the newest, by the stream or by what the caller knows', () => {
    given(opened('5'))
      .when(observes(10n, 10n, a.observation(99, '2025-01-02T04:00:00.000Z')))
      .changesNothing()
      .when(observes(10n, 10n))
      .changesNothing()
      .when(observes(10n, 10n, a.observation(101), { latest: a.observation(102) }))
      .changesNothing()
      .when(observes(10n, 10n, a.observation(100, '2025-01-02T04:00:00.000Z')))
      .emits(
        a.findingClosed({
          ...{ kind: 'unexplained', difference: '0' },
          observed: a.observation(100, '2025-01-02T04:00:00.000Z'),
        }),
      );
    given()
      .when(observes(15n, 10n, a.observation(), { latest: a.observation() }))
      .changesNothing();
  });

  it('does not open again what is credited: the stream counts that itself', () => {
    given(opened('5'))
      .when(credits('5'))
      .emits(
        a.findingClosed({
          ...{ kind: 'unexplained', difference: '5', how: 'credited', moved: '5' },
          ...{ to: 'customer', ...a.act },
        }),
      )
      .when(observes(15n, 10n, a.observation(101)))
      .changesNothing()
      .when(observes(15n, 15n, a.observation(102)))
      .emits(opened('-5', a.observation(102), 2));
  });

  it('does not open again what is noted, until it is another difference or was gone', () => {
    const noted = a.findingClosed({
      ...{ kind: 'unexplained', difference: '5', how: 'noted', ...a.act },
    });
    given(opened('5'), noted)
      .when(observes(15n, 10n, a.observation(101)))
      .changesNothing()
      .when(observes(16n, 10n, a.observation(102)))
      .emits(opened('6', a.observation(102), 2));
    given(opened('5'), noted)
      .when(observes(10n, 10n, a.observation(101)))
      .emits(
        a.findingClosed({ kind: 'unexplained', difference: '0', observed: a.observation(101) }),
      )
      .when(observes(15n, 10n, a.observation(102)))
      .emits(opened('5', a.observation(102), 2));
  });
});

describe('an operator who resolves a finding', () => {
  it('books a surplus and a shortage with custody', () => {
    const booked = (moved: string) =>
      postings(a.findingClosed({ kind: 'unexplained', how: 'credited', moved, to: 'customer' }));
    const line = { kind: 'finding', asset, amount: 5n, ...a.parties, chargeId: null };
    expect(booked('5')).toEqual([{ ...line, debit: 'custody/purse', credit: 'claim/customer' }]);
    expect(booked('-5')).toEqual([{ ...line, debit: 'claim/customer', credit: 'custody/purse' }]);
    expect(booked('0')).toEqual([]);
  });

  it('does so once, for the difference that was seen, and not beyond custody', () => {
    given()
      .when(credits('5'))
      .refuses('finding-not-found')
      .when(observes(5n, 10n))
      .emits(opened('-5'))
      .when(credits('-4'))
      .refuses('finding-changed')
      // As recorded by now, without another look at the balance.
      .when({
        ...{ type: 'CreditFinding', ...a.act, difference: '-5', to: 'account' },
        facts: { custody: 100n, difference: 0n },
      })
      .refuses('finding-changed')
      .when(credits('-5', 'account', 4n))
      .refuses('custody-too-low')
      .when(credits('-5', 'account', 5n))
      .emits(
        a.findingClosed({
          ...{ kind: 'unexplained', how: 'credited', moved: '-5', to: 'account', ...a.act },
        }),
      )
      .when(credits('-5', 'account', 0n))
      .changesNothing()
      .when(credits('-5', 'customer', 0n))
      .refuses('reference-reused')
      .when(credits('-6', 'account', 0n))
      .refuses('reference-reused')
      .when(notes())
      .refuses('reference-reused')
      .when(notes('case-1800'))
      .refuses('finding-closed');
  });

  it('takes the reference of an act for no repeat once it is open again', () => {
    const credited = a.findingClosed({
      ...{ kind: 'unexplained', difference: '7', how: 'credited', moved: '7', to: 'customer' },
      ...a.act,
    });
    const again = a.findingOpened({
      kind: 'unexplained',
      subject: null,
      difference: '7',
      opening: 2,
    });
    given({ ...again, data: { ...again.data, opening: 1 } }, credited, again)
      .when(credits('7', 'customer', 100n))
      .refuses('reference-reused')
      .when(credits('7', 'customer', 100n, 'case-1900'))
      .emits({ ...credited, data: { ...credited.data, reference: 'case-1900' } });
  });

  it('cannot credit what has no amount, but note it', () => {
    const history: readonly FindingEvent[] = [
      a.findingOpened({ kind: 'unreadable', difference: '0' }),
    ];
    given(...history)
      .when(credits('0'))
      .refuses('finding-not-creditable')
      .when(notes())
      .emits(a.findingClosed({ kind: 'unreadable', difference: '0', how: 'noted', ...a.act }));
  });

  it('has blocks matched again, after which the finding is still open', () => {
    const { watchRequestId, fromBlock, toBlock } = a.findingRescanRequested().data;
    const rescans: FindingCommand = {
      ...{ type: 'RequestFindingRescan', ...a.act, watchRequestId, fromBlock, toBlock },
    };
    given(a.findingOpened())
      .when(rescans)
      .emits(a.findingRescanRequested())
      .when(rescans)
      .changesNothing()
      .when(notes('case-1800'))
      .emits(a.findingClosed({ how: 'noted', ...a.act, reference: 'case-1800' }));
  });

  it('says why, and by which reference', () => {
    given(a.findingOpened())
      .when({ ...{ type: 'NoteFinding', reason: '', reference: 'case-1' } })
      .refuses('invalid-reason')
      .when(notes(' '))
      .refuses('invalid-reference');
  });
});
