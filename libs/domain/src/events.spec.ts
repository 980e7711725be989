import * as a from '../testing/a';
import { EVENT_TYPES, goldenFiles, jsonType, leaves } from '../testing/golden';
import { account } from './account';
import { addressBranch } from './address-branch';
import { assetRecord } from './asset-record';
import type { Credit } from './credit';
import { customer } from './customer';
import { type CustomerProfile, NO_PROFILE, PROFILE_FIELDS } from './customer-profile';
import type { DomainEvent } from './events';
import { NEVER_EXPIRES } from './expiry';
import { finding } from './finding';
import { keyClaim } from './key-claim';
import { log } from './log';
import { loss } from './loss';
import { operator } from './operator';
import { outflow } from './outflow';
import { purse } from './purse';
import { replenishment } from './replenishment';
import { UnknownEvent, upcast } from './upcast';
import { watchRequest } from './watch-request';

const golden = goldenFiles();

const credits: readonly Credit[] = [
  { to: 'customer' },
  { to: 'account', reason: 'customer-blocked' },
  { to: 'suspense', reason: 'purse-archived' },
];
const tag = { kind: 'tag', tag: 'finalized' } as const;
const outsideOrderId = 'order-7';
/** Each field of a profile as it is stored: one text, whatever its type in the open. */
const sealedProfile = Object.fromEntries(
  PROFILE_FIELDS.map((field) => [field, 'sealed']),
) as object as CustomerProfile;
const sum = { first: a.replenishmentId, amount: '10', count: 2 };

