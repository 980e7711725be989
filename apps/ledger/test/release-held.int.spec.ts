import { compare } from '@daybook/audit';
import {
  account,
  customer,
  type Decider,
  type DomainEvent,
  type ReplenishmentEvent,
  replenishment,
  streamName,
} from '@daybook/domain';
import { decideAndAppend, type Follower } from '@daybook/event-store';
import * as a from '../../../libs/domain/testing/a';
import { AssetRegistry } from '../src/chains';
import { replenishmentIdOf } from '../src/edge/identity';
import { AUDITED, READ_MODELS } from '../src/operations/read-models';
import { PositionReached } from '../src/projections/position-reached';
import { startProjector } from '../src/projections/projector';
import { ReleaseHeld } from '../src/replenishments/release-held.reaction';
import { type AuditLedger, freshAuditLedger, numbersFrom } from './audit-history';

const MINIMUM = 1_000n;
const asset = a.asset({ minimum: MINIMUM });
const { accountId, customerId } = a.parties;
const metadata = { accountId, actor: 'test' };

let ledger: AuditLedger;
let projector: Follower;
beforeAll(async () => {
  ledger = await freshAuditLedger();
  projector = startProjector(ledger.store, ledger.dataSource, READ_MODELS);
  const open = { type: 'OpenAccount', name: 'shop', policy: { screening: false } } as const;
  await write(streamName('account', accountId), account, open);
  const created = { externalId: 'u-1', externalIdHash: null, at: a.at };
  const create = { type: 'CreateCustomer', accountId, ...created } as const;
  await write(streamName('customer', customerId), customer, create);
});
afterAll(async () => {
  await projector.stop();
  await ledger.close();
});

let commands = 0;

async function write<Command, Event extends DomainEvent, State>(
  stream: string,
  decider: Decider<Command, Event, State>,
  command: Command,
): Promise<void> {
  commands += 1;
  const request = { stream, decider, command, commandId: `command ${commands}`, metadata };
  await decideAndAppend(ledger.store, request);
}

/** A process of its own that adds up what is held. */
function process() {
  const { store, dataSource } = ledger;
  const reached = new PositionReached(dataSource, store);
  // It is not registered, so it acts only when it is asked to.
  const held = new ReleaseHeld(
    null as never,
    store,
    dataSource,
    reached,
    new AssetRegistry([asset]),
  );
  return async (purseId: string): Promise<void> => {
    const due = { key: `${purseId}/${asset.id}`, data: null, now: a.at, countsFrom: a.at };
    while ((await held.act(due)) !== null);
  };
}

let transfers = 0;

/** A deposit to a purse that is final. Returns its id. */
async function deposit(purseId: string, amount: bigint): Promise<string> {
  transfers += 1;
  const id = replenishmentIdOf(`transfer ${transfers}`);
  const about = { status: 'final', amount, txHash: `0x${transfers}` } as const;
  const facts = { asset, parties: { ...a.parties, purseId } };
  await write(streamName('replenishment', id), replenishment, a.recordTransfer(about, facts));
  return id;
}

const eventsOf = async (id: string) =>
  (await ledger.store.readStream(
    streamName('replenishment', id),
  )) as unknown as readonly (ReplenishmentEvent & { readonly position: bigint })[];

async function releasesOf(id: string) {
  const events = await eventsOf(id);
  return events.flatMap((event) => (event.type === 'ReplenishmentReleased' ? [event.data] : []));
}

const purse = (n: number) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;

it('credits each part once, however many processes add up at the same time', async () => {
  const number = numbersFrom(20_261_129);
  for (let round = 0; round < 6; round++) {
    const purseId = purse(round);
    const amounts = new Map<string, bigint>();
    const act = Array.from({ length: 5 }, process);
    for (let burst = 0; burst < 4; burst++) {
      const adding = act.map((add) => add(purseId));
      for (let n = number(6); n > 0; n--) {
        const amount = BigInt(1 + number(600));
        amounts.set(await deposit(purseId, amount), amount);
      }
      await Promise.all([...adding, ...act.map((add) => add(purseId))]);
    }
    let held = 0n;
    const sums = new Map<string, { amount: string; parts: readonly string[]; of: bigint }>();
    for (const [id, amount] of amounts) {
      const releases = await releasesOf(id);
      expect(releases.length).toBeLessThanOrEqual(1);
      const [release] = releases;
      if (release === undefined) {
        held += amount;
        continue;
      }
      const { first = '', parts = [], amount: total = '' } = release.sum ?? {};
      expect(parts).toContain(id);
      const sum = sums.get(first) ?? { amount: total, parts, of: 0n };
      expect({ amount: total, parts }).toEqual({ amount: sum.amount, parts: sum.parts });
      sums.set(first, { ...sum, of: sum.of + amount });
    }
    expect(held).toBeLessThan(MINIMUM);
    for (const [first, { amount, parts, of }] of sums) {
      expect(parts[0]).toBe(first);
      expect(`${of}`).toBe(amount);
      expect(of).toBeGreaterThanOrEqual(MINIMUM);
    }
  }
});

