import { type Audience, type DomainEvent, PROFILE_FIELDS, SCHEMA_VERSIONS } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { EVENT_TYPES, goldenFiles, leaves } from '../../../../libs/domain/testing/golden';
import { publicData, publicRecords } from './public-events';

/** The examples of a type in its current version. */
function examplesOf(type: DomainEvent['type']): readonly object[] {
  return goldenFiles().get(`${type}@${SCHEMA_VERSIONS[type]}.json`)?.examples ?? [];
}

function recorded(type: DomainEvent['type'], data: object): RecordedEvent {
  return {
    id: '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52',
    type,
    data: data as never,
    metadata: {
      schemaVersion: SCHEMA_VERSIONS[type],
      accountId: 'account',
      actor: 'test',
      commandId: 'c',
    },
    schemaVersion: SCHEMA_VERSIONS[type],
    fingerprint: undefined,
    stream: goldenFiles().get(`${type}@1.json`)?.stream ?? '',
    revision: 0n,
    position: 1n,
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
}

/** The fields of an event that an audience sees; null if the event is private. */
function shownTo(audience: Audience, type: DomainEvent['type'], data: object): object | null {
  const [record] = publicRecords([recorded(type, data)]);
  return record === undefined ? null : publicData(record.event, audience);
}

function fieldsShownTo(audience: Audience, type: DomainEvent['type']): readonly string[] {
  const shown = examplesOf(type).map((data) => shownTo(audience, type, data) ?? {});
  return [...new Set(shown.flatMap((data) => leaves(data).map(([path]) => path)))];
}

/** The data with an extra field in each object, as a later version might store it. */
function withSecrets(data: object): object {
  const fields = Object.entries(data).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? withSecrets(value)
      : value,
  ]);
  return { ...Object.fromEntries(fields), secret: 'not for the public', constructor: 'neither' };
}

describe('the public form of an event', () => {
  it.each(EVENT_TYPES)('has no field of %s that is not listed, at any depth', (type) => {
    for (const data of examplesOf(type)) {
      for (const audience of ['everyone', 'account'] as const) {
        expect(shownTo(audience, type, withSecrets(data))).toEqual(shownTo(audience, type, data));
      }
    }
    expect.hasAssertions();
  });

  it('shows that a transfer waits, and not that only its version was kept', () => {
    const shown = examplesOf('ReplenishmentVersionNoted').map((data) => [
      'reason' in data,
      shownTo('account', 'ReplenishmentVersionNoted', data) !== null,
    ]);
    expect(new Set(shown.map((each) => each.join()))).toEqual(
      new Set(['true,true', 'false,false']),
    );
  });

  it('leaves out of topics personal fields, and fields that the message has elsewhere', () => {
    const kept = EVENT_TYPES.map(([type]) => {
      const topics = fieldsShownTo('everyone', type);
      const own = fieldsShownTo('account', type).filter((field) => !topics.includes(field));
      return [type, own] as const;
    });
    const expected = EVENT_TYPES.map(([type, version]) => {
      const { accountOnly = [] } = goldenFiles().get(`${type}@${version}.json`) ?? {};
      return [type, accountOnly] as const;
    });
    expect(kept).toEqual(expected);
    expect(Object.fromEntries(kept)).toMatchObject({
      CustomerCreated: ['externalId', ...PROFILE_FIELDS],
      ReplenishmentConfirmed: ['customerId', 'purseId', 'restored.reason', 'restored.reference'],
    });
  });

  it('keeps from the account what concerns the service alone', () => {
    const kept = EVENT_TYPES.map(([type]) => {
      const shown = fieldsShownTo('account', type);
      const stored = examplesOf(type).flatMap((data) => leaves(data).map(([path]) => path));
      return [type, [...new Set(stored)].filter((field) => !shown.includes(field))] as const;
    });
    const isOpen = ([type]: readonly [DomainEvent['type'], unknown]) =>
      shownTo('account', type, examplesOf(type)[0] ?? {}) !== null;
    expect(Object.fromEntries(kept.filter(isOpen).filter(([, own]) => own.length > 0))).toEqual({
      CustomerCreated: ['accountId'],
      LogEpochBegun: ['reason'],
      LossRecorded: ['accountId'],
      PurseAddressAssigned: [
        ...['derivation.xpubFingerprint', 'derivation.branch', 'derivation.index'],
      ],
      PurseMinted: [
        ...['accountId', 'derivation.xpubFingerprint', 'derivation.branch', 'derivation.index'],
      ],
      ...Object.fromEntries(
        EVENT_TYPES.map(([type]) => [type, ['accountId']] as const).filter(([type]) =>
          /^(Replenishment|ComplianceCheckStarted$|OwnCoins|Outflow(?!VersionNoted)|Sweep|Finding(?!RescanRequested))/.test(
            type,
          ),
        ),
      ),
    });
    expect(kept.filter((entry) => !isOpen(entry)).map(([type]) => type)).toEqual([
      'AccountOpened',
      'AccountPolicyChanged',
      'ApiKeyIssued',
      'ApiKeyRevoked',
      'OperatorAdded',
      'OperatorKeyIssued',
      'OperatorKeyRevoked',
      'WatchRequested',
      'WatchRequestCancelled',
      'ParkedKeyRetried',
      'AddressBranchOpened',
      'AssetRecorded',
      'AssetRenamed',
      'IdempotencyKeyClaimed',
      'ClaimedRequestChangedNothing',
      'LogBegun',
      'FindingRescanRequested',
      'OutflowVersionNoted',
    ]);
  });
});
