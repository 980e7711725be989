import {
  type BalanceV1,
  type LedgerEventV1,
  parseBalance,
  parseLedgerEvent,
  TOPICS,
} from '@daybook/contracts';
import type { Asset } from '@daybook/domain';
import type { EventStore, Follower } from '@daybook/event-store';
import type { Message } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import * as a from '../../../../libs/domain/testing/a';
import { InMemoryEventStore } from '../../../../libs/event-store/testing/in-memory-event-store';
import { InMemoryBroker, InMemoryLog } from '../../../../libs/messaging/testing/in-memory-log';
import { copyOf, type TestDatabase } from '../../../../test/dependencies';
import { ASSETS, type History, histories, write, writeVersion1 } from '../../testing/histories';
import { AssetNames } from '../chains/asset-names';
import { AssetRegistry } from '../chains/asset-registry';
import { migrate } from '../migrate';
import { READ_MODELS } from '../operations/read-models';
import { startProjector } from '../projections/projector';
import { ledgerDataSource } from '../runtime/data-source';
import { LEDGER_EVENTS_RELAY, startLedgerEventsRelay } from './ledger-events.relay';
import { publicRecords } from './public-events';
import { refillRelayState } from './relay-refill';

// A failing property runs many times while it shrinks.
const REACHED_MS = 30_000;
const APPLICATION = 'daybook-relay-test';
const RUNS = { seed: 20261121, numRuns: 5 };

const PARTIES = {
  accountId: '11111111-1111-4111-8111-111111111111',
  customerId: '22222222-2222-4222-8222-222222222222',
  purseId: '33333333-3333-4333-8333-333333333333',
};

const registry = new AssetRegistry(ASSETS);
let database: TestDatabase;
let dataSource: DataSource;
let administrator: DataSource;

beforeAll(async () => {
  // The crashes are intended, and each would log a long stack.
  Logger.overrideLogger(false);
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  dataSource = await ledgerDataSource(database.url, {
    applicationName: APPLICATION,
  }).initialize();
  administrator = await ledgerDataSource(database.url).initialize();
});

afterAll(async () => {
  await dataSource.destroy();
  await administrator.destroy();
  await database.drop();
});

/** A log that keeps every published message and can crash after publishing. */
class Broker extends InMemoryLog {
  constructor(
    readonly published: InMemoryBroker,
    private readonly afterPublish: (topic: string) => Promise<void> = async () => undefined,
  ) {
    super(published);
  }

  override async publish(topic: string, messages: readonly Message[]): Promise<void> {
    await super.publish(topic, messages);
    await this.afterPublish(topic);
  }
}

async function storeOf(history: History): Promise<EventStore> {
  const store = new InMemoryEventStore();
  await write(store, history);
  return store;
}

/** Resets the relay, as an operator does to publish everything again. */
async function reset(): Promise<void> {
  await administrator.query('TRUNCATE ledger.relay_state');
  await administrator.query('DELETE FROM ledger.checkpoint WHERE name = $1', [LEDGER_EVENTS_RELAY]);
}

async function clearReadModels(): Promise<void> {
  const rows: { name: string }[] = await administrator.query(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'ledger' AND tablename <> 'migration'",
  );
  await administrator.query(`TRUNCATE ${rows.map(({ name }) => `ledger.${name}`).join(', ')}`);
}

async function caughtUp(store: EventStore, ...followers: readonly Follower[]): Promise<void> {
  const head = await store.head();
  try {
    for (const follower of followers) {
      if (await follower.waitFor(head, REACHED_MS)) continue;
      throw new Error('The relay did not reach the head.', {
        cause: follower.status().stalled?.error,
      });
    }
  } finally {
    await Promise.all(followers.map((follower) => follower.stop()));
  }
}

function relayOf(store: EventStore, log: Broker, listed = registry): Follower {
  const assets = new AssetNames(dataSource, listed);
  return startLedgerEventsRelay({ store, dataSource, log, assets });
}

/** Relays the event log from the checkpoint to its end. */
async function relay(store: EventStore, log = new Broker(new InMemoryBroker()), listed = registry) {
  await caughtUp(store, relayOf(store, log, listed));
  return log.published;
}

function eventsOn(broker: InMemoryBroker): readonly LedgerEventV1[] {
  return broker.messages(TOPICS.ledgerEvent).map(({ value }) => parseLedgerEvent(value));
}

/** The messages that a compacted topic keeps. */
function balancesOn(broker: InMemoryBroker): ReadonlyMap<string, BalanceV1> {
  return new Map(
    broker.messages(TOPICS.balance).map(({ key, value }) => [key, parseBalance(value)]),
  );
}

const bytes = ({ id, key, value, headers }: Message) => JSON.stringify({ id, key, value, headers });

/** A message without its time, which differs between the two logs. */
function content({ id, key, value, headers }: Message): unknown {
  const { recordedAt: _, ...event } = parseLedgerEvent(value);
  return { id, key, event, type: headers.ce_type };
}

