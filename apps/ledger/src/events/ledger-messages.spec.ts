import { NO_TRANSACTION, parseBalance, parseLedgerEvent } from '@daybook/contracts';
import { type DomainEvent, type Posting, SCHEMA_VERSIONS } from '@daybook/domain';
import { type RecordedEvent, uuid5 } from '@daybook/event-store';
import * as a from '../../../../libs/domain/testing/a';
import { EVENT_TYPES, goldenFiles } from '../../../../libs/domain/testing/golden';
import {
  balanceMessage,
  figuresAfter,
  type KeyState,
  keyOf,
  ledgerEventMessage,
} from './ledger-messages';
import { type PublicRecord, publicRecords } from './public-events';

const id = (name: string) => uuid5('00000000-0000-5000-8000-000000000000', name);
const parties = { accountId: id('account'), customerId: id('customer'), purseId: id('purse') };
const asset = a.asset();
const log = { id: '5e1b9c0a-3c5d-4e7f-8a9b-0c1d2e3f4a5b', epoch: 2, streamPrefix: '', ended: [] };
const publishing = { log, findAsset: (wanted: string) => (wanted === asset.id ? asset : null) };

function recorded(event: DomainEvent, stream: string, position: number): RecordedEvent {
  return {
    id: id(`event ${position}`),
    type: event.type,
    data: event.data as never,
    metadata: {
      schemaVersion: SCHEMA_VERSIONS[event.type],
      accountId: parties.accountId,
      actor: 'test',
      commandId: 'c',
    },
    schemaVersion: SCHEMA_VERSIONS[event.type],
    fingerprint: undefined,
    stream,
    revision: 0n,
    position: BigInt(position),
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
}

const minted = recorded(
  {
    type: 'PurseMinted',
    data: {
      accountId: parties.accountId,
      customerId: parties.customerId,
      family: 'evm',
      address: a.address,
      derivation: { xpubFingerprint: '0x00000000', branch: 0, index: 7 },
      outsideOrderId: null,
      mintedAt: '2026-01-01T00:00:00.000Z',
    },
  },
  `purse-${parties.purseId}`,
  4,
);

const confirmed = recorded(
  {
    type: 'ReplenishmentConfirmed',
    data: {
      ...parties,
      version: 2,
      asset: asset.id,
      amount: '1500000',
      credit: { to: 'customer' },
      finality: { kind: 'depth', confirmations: 12 },
      transfer: a.transfer(),
      block: a.block(),
      outsideOrderId: 'order-7',
    },
  },
  `replenishment-${id('replenishment')}`,
  9,
);

/** The golden examples of a type as recorded events. */
function golden(type: DomainEvent['type']): readonly RecordedEvent[] {
  const file = goldenFiles().get(`${type}@${SCHEMA_VERSIONS[type]}.json`);
  const examples = file?.examples ?? [];
  return examples.map((data, i) =>
    recorded({ type, data } as DomainEvent, file?.stream ?? '', 10 + i),
  );
}

/** The messages of the events in order. The state of a key passes from each to the next. */
function messagesOf(...events: readonly RecordedEvent[]) {
  const states = new Map<string, KeyState>();
  const messages = publicRecords(events).map((record) => {
    const key = keyOf(record);
    const { message, after } = ledgerEventMessage(record, states.get(key), publishing);
    states.set(key, after);
    return message;
  });
  return { messages, states };
}

describe('a ledger event', () => {
  it('shows what it left on the purse', () => {
    const { messages } = messagesOf(minted, confirmed);
    expect(JSON.parse(messages[1]?.value ?? '')).toEqual({
      id: confirmed.id,
      type: 'ReplenishmentConfirmed',
      position: '9',
      previousPosition: '4',
      recordedAt: '2026-01-01T00:00:00.000Z',
      subject: `replenishment/${id('replenishment')}`,
      ...parties,
      data: {
        version: 2,
        asset: asset.id,
        amount: '1500000',
        credit: { to: 'customer' },
        finality: { kind: 'depth', confirmations: 12 },
        transfer: a.transfer(),
        block: a.block(),
        outsideOrderId: 'order-7',
      },
      balances: {
        asset: asset.id,
        currency: asset.currency,
        decimals: asset.decimals,
        custody: '1500000',
        claimCustomer: '1500000',
        claimAccount: '0',
        suspense: '0',
        received: '1500000',
        reversed: '0',
        receipts: '1',
      },
    });
  });

  it('is a CloudEvent whose sequence compares as text', () => {
    const traced = { ...minted, metadata: { ...minted.metadata, traceparent: '00-a-b-01' } };
    expect(messagesOf(traced).messages).toEqual([
      expect.objectContaining({
        id: minted.id,
        key: parties.purseId,
        headers: {
          'content-type': 'application/json',
          ce_specversion: '1.0',
          ce_id: minted.id,
          ce_source: '/daybook/ledger',
          ce_type: 'daybook.PurseMinted.v1',
          ce_subject: `purse/${parties.purseId}`,
          ce_time: '2026-01-01T00:00:00.000Z',
          ce_dataschema: 'urn:daybook:schema:daybook.ledger-event.v1',
          ce_partitionkey: parties.purseId,
          ce_sequence: '00000000000000000004',
          ce_log: `${log.id}.2`,
          ce_traceparent: '00-a-b-01',
        },
      }),
    ]);
  });

  it('says for every account that a new epoch of the log has begun, and from where earlier messages are void', () => {
    const begun = recorded(a.logEpochBegun(), 'log-identity', 5);
    const ofNobody = { ...begun, metadata: { ...begun.metadata, accountId: '' } };
    const { messages } = messagesOf(ofNobody);
    const { epoch, validThrough, begunAt } = a.logEpochBegun().data;
    expect(messages.map(({ key }) => key)).toEqual(['log-identity']);
    expect(parseLedgerEvent(messages[0]?.value ?? '')).toMatchObject({
      type: 'LogEpochBegun',
      accountId: '00000000-0000-0000-0000-000000000000',
      data: { epoch, validThrough, begunAt },
    });
  });

  it('has the customer of its purse, also when the event itself does not say', () => {
    const archived = recorded(
      { type: 'PurseArchived', data: { reason: 'requested' } },
      `purse-${parties.purseId}`,
      5,
    );
    const { messages } = messagesOf(minted, archived);
    expect(parseLedgerEvent(messages[1]?.value ?? '')).toMatchObject({
      ...parties,
      balances: null,
    });
  });

  it('has no message about a purse that was never minted', () => {
    expect(() => messagesOf(confirmed)).toThrow(/no mint/);
  });

  it.each(EVENT_TYPES)('%s follows its schema, or has no message', (type) => {
    const { states } = messagesOf(...golden('PurseMinted'), ...golden('ReplenishmentConfirmed'));
    for (const event of golden(type)) {
      const messages = publicRecords([event]).map(
        (record) => ledgerEventMessage(record, states.get(keyOf(record)), publishing).message,
      );
      const isOfService = /^(account|operator|watch|branch|asset|claim)-/.test(event.stream);
      const isVersion = /VersionNoted$/.test(type) && !('reason' in event.data);
      const isOther = type === 'FindingRescanRequested' || type === 'LogBegun';
      const isPrivate = isOfService || isVersion || isOther;
      expect(messages.map(({ value }) => parseLedgerEvent(value).id)).toEqual(
        isPrivate ? [] : [event.id],
      );
    }
    expect.hasAssertions();
  });

  it('says what no transaction moved, and what does not count, in words of every released schema', () => {
    const { states } = messagesOf(...golden('PurseMinted'), ...golden('ReplenishmentConfirmed'));
    const dataOf = (type: Parameters<typeof golden>[0]) =>
      golden(type).map((event) => {
        const [record] = publicRecords([event]) as [PublicRecord];
        const { message } = ledgerEventMessage(record, states.get(keyOf(record)), publishing);
        return parseLedgerEvent(message.value).data as { transfer: object; reason?: string };
      });
    expect(dataOf('ReplenishmentConfirmed')).toContainEqual(
      expect.objectContaining({ transfer: expect.objectContaining({ txHash: NO_TRANSACTION }) }),
    );
    const ofNothing = dataOf('ReplenishmentRejected').filter(
      ({ transfer }) => 'netted' in transfer || 'unreadable' in transfer,
    );
    expect(ofNothing.map(({ reason }) => reason)).toEqual(Array(3).fill('zero-value'));
  });

  it('never shows what an account calls its customers or writes about them', () => {
    const personal = ['alice@example.com', 'a gold customer', 'owes us money'] as const;
    const [externalId, description, reason] = personal;
    const { accountId } = parties;
    const profile = { ...a.profile, description, metadata: { note: description } };
    const events: readonly DomainEvent[] = [
      a.customerCreated({ accountId, externalId, ...profile }),
      { type: 'CustomerUpdated', data: profile },
      { type: 'CustomerBlocked', data: { reason } },
      { type: 'CustomerUnblocked', data: { reason } },
      a.customerErased({ reason }),
    ];
    const stream = `customer-${parties.customerId}`;
    const { messages } = messagesOf(...events.map((event, i) => recorded(event, stream, i + 1)));
    expect(messages).toHaveLength(5);
    const words = [...personal, ...Object.values(a.profile).filter((it) => typeof it === 'string')];
    for (const word of words) expect(JSON.stringify(messages)).not.toContain(word);
  });
});

describe('the figures of a purse after one event', () => {
  const at = { position: '9', time: '2026-01-01T00:00:00.000Z' };
  const posting = (change: Partial<Posting>): Posting => ({
    ...{ ...parties, chargeId: null, kind: 'receipt', asset: asset.id, amount: 5n },
    ...{ debit: 'custody/purse', credit: 'claim/customer', ...change },
  });
  const received = (n: string) => ({ custody: n, claimCustomer: n, received: n, receipts: '1' });

  it('are those of each asset', () => {
    const figures = figuresAfter(
      { other: { figures: { custody: '3' }, position: '4', time: at.time } },
      parties.purseId,
      [posting({}), posting({ asset: 'other', amount: 2n }), posting({ kind: 'fee', amount: 1n })],
      at,
    );
    expect(figures).toEqual({
      [asset.id]: {
        ...at,
        figures: { custody: '6', claimCustomer: '6', received: '5', receipts: '1' },
      },
      other: { ...at, figures: { ...received('2'), custody: '5' } },
    });
  });

  it('leave out what moves other owners, or nothing of the purse', () => {
    const before = { other: { figures: { custody: '3' }, position: '4', time: at.time } };
    const elsewhere = [
      posting({ purseId: id('second purse') }),
      posting({ purseId: null, chargeId: id('charge'), debit: 'custody/charge' }),
      posting({ purseId: null, asset: 'other' }),
      posting({ purseId: null, customerId: null, debit: 'custody/wallet', credit: 'fees' }),
    ];
    expect(figuresAfter(before, parties.purseId, elsewhere, at)).toEqual(before);
    const both = figuresAfter(before, parties.purseId, [...elsewhere, posting({})], at);
    expect(both).toEqual({ ...before, [asset.id]: { figures: received('5'), ...at } });
    expect(both.other).toBe(before.other);
  });
});

describe('a balance', () => {
  it('has its purse and the event that moved it last', () => {
    const { states } = messagesOf(minted, confirmed);
    const purse = states.get(parties.purseId)?.purse;
    if (!purse) throw new Error('The purse is not known.');
    const message = balanceMessage(parties.purseId, purse, asset.id, publishing);
    expect(message.key).toBe(`${parties.purseId}/${asset.id}`);
    expect(message.headers).toMatchObject({
      ...{ ce_type: 'daybook.Balance.v1', ce_id: message.id, ce_log: `${log.id}.2` },
    });
    expect(parseBalance(message.value)).toEqual({
      ...parties,
      family: 'evm',
      address: a.address,
      asset: asset.id,
      currency: asset.currency,
      decimals: asset.decimals,
      custody: '1500000',
      claimCustomer: '1500000',
      claimAccount: '0',
      suspense: '0',
      received: '1500000',
      reversed: '0',
      receipts: '1',
      position: '9',
    });
  });
});
