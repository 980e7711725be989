import type { AccountEvent, PurseEvent, PurseExpiry } from '@daybook/domain';
import type { HappenedTo } from '@daybook/event-store';
import * as a from '../../../../libs/domain/testing/a';
import { dueTimesOf } from './expire-purses.reaction';

const { accountId, purseId } = a.parties;
const ACCOUNT = `account-${accountId}`;
const PURSE = `purse-${purseId}`;
const MONTH: PurseExpiry = { unusedDays: 30, idleDays: 60 };
const AT = '2026-01-01T00:00:00.123456Z';
const MONTH_LATER = '2026-01-31T00:00:00.123Z';

function happened(
  event: AccountEvent | PurseEvent,
  stream: string,
  recordedAt = AT,
): HappenedTo<'account' | 'purse'> {
  const metadata = { schemaVersion: 1, accountId, actor: 'system', commandId: 'command' };
  const place = {
    id: 'id',
    stream,
    revision: 0n,
    position: 1n,
    recordedAt,
    fingerprint: undefined,
  };
  return { event, recorded: { ...place, type: event.type, data: {}, metadata, schemaVersion: 1 } };
}

const minted = happened(a.purseMinted(), PURSE);
const changed = (purseExpiry: PurseExpiry) =>
  happened(a.accountPolicyChanged({ policy: { purseExpiry } }), ACCOUNT);
const none: ReadonlyMap<string, PurseExpiry> = new Map();

describe('due times of purses', () => {
  it('come from the policy that the account had when they were minted or restored', () => {
    const known = new Map([[ACCOUNT, MONTH]]);
    expect(dueTimesOf([minted], known)).toEqual([{ key: PURSE, dueAt: MONTH_LATER }]);
    const restored = happened(a.purseRestored(), PURSE, '2026-02-01T00:00:00.000Z');
    expect(dueTimesOf([minted, restored], known)).toEqual([
      { key: PURSE, dueAt: '2026-03-03T00:00:00.000Z' },
    ]);
  });

  it('come also from a policy of the same batch, and make its purses be looked at', () => {
    const row = { key: ACCOUNT, dueAt: AT, data: { ...MONTH, after: '0' } };
    expect(dueTimesOf([changed(MONTH), minted], none)).toEqual([
      row,
      { key: PURSE, dueAt: MONTH_LATER },
    ]);
    // A purse that was minted before is found in the read model.
    expect(dueTimesOf([minted, changed(MONTH)], none)).toEqual([row]);
  });

  it('do not exist while purses never expire', () => {
    expect(dueTimesOf([minted], none)).toEqual([]);
    const never = { unusedDays: null, idleDays: null };
    expect(dueTimesOf([minted], new Map([[ACCOUNT, never]]))).toEqual([]);
    expect(dueTimesOf([changed(never), minted], new Map([[ACCOUNT, MONTH]]))).toEqual([
      { key: ACCOUNT, dueAt: AT, data: { ...never, after: '0' } },
    ]);
  });

  it('are not moved by what happens else', () => {
    const known = new Map([[ACCOUNT, MONTH]]);
    const others = [
      happened(a.purseArchived(), PURSE),
      happened(a.purseDeclined(), PURSE),
      happened(a.accountOpened(), ACCOUNT),
    ];
    expect(dueTimesOf(others, known)).toEqual([]);
  });
});