it('finishes the sum that a crash left before it adds up anything else', async () => {
  const purseId = purse(100);
  const ids = [
    await deposit(purseId, 400n),
    await deposit(purseId, 500n),
    await deposit(purseId, 300n),
  ];
  const [first = ''] = ids;
  const sum = { first, amount: '1200', count: 3, parts: ids };
  await write(streamName('replenishment', first), replenishment, {
    ...{ type: 'ReleaseReplenishment', blockHash: a.block().hash, amount: '400', sum },
    facts: { customerBlocked: false },
  });
  const late = [await deposit(purseId, 300n), await deposit(purseId, 200n)];
  await process()(purseId);
  for (const id of ids) expect(await releasesOf(id)).toMatchObject([{ sum }]);
  for (const id of late) expect(await releasesOf(id)).toEqual([]);
});

it('adds up what is left when the chain took back the first part of such a sum', async () => {
  const purseId = purse(101);
  const ids = [
    await deposit(purseId, 400n),
    await deposit(purseId, 500n),
    await deposit(purseId, 300n),
  ];
  const [first = '', second = ''] = ids;
  const stream = streamName('replenishment', first);
  const sum = { first, amount: '1200', count: 3, parts: ids };
  await write(stream, replenishment, {
    ...{ type: 'ReleaseReplenishment', blockHash: a.block().hash, amount: '400', sum },
    facts: { customerBlocked: false },
  });
  const about = { version: 2, status: 'reverted', amount: 400n, txHash: 'gone' } as const;
  const facts = { asset, parties: { ...a.parties, purseId } };
  await write(stream, replenishment, a.recordTransfer(about, facts));
  await process()(purseId);
  expect(await releasesOf(second)).toEqual([]);
  await deposit(purseId, 200n);
  await process()(purseId);
  expect(await releasesOf(second)).toMatchObject([{ sum: { first: second, count: 3 } }]);
});

it('credits a sum of many parts, listed in the event of the first alone', async () => {
  const purseId = purse(102);
  const ids: string[] = [];
  for (let n = 0; n < 125; n++) ids.push(await deposit(purseId, 8n));
  await process()(purseId);
  const [first = ''] = ids;
  const sum = { first, amount: '1000', count: 125 };
  expect((await releasesOf(first))[0]?.sum).toEqual({ ...sum, parts: ids });
  for (const id of ids.slice(1))
    expect((await releasesOf(id)).map((each) => each.sum)).toEqual([sum]);
});

it('credits the account if the customer is blocked at that moment', async () => {
  const purseId = purse(103);
  const stream = streamName('customer', customerId);
  const ids = [await deposit(purseId, 400n), await deposit(purseId, 600n)];
  await write(stream, customer, { type: 'BlockCustomer', accountId, reason: 'chargeback' });
  await process()(purseId);
  await write(stream, customer, { type: 'UnblockCustomer', accountId, reason: 'cleared' });
  for (const id of ids) expect(await releasesOf(id)).toMatchObject([{ credit: { to: 'account' } }]);
});

it('leaves read models that are as a replay of the log says', async () => {
  await ledger.project();
  const urls = { liveUrl: ledger.url, databaseUrl: ledger.ownerUrl };
  const report = await compare({ ...AUDITED, store: ledger.store, ...urls });
  expect(report).toMatchObject({ differences: [], omitted: 0, violations: [], exitCode: 0 });
});

it('reads what is held by an index, whatever the purse has received besides', async () => {
  await ledger.sql('ANALYZE ledger.replenishment');
  const plan = await ledger.dataSource.transaction(async (sql) => {
    await sql.query('SET LOCAL enable_seqscan = off');
    return sql.query(
      `EXPLAIN SELECT sum(amount) FROM ledger.replenishment
        WHERE purse_id = $1 AND asset = $2 AND held_position IS NOT NULL`,
      [purse(102), asset.id],
    );
  });
  expect(JSON.stringify(plan)).toContain('replenishment_held');
});
