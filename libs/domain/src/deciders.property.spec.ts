import fc from 'fast-check';
import * as a from '../testing/a';
import { RUNS } from '../testing/runs';
import { decideTwice, deepFreeze } from '../testing/specification';
import { type AccountCommand, account } from './account';
import { type CustomerCommand, customer } from './customer';
import { type Decider, fold } from './decider';
import { type PurseCommand, purse } from './purse';
import { type ReplenishmentCommand, replenishment } from './replenishment';
import type { TransferReport } from './transfer';

/** What every decider guarantees for any commands in any order. */

const accountIds = fc.constantFrom(a.parties.accountId, a.parties.accountId, a.otherAccountId);
const texts = fc.constantFrom('one', 'two', '', 'x'.repeat(1_000));

const days = fc.constantFrom(null, 1, 30, 0, 1.5);

const accountCommands: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.record({
    type: fc.constant('OpenAccount'),
    name: texts,
    policy: fc.record({ screening: fc.boolean() }),
  }),
  fc.record({
    type: fc.constant('ChangeAccountPolicy'),
    purseExpiry: fc.record({ unusedDays: days, idleDays: days }),
    reason: texts,
  }),
  fc.record({
    type: fc.constant('IssueApiKey'),
    keyId: fc.constantFrom('k1', 'k2'),
    keyHash: texts,
    scopes: fc.subarray(['read', 'write']),
    name: fc.option(texts),
    expiresAt: fc.option(fc.constant(a.at)),
  }),
  fc.record({
    type: fc.constant('RevokeApiKey'),
    keyId: fc.constantFrom('k1', 'k2'),
    reason: fc.option(texts),
  }),
);

const customerCommands: fc.Arbitrary<CustomerCommand> = fc.oneof(
  fc.record({
    type: fc.constant('CreateCustomer'),
    accountId: accountIds,
    externalId: texts,
    externalIdHash: fc.option(texts),
    description: fc.option(texts),
    at: fc.constant(a.at),
  }),
  fc.record({
    type: fc.constant('EraseCustomer'),
    accountId: accountIds,
    reason: texts,
    at: fc.constant(a.at),
  }),
  fc.record({
    type: fc.constant('UpdateCustomer'),
    accountId: accountIds,
    description: fc.option(texts),
  }),
  fc.record({
    type: fc.constantFrom('BlockCustomer', 'UnblockCustomer'),
    accountId: accountIds,
    reason: texts,
  }),
);

const purseCommands: fc.Arbitrary<PurseCommand> = fc.oneof(
  fc.record({
    type: fc.constant('MintPurse'),
    accountId: accountIds,
    customerId: fc.constant(a.parties.customerId),
    family: fc.constantFrom('evm', 'tron'),
    address: texts,
    derivation: fc.record({ xpubFingerprint: texts, branch: fc.nat(9), index: fc.nat(9) }),
    outsideOrderId: fc.option(texts),
    at: fc.constant(a.at),
    facts: fc.record({
      owner: fc.constantFrom(a.owner(), a.owner({ status: 'erased' }), {
        status: 'absent' as const,
      }),
    }),
  }),
  fc.record({
    type: fc.constant('ArchivePurse'),
    accountId: accountIds,
    reason: fc.constantFrom('never-replenished', 'unused', 'requested'),
  }),
  fc.record({
    type: fc.constant('ExpirePurse'),
    accountId: accountIds,
    at: fc.constantFrom(a.at, '2025-12-31T00:00:00.000Z'),
    facts: fc.record({
      policy: fc.record({ unusedDays: days, idleDays: days }),
      use: fc.record({
        activeSince: fc.constant(a.at),
        lastReceiptAt: fc.option(fc.constant(a.at)),
      }),
      restorations: fc.nat(1),
      heldBy: fc.constantFrom(null, 'A replenishment is open.'),
    }),
  }),
  fc.record({ type: fc.constant('RestorePurse'), accountId: accountIds }),
  fc.record({
    type: fc.constant('DeclinePurse'),
    accountId: accountIds,
    replenishmentId: texts,
  }),
);

