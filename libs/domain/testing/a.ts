import {
  type Asset,
  type Booked,
  type CustomerProfile,
  type CustomerState,
  type DomainEvent,
  type Inclusion,
  NO_PROFILE,
  type Observation,
  type OutflowCommand,
  type OutflowContent,
  type OutflowFacts,
  type OutflowReport,
  type OwnerFacts,
  type Parties,
  type ReplenishmentCommand,
  type TransferContent,
  type TransferFacts,
  type TransferReport,
} from '../src';

/** Builders that default everything, so that a test names only what matters to it. */

/** The ids of the one account, customer, purse and replenishment that most tests are about. */
export const parties: Parties = {
  accountId: '5e0d6c1a-7a5d-5b1e-9a51-0d8f3b6c2a11',
  customerId: 'c1a5b0de-3f52-5d6a-8e0b-6f1f0a9d7b22',
  purseId: '9b8a7c6d-5e4f-5a3b-8c2d-1e0f9a8b7c33',
};
export const otherAccountId = '00000000-0000-5000-8000-00000000aaaa';
export const replenishmentId = '7d1e5f00-9a2b-5c3d-8e4f-5a6b7c8d9e44';
export const address = '0x52908400098527886e0f7030069857d2e4169ee7';
export const at = '2025-01-02T03:04:05.678Z';

export const usdt = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';

/** Overrides of an object's fields; an `amount` is given as the number that it is. */
type Overrides<Data> = { readonly [Key in keyof Data]?: Key extends 'amount' ? bigint : Data[Key] };

function override<Data>(defaults: Data, overrides: Overrides<Data>): Data {
  const data: Record<string, unknown> = { ...defaults, ...overrides };
  if (typeof data.amount === 'bigint') data.amount = String(data.amount);
  return data as Data;
}

export function asset(overrides: Partial<Asset> = {}): Asset {
  const defaults = { id: usdt, chain: 'eip155:1', currency: 'USDT_ETH', decimals: 6, minimum: 1n };
  return { ...defaults, ...overrides };
}

export function transfer(overrides: Overrides<TransferContent> = {}): TransferContent {
  return override(
    {
      chain: 'eip155:1',
      asset: usdt,
      amount: '1500000',
      from: '0x8617e340b3d01fa5f11f306f4090fd50e238070d',
      to: address,
      txHash: `0x${'7a'.repeat(32)}`,
      ordinal: 'log:0',
    },
    overrides,
  );
}

/** The same coins on their way on, out of the purse. */
export function outflow(overrides: Overrides<OutflowContent> = {}): OutflowContent {
  const { chain, asset: id, amount } = transfer();
  const to: string | null = '0x00000000000000000000000000000000000000e1';
  const tx = { txHash: `0x${'7b'.repeat(32)}`, ordinal: 'log:0' };
  return override({ chain, asset: id, amount, from: address, to, ...tx }, overrides);
}

/** A block; another name is another block. */
export function block(name = 'a', number = 100): Inclusion {
  return { number, hash: `0xb10c${name}`, time: '2025-01-02T03:04:00.000Z' };
}

type ReportOverrides = Overrides<Omit<TransferReport, 'content'>> & Overrides<TransferContent>;

/** A report of `transfer()`: detected in `block()`, at version 1, unless overridden. */
export function report(overrides: ReportOverrides = {}): TransferReport {
  const { version = 1, status = 'detected', ...rest } = overrides;
  const inBlock = status === 'detected' || status === 'final' || status === 'failed';
  const { block: inclusion = inBlock ? block() : null, ...others } = rest;
  const { finality = status === 'final' ? depth : null, passed, waiting, ...content } = others;
  return {
    ...{ version, status, content: transfer(content), block: inclusion, finality },
    ...{ ...(passed && { passed }), ...(waiting !== undefined && { waiting }) },
  };
}

export const depth = { kind: 'depth', confirmations: 12 } as const;

export function tagged(tag: 'finalized' | 'safe') {
  return { kind: 'tag', tag } as const;
}

export function ownerFacts(overrides: Partial<OwnerFacts> = {}): OwnerFacts {
  return { purseStatus: 'active', customerBlocked: false, ...overrides };
}

export function facts(overrides: Partial<TransferFacts> = {}): TransferFacts {
  const known = { parties, asset: asset(), isFungible: true, screening: false };
  return {
    ...{ ...ownerFacts(), ...known, requiredFinality: null, outsideOrderId: null },
    sender: 'elsewhere',
    ...overrides,
  };
}

