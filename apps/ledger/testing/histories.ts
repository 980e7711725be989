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
import { asVersion1 } from '../../../libs/domain/testing/version-1';

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

/** Appends the history, one event an append. */
export async function write(store: EventStore, history: History): Promise<void> {
  await writeVersions(store, history, SCHEMA_VERSIONS);
}

/** Appends the history as the ledger stored it when the events of replenishments had version 1. */
export async function writeVersion1(store: EventStore, history: History): Promise<void> {
  const old = history.map(({ stream, event }) => ({
    stream,
    event: stream.startsWith('replenishment-') ? asVersion1(event as ReplenishmentEvent) : event,
  }));
  const versions = old.map(({ stream, event: { type } }) => [
    type,
    stream.startsWith('replenishment-') ? 1 : SCHEMA_VERSIONS[type],
  ]);
  await writeVersions(store, old, Object.fromEntries(versions));
}

async function writeVersions(
  store: EventStore,
  history: History,
  versions: Readonly<Record<string, number>>,
): Promise<void> {
  const offset = (await store.head()).toString();
  const ends = new Map<string, bigint>();
  for (const [stream, stored] of await store.readStreams(history)) {
    ends.set(stream, stored.at(-1)?.revision ?? -1n);
  }
  const next = (stream: string): bigint | 'no-stream' => {
    const end = ends.get(stream) ?? -1n;
    ends.set(stream, end + 1n);
    return end < 0n ? 'no-stream' : end;
  };
  const requests = history.map(({ stream, event: { type, data } }, i) => ({
    stream,
    expected: next(stream),
    events: [
      {
        id: uuid5(NAMESPACE, `${offset} ${i}`),
        type,
        data: data as never,
        metadata: {
          schemaVersion: versions[type] ?? 0,
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

/** One of the two customers of a group has given its purse an order id. */
function orderOf({ purseId }: Pick<Owner, 'purseId'>): string | null {
  return purseId === a.parties.purseId ? 'order-7' : null;
}

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
    const derivation = { xpubFingerprint: '0x00000000', branch: 0, index: group };
    return [
      {
        stream: `customer-${customerId}`,
        event: {
          type: 'CustomerCreated',
          data: {
            ...a.customerCreated({ accountId, externalId: customerId, createdAt: at }).data,
            externalIdHash: `1.${customerId}`,
          },
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
            outsideOrderId: orderOf(owner),
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
  return life.flatMap(({ facts, ...command }) => {
    const outsideOrderId = orderOf(facts.parties);
    const events = replenishment.decide({ ...command, facts: { ...facts, outsideOrderId } }, state);
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