/** The current shape of each event, which the compiler checks, in each form that a field may have. */
const CURRENT: { readonly [Type in DomainEvent['type']]: readonly a.EventOf<Type>[] } = {
  AccountOpened: [a.accountOpened()],
  AccountPolicyChanged: [
    a.accountPolicyChanged(),
    a.accountPolicyChanged({ purseExpiry: NEVER_EXPIRES }),
  ],
  ApiKeyIssued: [
    a.apiKeyIssued(),
    a.apiKeyIssued({ name: 'payouts', expiresAt: '2026-01-01T00:00:00.000Z' }),
  ],
  ApiKeyRevoked: [a.apiKeyRevoked(), a.apiKeyRevoked({ reason: 'leaked' })],
  OperatorAdded: [a.operatorAdded()],
  OperatorKeyIssued: [
    a.operatorKeyIssued(),
    a.operatorKeyIssued({ name: 'laptop', expiresAt: '2026-01-01T00:00:00.000Z' }),
  ],
  OperatorKeyRevoked: [a.operatorKeyRevoked()],
  WatchRequested: [
    a.watchRequested(),
    a.watchRequested({ kind: 'reset-ring', from: null, to: null }),
    a.watchRequested({ from: null, to: null, transaction: '0x5c' }),
    a.watchRequested({ kind: 'pause', from: null, to: null }),
  ],
  WatchRequestCancelled: [a.watchRequestCancelled()],
  ParkedKeyRetried: [a.parkedKeyRetried()],
  AddressBranchOpened: [a.addressBranchOpened()],
  AssetRecorded: [a.assetRecorded()],
  AssetRenamed: [a.assetRenamed()],
  IdempotencyKeyClaimed: [a.idempotencyKeyClaimed()],
  ClaimedRequestChangedNothing: [a.claimedRequestChangedNothing()],
  LogBegun: [a.logBegun()],
  LogEpochBegun: [a.logEpochBegun()],
  LossRecorded: [
    a.lossRecorded(),
    a.lossRecorded({
      lost: {
        ...{ status: 'open', customerId: null, purseId: null, asset: null, amount: null },
        ...{ txHash: null, blockNumber: null },
      },
    }),
  ],
  CustomerCreated: [
    a.customerCreated(),
    a.customerCreated({ ...sealedProfile, emailHash: a.hashes.email }),
    a.customerCreated({ externalIdHash: null }),
  ],
  CustomerUpdated: [
    a.customerUpdated(),
    a.customerUpdated({ ...sealedProfile, emailHash: a.hashes.email }),
    a.customerUpdated({ ...NO_PROFILE, emailHash: null }),
  ],
  CustomerBlocked: [a.customerBlocked()],
  CustomerUnblocked: [a.customerUnblocked()],
  CustomerErased: [a.customerErased()],
  PurseMinted: [a.purseMinted(), a.purseMinted({ outsideOrderId: 'order-7' })],
  PurseArchived: [a.purseArchived()],
  PurseRestored: [a.purseRestored()],
  PurseDeclined: [a.purseDeclined()],
  PurseAddressAssigned: [a.purseAddressAssigned()],
  PurseOwnerLost: [a.purseOwnerLost()],
  PurseOwnerConfirmed: [a.purseOwnerConfirmed()],
  ReplenishmentSeen: [a.replenishmentSeen(), a.replenishmentSeen({ outsideOrderId })],
  ReplenishmentDetected: [a.replenishmentDetected(), a.replenishmentDetected({ outsideOrderId })],
  ReplenishmentVersionNoted: [
    a.replenishmentVersionNoted(),
    a.replenishmentVersionNoted({ outsideOrderId }),
    a.replenishmentLaterVersionNoted(),
  ],
  ComplianceCheckStarted: [
    a.complianceCheckStarted(),
    a.complianceCheckStarted({ finality: tag, outsideOrderId, belowMinimum: true }),
  ],
  ReplenishmentConfirmed: [
    ...credits.map((credit) => a.replenishmentConfirmed({ credit })),
    a.replenishmentConfirmed({ finality: tag, outsideOrderId }),
    a.replenishmentConfirmed({ restored: a.act }),
    a.replenishmentConfirmed({
      transfer: a.transfer({ netted: '5', unbacked: '2', txHash: null }),
    }),
  ],
  ReplenishmentDeclined: [
    a.replenishmentDeclined(),
    a.replenishmentDeclined({ finality: tag, outsideOrderId }),
    a.replenishmentDeclined({ restored: a.act }),
  ],
  ReplenishmentHeld: [
    a.replenishmentHeld(),
    a.replenishmentHeld({ credit: { to: 'suspense', reason: 'purse-archived' } }),
    a.replenishmentHeld({ finality: tag, outsideOrderId, restored: a.act }),
  ],
  ReplenishmentReleased: [
    a.replenishmentReleased({ sum: { ...sum, parts: [a.replenishmentId] }, outsideOrderId }),
    a.replenishmentReleased({ credit: { to: 'account', reason: 'customer-blocked' }, sum }),
    a.replenishmentReleased({ act: a.act }),
  ],
  ReplenishmentReverted: [
    ...credits.map((credit) => a.replenishmentReverted({ credit })),
    a.replenishmentReverted({ credit: null, block: null, outsideOrderId }),
  ],
  ReplenishmentVoided: [
    ...credits.map((credit) => a.replenishmentVoided({ credit })),
    a.replenishmentVoided({ outsideOrderId }),
  ],
  ReplenishmentReportNoted: [
    a.replenishmentReportNoted({ finality: tag }),
    a.replenishmentReportNoted({ outsideOrderId }),
    a.replenishmentReportNoted({ reported: 'reverted', block: null, finality: null }),
  ],
  ReplenishmentDropped: [a.replenishmentDropped(), a.replenishmentDropped({ outsideOrderId })],
  FindingOpened: [
    a.findingOpened(),
    a.findingOpened({
      ...{ kind: 'unexplained', subject: null, observed: a.observation() },
      ...{ fromBlock: null, toBlock: 100 },
    }),
    a.findingOpened({ kind: 'unreadable', toBlock: null }),
  ],
  FindingUpdated: [
    a.findingUpdated(),
    a.findingUpdated({ fromBlock: null, toBlock: null, observed: null }),
  ],
  FindingRescanRequested: [a.findingRescanRequested(), a.findingRescanRequested({ toBlock: null })],
  FindingClosed: [
    a.findingClosed(),
    a.findingClosed({ observed: a.observation() }),
    a.findingClosed({ how: 'credited', moved: '-5', to: 'account', ...a.act }),
  ],
  ReplenishmentRejected: [
    a.replenishmentRejected(),
    a.replenishmentRejected({ outsideOrderId }),
    a.replenishmentRejected({
      transfer: a.transfer({ netted: '5', unbacked: '2', unreadable: true }),
    }),
  ],
  OwnCoinsDetected: [a.ownCoinsDetected(), a.ownCoinsDetected({ outsideOrderId })],
  OwnCoinsBooked: [
    a.ownCoinsBooked(),
    a.ownCoinsBooked({
      credit: { to: 'transit', reason: 'internal' },
      finality: tag,
      outsideOrderId,
    }),
  ],
  OwnCoinsReverted: [
    a.ownCoinsReverted(),
    a.ownCoinsReverted({ credit: { to: 'transit', reason: 'internal' }, outsideOrderId }),
    a.ownCoinsReverted({ credit: null, block: null }),
  ],
  ReplenishmentSwept: [a.replenishmentSwept(), a.replenishmentSwept({ outsideOrderId })],
  ReplenishmentSweepReverted: [
    a.replenishmentSweepReverted(),
    a.replenishmentSweepReverted({ outsideOrderId }),
  ],
  OutflowDetected: [
    a.outflowDetected(),
    a.outflowDetected({ outflow: a.outflow({ netted: '5', to: null }) }),
  ],
  OutflowRejected: [
    a.outflowRejected(),
    a.outflowRejected({ outflow: a.outflow({ netted: '5', to: null }) }),
  ],
  SweepCompleted: [
    a.sweepCompleted(),
    a.sweepCompleted({ outflow: a.outflow({ netted: '5' }), finality: tag }),
  ],
  OutflowBooked: [
    a.outflowBooked(),
    a.outflowBooked({ outflow: a.outflow({ netted: '5', to: null }), finality: tag }),
  ],
  OutflowVersionNoted: [
    a.outflowVersionNoted(),
    a.outflowVersionNoted({ outflow: a.outflow({ netted: '5', to: null }) }),
  ],
  OutflowReverted: [
    a.outflowReverted(),
    a.outflowReverted({
      outflow: a.outflow({ netted: '5', to: null }),
      booked: false,
      block: null,
    }),
  ],
};