/** The command of one report, with default facts unless they matter. */
export function recordTransfer(
  reported: ReportOverrides = {},
  known: Partial<TransferFacts> = {},
): ReplenishmentCommand {
  return { type: 'RecordTransfer', report: report(reported), facts: facts(known) };
}

type OutflowOverrides = Overrides<Omit<OutflowReport, 'content'>> & Overrides<OutflowContent>;

/** A report of `outflow()`: detected in `block()`, at version 1, unless overridden. */
export function outflowReport(overrides: OutflowOverrides = {}): OutflowReport {
  const { version = 1, status = 'detected', outflowId, passed, ...rest } = overrides;
  const { block: inclusion = status === 'reverted' ? null : block(), ...others } = rest;
  const { finality = status === 'final' ? depth : null, ...changed } = others;
  const content = outflow(changed);
  const id = outflowId ?? `${content.chain}/${content.txHash}/${content.ordinal}`;
  const about = { outflowId: id, version, status, content, block: inclusion, finality };
  return { ...about, ...(passed && { passed }) };
}

/** The command of one report, with default facts unless they matter. */
export function recordOutflow(
  reported: OutflowOverrides = {},
  known: Partial<OutflowFacts> = {},
): OutflowCommand {
  const facts = { parties, asset: asset(), isFungible: true, requiredFinality: null };
  const report = outflowReport(reported);
  return {
    type: 'RecordOutflow',
    report,
    facts: { ...facts, destination: 'elsewhere', ...known },
  };
}

export function owner(
  overrides: Partial<Exclude<CustomerState, { status: 'absent' }>> = {},
): CustomerState {
  return {
    status: 'active',
    accountId: parties.accountId,
    externalId: 'user-42',
    externalIdHash: hashes.externalId,
    ...NO_PROFILE,
    emailHash: null,
    createdAt: at,
    ...overrides,
  };
}

export type EventOf<Type extends DomainEvent['type']> = Extract<DomainEvent, { type: Type }>;

function event<Type extends DomainEvent['type']>(type: Type, defaults: EventOf<Type>['data']) {
  return (overrides: Overrides<EventOf<Type>['data']> = {}): EventOf<Type> =>
    // One generic function cannot show the compiler that type and data belong together.
    ({
      type,
      data: inAgreement(override(defaults, overrides), overrides),
    }) as unknown as EventOf<Type>;
}

/** What is booked is what the transfer moves, whichever of the two a test names. */
function inAgreement(data: object, overrides: object): object {
  if ('amount' in data && 'asset' in data && 'outflow' in data && 'amount' in overrides) {
    return { ...data, outflow: { ...(data.outflow as object), amount: data.amount } };
  }
  if (!('amount' in data && 'asset' in data && 'transfer' in data)) return data;
  const { asset, amount } = 'transfer' in overrides ? (data.transfer as TransferContent) : data;
  return { ...data, asset, amount, transfer: { ...(data.transfer as object), asset, amount } };
}

const about = { transfer: transfer(), outsideOrderId: null };
const observed = { ...parties, version: 1, ...about };
const included = { ...about, block: block() };
const booked: Booked = {
  ...parties,
  version: 1,
  asset: usdt,
  amount: transfer().amount,
  credit: { to: 'customer' },
};

export const accountOpened = event('AccountOpened', {
  name: 'Example Exchange',
  policy: { screening: false },
});
export const accountPolicyChanged = event('AccountPolicyChanged', {
  purseExpiry: { unusedDays: 30, idleDays: 90 },
  reason: 'agreed with the merchant',
});
export const apiKeyIssued = event('ApiKeyIssued', {
  keyId: 'k1',
  keyHash: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  scopes: ['customers:write', 'purses:write'],
  name: null,
  expiresAt: null,
});
export const apiKeyRevoked = event('ApiKeyRevoked', { keyId: 'k1', reason: null });

export const operatorAdded = event('OperatorAdded', { name: 'Night shift' });
export const operatorKeyIssued = event('OperatorKeyIssued', {
  keyId: 'o1',
  keyHash: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  scopes: ['read', 'write'],
  name: null,
  expiresAt: null,
});
export const operatorKeyRevoked = event('OperatorKeyRevoked', { keyId: 'o1', reason: 'leaked' });

export const watchRequested = event('WatchRequested', {
  chain: 'eip155:1',
  kind: 'rescan',
  from: 19_000_000,
  to: 19_000_500,
  transaction: null,
  blocksMax: 10_000,
  reason: 'a transfer is missing, case 7',
});
export const watchRequestCancelled = event('WatchRequestCancelled', { reason: 'the wrong blocks' });
export const parkedKeyRetried = event('ParkedKeyRetried', {
  topic: 'daybook.transfer.v1',
  group: 'ledger',
  key: 'eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d',
});

