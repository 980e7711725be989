import {
  type DomainEvent,
  fold,
  type ReplenishmentEvent,
  replenishment,
  SCHEMA_VERSIONS,
} from '@daybook/domain';
import { type EventStore, uuid5 } from '@daybook/event-store';
import fc from 'fast-check';
import * as a from '../../../libs/domain/testing/a';
import { type Life, lives } from '../../../libs/domain/testing/lives';

const NAMESPACE = '00000000-0000-5000-8000-000000000000';
/** Groups of purses; each has the two customers with a purse each that `lives` speaks of. */
const GROUPS = 3;
const OWNERS = [
  a.parties,
  { ...a.parties, customerId: 'second-customer', purseId: 'second-purse' },
];

export const ASSETS = [a.asset({ minimum: 2n })];

/** What happened, in the order of the log. */
export type History = readonly { readonly stream: string; readonly event: DomainEvent }[];

/**
 * Ledgers as they come to be: customers with purses, then the lives of many transfers to them, woven
 * with blocks and archivings. Hundreds of events each.
 */
export const histories: fc.Arbitrary<History> = fc
  .record({
    lives: fc.array(lives(fc.boolean()), { minLength: 1, maxLength: 150, size: 'max' }),
    weave: fc.array(fc.nat(), { minLength: 200, maxLength: 200 }),
  })
  .map(({ lives: told, weave }) => {
    const streams = told.map((life, i) => transfersOf(life, i));
    const groups = Array.from({ length: GROUPS }, (_, group) => group);
    const others = groups.flatMap((group) => OWNERS.flatMap((owner) => changesOf(owner, group)));
    return [...groups.flatMap(owners), ...weaveStreams([...streams, ...others], weave)];
  });

/** Appends the history; what one append holds is one event, as positions tell nothing about it. */
export async function write(store: EventStore, history: History): Promise<void> {
  const offset = (await store.head()).toString();
  const requests = history.map(({ stream, event: { type, data } }, i) => ({
    stream,
    expected: 'any' as const,
    events: [
      {
        id: uuid5(NAMESPACE, `${offset} ${i}`),
        type,
        data: data as never,
        metadata: {
          schemaVersion: SCHEMA_VERSIONS[type],
          accountId: id(a.parties.accountId),
          actor: 'test',
          commandId: `${i}`,
        },
      },
    ],
  }));
  await store.appendMany(requests);
}

type Owner = (typeof OWNERS)[number];
type Stream = History;

function id(name: string): string {
  return uuid5(NAMESPACE, name);
}

function partiesOf({ accountId, customerId, purseId }: Owner, group: number): Owner {
  return {
    accountId: id(accountId),
    customerId: id(`${customerId} ${group}`),
    purseId: id(`${purseId} ${group}`),
  };
}

function owners(group: number): Stream {
  return OWNERS.flatMap((owner) => {
    const { accountId, customerId, purseId } = partiesOf(owner, group);
    const at = '2026-01-01T00:00:00.000Z';
    const address = `0x${id(purseId).replaceAll('-', '')}00000000`;
    const derivation = { xpubFingerprint: '0x00000000', index: group };
    return [
      {
        stream: `customer-${customerId}`,
        event: {
          type: 'CustomerCreated',
          data: { accountId, externalId: customerId, description: null, createdAt: at },
        },
      },
      {
        stream: `purse-${purseId}`,
        event: {
          type: 'PurseMinted',
          data: {
            accountId,
            customerId,
            family: 'evm',
            address,
            derivation,
            outsideOrderId: null,
            mintedAt: at,
          },
        },
      },
    ] as const;
  });
}

function changesOf(owner: Owner, group: number): readonly Stream[] {
  const { customerId, purseId } = partiesOf(owner, group);
  const purse = `purse-${purseId}`;
  const customer = `customer-${customerId}`;
  return [
    [
      { stream: purse, event: { type: 'PurseArchived', data: { reason: 'requested' } } },
      { stream: purse, event: { type: 'PurseRestored', data: {} } },
    ],
    [
      { stream: customer, event: { type: 'CustomerBlocked', data: { reason: 'a test' } } },
      { stream: customer, event: { type: 'CustomerUnblocked', data: { reason: 'its end' } } },
    ],
  ];
}

function transfersOf(life: Life, index: number): Stream {
  const stream = `replenishment-${id(`life ${index}`)}`;
  let state = replenishment.initialState;
  return life.flatMap((command) => {
    const events = replenishment.decide(command, state);
    state = fold(replenishment, events, state);
    return events.map((event) => ({ stream, event: withPurse(event, index % GROUPS) }));
  });
}

/** Builders name parties with words; the ledger has UUIDs. */
function withPurse(event: ReplenishmentEvent, group: number): ReplenishmentEvent {
  const parties = partiesOf(event.data, group);
  return { ...event, data: { ...event.data, ...parties } } as ReplenishmentEvent;
}

function weaveStreams(streams: readonly Stream[], weave: readonly number[]): Stream {
  const open = streams.filter(({ length }) => length > 0).map((events) => [...events]);
  const woven: Stream[number][] = [];
  for (let turn = 0; open.length > 0; turn++) {
    const at = (weave[turn % weave.length] ?? 0) % open.length;
    const next = open[at]?.shift();
    if (next !== undefined) woven.push(next);
    if (open[at]?.length === 0) open.splice(at, 1);
  }
  return woven;
}