/** The messages by id. A message that was published twice must have the same bytes. */
function byId(messages: readonly Message[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const message of messages) {
    const repeated = known.get(message.id) ?? bytes(message);
    expect(bytes(message)).toBe(repeated);
    known.set(message.id, repeated);
  }
  return known;
}

function expectUnbroken(broker: InMemoryBroker): void {
  const last = new Map<string, string>();
  for (const { key, value } of broker.messages(TOPICS.ledgerEvent)) {
    const { position, previousPosition } = parseLedgerEvent(value);
    expect(previousPosition).toBe(last.get(key) ?? null);
    last.set(key, position);
  }
}

const BOOKING = [
  ...['ComplianceCheckStarted', 'ReplenishmentConfirmed'],
  ...['ReplenishmentDeclined', 'ReplenishmentHeld'],
];

/** Sums up the amounts in the events, as a consumer could. */
function expectTrueBalances(events: readonly LedgerEventV1[]): void {
  const sums = new Map<string, { received: bigint; reversed: bigint; receipts: bigint }>();
  for (const { type, purseId, data, balances } of events) {
    // What was in review is booked by its check.
    const booked = BOOKING.includes(type) && data.heldFor === undefined;
    const taken = type === 'ReplenishmentReverted' && data.credit !== null;
    if (!booked && !taken) {
      expect(balances).toBeNull();
      continue;
    }
    const key = `${purseId}/${data.asset}`;
    const sum = sums.get(key) ?? { received: 0n, reversed: 0n, receipts: 0n };
    const amount = BigInt(data.amount as string);
    if (booked) sum.received += amount;
    if (booked) sum.receipts += 1n;
    if (taken) sum.reversed += amount;
    sums.set(key, sum);
    expect(balances).toMatchObject({
      asset: data.asset,
      received: sum.received.toString(),
      reversed: sum.reversed.toString(),
      receipts: sum.receipts.toString(),
      custody: (sum.received - sum.reversed).toString(),
    });
    const claims = [balances?.claimCustomer, balances?.claimAccount, balances?.suspense];
    expect(claims.reduce((total, claim) => total + BigInt(claim ?? 0), 0n)).toBe(
      sum.received - sum.reversed,
    );
  }
}

async function figuresRows(): Promise<readonly Record<string, string>[]> {
  return administrator.query(`
    SELECT f.owner_id AS "purseId", p.account_id AS "accountId", p.customer_id AS "customerId",
           p.family, p.address, f.asset, f.custody::text, f.claim_customer::text AS "claimCustomer",
           f.claim_account::text AS "claimAccount", f.suspense::text, f.received::text,
           f.reversed::text, f.receipts::text
      FROM ledger.figures f JOIN ledger.purse p ON p.id = f.owner_id
     ORDER BY f.owner_id, f.asset COLLATE "C"`);
}