/** Reports without rhyme or reason: such as no chain could write, but a broken watcher might. */
const reports: fc.Arbitrary<TransferReport> = fc.record({
  version: fc.nat(20),
  status: fc.constantFrom('seen', 'detected', 'final', 'reverted', 'dropped', 'failed'),
  content: fc.record({
    chain: fc.constant('eip155:1'),
    asset: fc.constantFrom(a.asset().id, 'eip155:1/erc721:0x1/7'),
    amount: fc.constantFrom('0', '1', '5', String(2n ** 256n - 1n)),
    from: fc.constantFrom('0x1', '0x2'),
    to: fc.constantFrom('0x3', '0x4'),
    txHash: fc.constant('0x5'),
    ordinal: fc.constant('log:0'),
  }),
  block: fc.option(fc.constantFrom(a.block('a'), a.block('b'))),
  finality: fc.option(fc.constantFrom(a.depth, { kind: 'tag', tag: 'safe' } as const)),
  passed: fc.constantFrom<readonly string[]>(
    [],
    ['depth:12'],
    ['depth:3', 'tag:finalized'],
    ['moon:full'],
  ),
  waiting: fc.constantFrom(
    ...([null, 'awaiting-second-provider', 'unproven-trace', 'unread-balance'] as const),
  ),
});
const owners = {
  purseStatus: fc.constantFrom(
    'active' as const,
    'archived' as const,
    'declined' as const,
    'unowned' as const,
  ),
  customerBlocked: fc.boolean(),
  customerErased: fc.boolean(),
};
const replenishmentCommands: fc.Arbitrary<ReplenishmentCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('RecordTransfer'),
      report: reports,
      facts: fc.record({
        ...owners,
        parties: fc.constantFrom(a.parties, { ...a.parties, purseId: 'second-purse' }),
        asset: fc.option(fc.constantFrom(a.asset(), a.asset({ minimum: 2n }))),
        outsideOrderId: fc.constantFrom(null, 'order-7'),
        isFungible: fc.boolean(),
        screening: fc.boolean(),
        requiredFinality: fc.option(fc.constantFrom(a.depth, a.tagged('finalized'))),
        sender: fc.constantFrom('gas-address', 'purse-of-account', 'elsewhere'),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('ResolveCompliance'),
      accountId: accountIds,
      decision: fc.constantFrom('approved', 'declined'),
      facts: fc.record(owners),
    }),
  },
);

/** The history that the commands lead to; a refused command adds nothing. */
function obey<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  commands: readonly Command[],
  check: (command: Command, history: readonly Event[]) => void = () => {},
): readonly Event[] {
  let history: readonly Event[] = [];
  for (const command of commands) {
    try {
      history = [...history, ...decideTwice(decider, history, command)];
    } catch (error) {
      expect(error).toMatchObject({ name: 'DomainError' });
      continue;
    }
    check(command, history);
  }
  return history;
}

function keepsItsPromises<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  commands: fc.Arbitrary<Command>,
): void {
  const sequences = fc.array(commands, { maxLength: 12 });

  it('refuses with a domain error or answers; the same input gets the same answer', () => {
    fc.assert(
      fc.property(sequences, (told) => void obey(decider, told)),
      RUNS,
    );
  });

  it('changes nothing when a command it accepted is repeated at once', () => {
    fc.assert(
      fc.property(sequences, (told) => {
        obey(decider, told, (command, history) => {
          expect(decideTwice(decider, history, command)).toEqual([]);
        });
      }),
      RUNS,
    );
  });

  it('folds a history in two parts, and twice, to the state of the whole', () => {
    fc.assert(
      fc.property(sequences, fc.nat(), (told, cut) => {
        const history = obey(decider, told);
        const whole = fold(decider, history);
        const at = cut % (history.length + 1);
        const half = fold(decider, history.slice(0, at));
        expect(fold(decider, history.slice(at), half)).toEqual(whole);
        expect(fold(decider, history)).toEqual(whole);
      }),
      RUNS,
    );
  });

  it('folds any part of a history in any order without throwing: history cannot be refused', () => {
    fc.assert(
      fc.property(sequences, fc.array(fc.nat(), { maxLength: 20 }), (told, picks) => {
        const history = deepFreeze(obey(decider, told));
        const torn = picks.flatMap((pick) => history[pick % history.length] ?? []);
        expect(() => fold(decider, torn)).not.toThrow();
      }),
      RUNS,
    );
  });
}

describe('the account decider', () => keepsItsPromises(account, accountCommands));
describe('the customer decider', () => keepsItsPromises(customer, customerCommands));
describe('the purse decider', () => keepsItsPromises(purse, purseCommands));
describe('the replenishment decider', () => {
  keepsItsPromises(replenishment, replenishmentCommands);

  it('never goes back to an older version', () => {
    fc.assert(
      fc.property(fc.array(replenishmentCommands, { maxLength: 12 }), (told) => {
        const history = obey(replenishment, told);
        const versions = history.map((event) => event.data.version);
        expect(versions).toEqual([...versions].sort((x, y) => x - y));
      }),
      RUNS,
    );
  });
});