export const addressBranchOpened = event('AddressBranchOpened', {
  branch: 239_280_003,
  openedAt: at,
});

export const assetRecorded = event('AssetRecorded', {
  asset: usdt,
  currency: 'USDT_ETH',
  decimals: 6,
});
export const assetRenamed = event('AssetRenamed', { currency: 'USDT0_ETH' });

export const idempotencyKeyClaimed = event('IdempotencyKeyClaimed', {
  commandId: '2f0f5c1e-9d7b-5a64-8b1c-7e6d5c4b3a29',
  request: '9b74c9897bac770ffc029102a200c5de9f2a31a4d4b1d0ab8f3e6d7c5b4a3921',
});
export const claimedRequestChangedNothing = event('ClaimedRequestChangedNothing', {
  stream: `customer-${parties.customerId}`,
  revision: '3',
});
export const logBegun = event('LogBegun', {
  logId: '0b7c1f0e-6f1d-4c7e-9a53-2f8b1f6f4c11',
  streamPrefix: 'daybook.',
  begunAt: at,
});
export const lossRecorded = event('LossRecorded', {
  ...{ epoch: 2, accountId: parties.accountId, subject: `replenishment/${replenishmentId}` },
  lost: {
    ...{ status: 'confirmed', customerId: parties.customerId, purseId: parties.purseId },
    ...{ asset: usdt, amount: '1500000', txHash: `0x${'7a'.repeat(32)}`, blockNumber: '100' },
  },
  recordedAt: at,
});

export const logEpochBegun = event('LogEpochBegun', {
  epoch: 2,
  validThrough: '40307',
  reason: 'the server was restored from the backup of last night, case 12',
  begunAt: at,
});

/** Keyed hashes of a customer's texts. */
export const hashes = {
  externalId: '1.q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA',
  email: '1.EjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8',
} as const;

/** Everything that a merchant may say of a customer. */
export const profile: CustomerProfile = {
  email: 'ann@example.com',
  firstName: 'Ann',
  lastName: 'Ünal',
  phone: '+41 79 123 45 67',
  description: 'gold tier',
  metadata: { tier: 'gold' },
};

export const customerCreated = event('CustomerCreated', {
  accountId: parties.accountId,
  externalId: 'user-42',
  externalIdHash: hashes.externalId,
  ...NO_PROFILE,
  emailHash: null,
  createdAt: at,
});
export const customerErased = event('CustomerErased', {
  reason: 'asked for by the customer, ticket 9',
  erasedAt: at,
});
export const customerUpdated = event('CustomerUpdated', { description: 'gold tier' });
export const customerBlocked = event('CustomerBlocked', { reason: 'chargeback' });
export const customerUnblocked = event('CustomerUnblocked', { reason: 'cleared' });

export const purseMinted = event('PurseMinted', {
  accountId: parties.accountId,
  customerId: parties.customerId,
  family: 'evm',
  address,
  derivation: { xpubFingerprint: '3442193e', branch: 0, index: 7 },
  outsideOrderId: null,
  mintedAt: at,
});
export const purseArchived = event('PurseArchived', { reason: 'requested' });
export const purseRestored = event('PurseRestored', {});
export const purseDeclined = event('PurseDeclined', { replenishmentId });

export const purseOwnerLost = event('PurseOwnerLost', {
  reason: 'the customer has another address in the restored log',
});
export const purseOwnerConfirmed = event('PurseOwnerConfirmed', {
  ...{ reason: 'the customer showed the deposit page of that day', reference: 'case-1743' },
});

export const purseAddressAssigned = event('PurseAddressAssigned', {
  ...{ family: 'evm', address: '0x8617e340b3d01fa5f11f306f4090fd50e238070d' },
  derivation: { xpubFingerprint: '3442193e', branch: 239_280_003, index: 0 },
  ...{ assignedAt: at, reason: 'a restored database gave it twice', reference: 'case-1742' },
});