describe('the relay of ledger events', () => {
  it('publishes every public event once, in order, with an unbroken chain and true balances', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        await reset();
        const store = await storeOf(history);
        const published = await relay(store);
        const { events } = await store.readAll({ after: 0n, limit: 10_000 });
        const messages = eventsOn(published);
        const ids = publicRecords(events).map(({ recorded: { id } }) => id);
        expect(messages.map(({ id }) => id)).toEqual(ids);
        expectUnbroken(published);
        expectTrueBalances(messages);
      }),
      RUNS,
    );
  });

  it('leaves on the compacted topic exactly what the read model holds', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        await clearReadModels();
        const store = await storeOf(history);
        const published = await relay(store);
        await caughtUp(store, startProjector(store, dataSource, READ_MODELS));
        const topic = [...balancesOn(published)]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, { currency: _, decimals: __, position: ___, ...figures }]) => figures);
        expect(topic).toEqual(await figuresRows());
      }),
      RUNS,
    );
  });

  it('publishes the same bytes again from the start, also in other batches', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        await reset();
        const store = new InMemoryEventStore();
        const bit = new InMemoryBroker();
        // In parts: each is a separate batch, by a relay without anything cached.
        for (let from = 0; from < history.length; from += 200) {
          await write(store, history.slice(from, from + 200));
          await relay(store, new Broker(bit));
        }
        await reset();
        const whole = await relay(store);
        expect(bit.messages(TOPICS.ledgerEvent).map(bytes)).toEqual(
          whole.messages(TOPICS.ledgerEvent).map(bytes),
        );
        expect(balancesOn(bit)).toEqual(balancesOn(whole));
      }),
      RUNS,
    );
  });

  it('goes on in a new epoch as if everything before it had been published, and publishes none of that', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (history, part) => {
          await reset();
          const store = await storeOf(history);
          const whole = (await relay(store)).messages(TOPICS.ledgerEvent);
          await reset();
          const through = BigInt(Math.floor(Number(await store.head()) * part));
          await refillRelayState(store, dataSource, through, () => undefined);
          await administrator.query(
            'INSERT INTO ledger.checkpoint (name, position) VALUES ($1, $2)',
            [LEDGER_EVENTS_RELAY, String(through)],
          );
          const since = (await relay(store)).messages(TOPICS.ledgerEvent);
          const isLater = ({ value }: Message) =>
            BigInt(parseLedgerEvent(value).position) > through;
          expect(since.map(bytes)).toEqual(whole.filter(isLater).map(bytes));
        },
      ),
      { ...RUNS, numRuns: 4 },
    );
  });

  it('publishes each figure again of which the log lost what led to it, so that none stays void', async () => {
    await reset();
    const address = `0x${'a'.repeat(40)}`;
    const history: History = [
      { stream: `purse-${PARTIES.purseId}`, event: a.purseMinted({ ...PARTIES, address }) },
      ...['eip155:1/slip44:60', a.usdt].map((asset, i) => ({
        stream: `loss-${i}`,
        event: a.lossRecorded({ lost: { ...a.lossRecorded().data.lost, ...PARTIES, asset } }),
      })),
      // A purse that is lost itself has no figures to publish.
      { stream: 'loss-2', event: a.lossRecorded() },
    ];
    const store = await storeOf(history);
    const published = await relay(store);
    const figures = [...balancesOn(published).values()];
    expect(figures).toMatchObject([
      { ...PARTIES, address, asset: 'eip155:1/slip44:60', custody: '0', position: '2' },
      { ...PARTIES, address, asset: a.usdt, custody: '0', received: '0', position: '3' },
    ]);
    // It counts as published where the relay goes on in a later epoch.
    const rows = () => administrator.query('SELECT * FROM ledger.relay_state ORDER BY key');
    const stored = await rows();
    await reset();
    await refillRelayState(store, dataSource, await store.head(), () => undefined);
    expect(await rows()).toEqual(stored);
  });

  it('publishes a log of version 1 as if it had been written today', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        await reset();
        const today = await relay(await storeOf(history));
        await reset();
        const old = new InMemoryEventStore();
        await writeVersion1(old, history);
        const published = await relay(old);
        expect(published.messages(TOPICS.ledgerEvent).map(content)).toEqual(
          today.messages(TOPICS.ledgerEvent).map(content),
        );
      }),
      { ...RUNS, numRuns: 4 },
    );
  });

  it('publishes the same again after a crash between publishing and committing', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.boolean()), async (history, crashes) => {
        await reset();
        const store = await storeOf(history);
        const whole = await relay(store);
        await reset();
        const left = [...crashes.slice(0, 3), true];
        const crashing = new Broker(new InMemoryBroker(), async (topic) => {
          // After publishing, the server ends the connection, so the commit fails.
          if (topic !== TOPICS.balance || left.shift() !== true) return;
          await administrator.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = $1`,
            [APPLICATION],
          );
        });
        const published = await relay(store, crashing);
        const repeated = published.messages(TOPICS.ledgerEvent);
        const wanted = byId(whole.messages(TOPICS.ledgerEvent));
        if (wanted.size > 0) expect(repeated.length).toBeGreaterThanOrEqual(wanted.size);
        expect(byId(repeated)).toEqual(wanted);
        byId(published.messages(TOPICS.balance));
        expect(balancesOn(published)).toEqual(balancesOn(whole));
      }),
      { ...RUNS, numRuns: 4 },
    );
  });

  it('keeps the name and the scale of an asset that has left the registry', async () => {
    const [asset] = ASSETS as [Asset];
    const [history] = fc.sample(histories, { ...RUNS, numRuns: 1 });
    const store = await storeOf(history as History);
    const scales = async () => {
      await reset();
      const balances = [...balancesOn(await relay(store, undefined, new AssetRegistry([])))];
      expect(balances.length).toBeGreaterThan(0);
      return new Set(balances.map(([, { currency, decimals }]) => `${currency} ${decimals}`));
    };
    expect(await scales()).toEqual(new Set(['null null']));
    const row = [asset.id, asset.currency, asset.decimals];
    await administrator.query('INSERT INTO ledger.asset VALUES ($1, $2, $3, 1)', row);
    expect(await scales()).toEqual(new Set([`${asset.currency} ${asset.decimals}`]));
  });

  it('publishes nothing twice when two of them run', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        await reset();
        const store = new InMemoryEventStore();
        const log = new Broker(new InMemoryBroker());
        const two = [1, 2].map(() => relayOf(store, log));
        for (let from = 0; from < history.length; from += 50) {
          await write(store, history.slice(from, from + 50));
        }
        await caughtUp(store, ...two);
        expectUnbroken(log.published);
        expectTrueBalances(eventsOn(log.published));
      }),
      { ...RUNS, numRuns: 4 },
    );
  });
});