/** Each field with the kinds of JSON that it may hold, over all examples. */
function shapeOf(examples: readonly unknown[]): ReadonlySet<string> {
  const fields = examples.flatMap((data) =>
    leaves(data).map(([path, leaf]) => `${path}: ${jsonType(leaf)}`),
  );
  return new Set(fields);
}

/**
 * What version 1 of a replenishment's events lacks, and `completeReplenishment` adds; and what is said only of
 * a replenishment that was voided.
 */
const ADDED_LATER = /^(transfer|block|outsideOrderId|restored|belowMinimum)/;

/** The names of the fields of a shape. */
function namesOf(shape: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...shape].map((field) => field.slice(0, field.indexOf(':'))));
}

describe.each(EVENT_TYPES)('the golden files of %s', (type, current) => {
  const versions = Array.from({ length: current }, (_, index) => index + 1);

  it('exist for every version there ever was', () => {
    for (const version of versions) {
      expect(golden.get(`${type}@${version}.json`)).toMatchObject({
        type,
        schemaVersion: version,
      });
    }
  });

  it.each(versions)('have every field of the current shape, version %s upcast', (version) => {
    const { examples = [], stream = '' } = golden.get(`${type}@${version}.json`) ?? {};
    const events = examples.map((data) => upcast({ type, data, schemaVersion: version }));
    expect(events.map((event) => event.type)).toEqual(examples.map(() => type));
    const shape = shapeOf(events.map((event) => event.data));
    const now = shapeOf(CURRENT[type].map((event) => event.data));
    // What an old version did not know has one form only when it is upcast.
    if (version === current) expect(shape).toEqual(now);
    expect([...shape].filter((field) => !now.has(field))).toEqual([]);
    const missing = [...namesOf(now)].filter((field) => !namesOf(shape).has(field));
    // What an update does not name stays as it was, so version 1 named the description alone.
    if (type === 'CustomerUpdated') return;
    const isPlain = version === current || !stream.startsWith('replenishment-');
    expect(missing.filter((field) => isPlain || !ADDED_LATER.test(field))).toEqual([]);
  });
});

it('has no golden file of an unknown event', () => {
  const known = EVENT_TYPES.flatMap(([type, current]) =>
    Array.from({ length: current }, (_, index) => `${type}@${index + 1}.json`),
  );
  expect(new Set(golden.keys())).toEqual(new Set(known));
});

it('folds every golden event', () => {
  const domain = { account, operator, watch: watchRequest, branch: addressBranch };
  const others = { ...domain, asset: assetRecord, claim: keyClaim, log, loss };
  const deciders = { ...others, customer, purse, replenishment, outflow, finding };
  for (const { type, schemaVersion, stream, examples } of golden.values()) {
    const { evolve, initialState } = deciders[stream.split('-')[0] as 'account'];
    for (const data of examples) {
      // Only the stream's own decider meets the event, as when its stream is read.
      const event = upcast({
        type,
        data,
        schemaVersion,
      }) as a.EventOf<'AccountOpened'>;
      expect(() => evolve(initialState, event)).not.toThrow();
    }
  }
});

describe('an event from elsewhere', () => {
  const unknown = (type: string, schemaVersion: number) => () =>
    upcast({ type, data: {}, schemaVersion });

  it.each(['PurseSold', '', 'purseMinted', 'constructor', '__proto__', 'toString'])(
    'stops the reader when its type is %p',
    (type) => {
      expect(unknown(type, 1)).toThrow(UnknownEvent);
    },
  );

  it.each([0, 3, -1, 1.5, Number.NaN])(
    'stops the reader when its version is %p, and names both',
    (version) => {
      expect(unknown('PurseMinted', version)).toThrow(
        `Event PurseMinted version ${version} is not known`,
      );
      expect(unknown('PurseMinted', version)).toThrow(UnknownEvent);
    },
  );

  it('is named with stream and position, and with what to do', () => {
    const foreign = { type: 'OrderPlaced', data: {}, schemaVersion: Number.NaN };
    expect(() => upcast({ ...foreign, stream: 'customer-1', position: 4_711n })).toThrow(
      /of customer-1 at position 4711 is not known .* Run the version that wrote it, or a later one\. If another service wrote it, give it other names of streams/,
    );
  });
});