export const replenishmentSeen = event('ReplenishmentSeen', observed);
export const replenishmentDetected = event('ReplenishmentDetected', {
  ...observed,
  block: block(),
});
export const replenishmentVersionNoted = event('ReplenishmentVersionNoted', {
  ...observed,
  block: block(),
  reason: 'awaiting-second-provider',
});
/** A version that skips some and changes nothing else. */
export const replenishmentLaterVersionNoted = event('ReplenishmentVersionNoted', {
  ...observed,
  block: block(),
});
export const complianceCheckStarted = event('ComplianceCheckStarted', {
  ...parties,
  version: 1,
  finality: depth,
  ...included,
});
export const replenishmentConfirmed = event('ReplenishmentConfirmed', {
  ...booked,
  finality: depth,
  ...included,
});
export const replenishmentDeclined = event('ReplenishmentDeclined', {
  ...booked,
  credit: { to: 'suspense', reason: 'compliance-declined' },
  finality: depth,
  ...included,
});
export const replenishmentHeld = event('ReplenishmentHeld', {
  ...booked,
  credit: { to: 'suspense', reason: 'below-minimum' },
  finality: depth,
  ...included,
});
export const replenishmentReleased = event('ReplenishmentReleased', {
  ...{ ...booked, ...included },
  credit: { to: 'customer' },
  heldFor: 'below-minimum',
});
export const replenishmentReverted = event('ReplenishmentReverted', { ...booked, ...included });
export const act = { reason: 'the token lied about the amount', reference: 'case-1742' };
export const replenishmentVoided = event('ReplenishmentVoided', {
  ...{ ...booked, ...included, ...act },
});
export const replenishmentReportNoted = event('ReplenishmentReportNoted', {
  ...{ ...parties, version: 1, ...included },
  reported: 'final',
  finality: depth,
});
export const replenishmentDropped = event('ReplenishmentDropped', observed);
export const replenishmentRejected = event('ReplenishmentRejected', {
  ...observed,
  block: block(),
  reason: 'unknown-token',
});

export const observation = (number = 100, at = '2025-01-02T03:05:00.000Z'): Observation => ({
  block: { number, hash: `0xb10c${number}` },
  at,
});
const extent = { difference: '-5', fromBlock: 90, toBlock: 100 };
export const findingOpened = event('FindingOpened', {
  ...{ ...parties, ...extent, kind: 'unplanned-outflow', chain: 'eip155:1', address, asset: usdt },
  subject: `eip155:1/0x${'7a'.repeat(32)}/log:0`,
  observed: null,
  opening: 1,
});
export const findingUpdated = event('FindingUpdated', {
  ...{ ...parties, ...extent, observed: observation() },
});
export const findingRescanRequested = event('FindingRescanRequested', {
  ...{ ...parties, ...act, watchRequestId: '0b7d61e5-5d3c-5f4e-9a6b-7c8d9e0f1a2b' },
  fromBlock: 90,
  toBlock: 100,
});
export const findingClosed = event('FindingClosed', {
  ...{ ...parties, kind: 'unplanned-outflow', asset: usdt, how: 'explained', difference: '-5' },
  ...{ moved: '0', to: null, reason: null, reference: null, observed: null },
});
const ownCredit = { to: 'account', reason: 'top-up' } as const;
export const ownCoinsBooked = event('OwnCoinsBooked', {
  ...booked,
  credit: ownCredit,
  finality: depth,
  ...included,
});
export const ownCoinsDetected = event('OwnCoinsDetected', {
  ...observed,
  block: block(),
  reason: 'top-up',
});
export const ownCoinsReverted = event('OwnCoinsReverted', {
  ...booked,
  credit: ownCredit,
  ...included,
});
export const replenishmentSwept = event('ReplenishmentSwept', {
  ...observed,
  block: block(),
  sweep: { outflowId: 'eip155:1/0x7b/log:0', txHash: outflow().txHash },
});
export const replenishmentSweepReverted = event('ReplenishmentSweepReverted', {
  ...observed,
  block: block(),
});

const left = {
  ...parties,
  version: 1,
  outflowId: outflowReport().outflowId,
  outflow: outflow(),
};
const spent = { ...left, asset: usdt, amount: outflow().amount };
export const outflowDetected = event('OutflowDetected', {
  ...left,
  use: 'unplanned',
  block: block(),
});
export const outflowRejected = event('OutflowRejected', {
  ...left,
  use: 'unplanned',
  block: block(),
  reason: 'unknown-token',
});
export const sweepCompleted = event('SweepCompleted', {
  ...spent,
  block: block(),
  finality: depth,
});
export const outflowBooked = event('OutflowBooked', {
  ...spent,
  use: 'unplanned',
  block: block(),
  finality: depth,
});
export const outflowVersionNoted = event('OutflowVersionNoted', {
  ...left,
  use: 'unplanned',
  block: block(),
});
export const outflowReverted = event('OutflowReverted', {
  ...spent,
  use: 'unplanned',
  booked: true,
  block: block(),
});
