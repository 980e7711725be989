import { randomUUID } from 'node:crypto';
import {
  parseWatchReport,
  TOPICS,
  type TransferV1,
  type WatchReportV1,
  type WatchRequestV1,
} from '@daybook/contracts';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { copyOf, type TestDatabase } from '../../../test/dependencies';
import { migrate } from '../src/migrate';
import type { Rescan } from '../src/state/rescan';
import { PostgresWatcherStore } from '../src/store/postgres-watcher-store';
import { openBooks } from '../testing/books';
import { createBroker, type Driver, type DriverOptions, drive } from '../testing/driver';
import { CHAIN, type LocalChain, startLocalChain } from '../testing/local-chain';

const purse = addressOf('purse');

let local: LocalChain;
let database: TestDatabase;
let client: Client;
let store: PostgresWatcherStore;
let broker: ReturnType<typeof createBroker>;
let driver: Driver;

beforeEach(async () => {
  const copied = copyOf('watcher', (url) => migrate(url, 'postgres'));
  [local, database] = await Promise.all([startLocalChain(), copied]);
  client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
  store = new PostgresWatcherStore({ url: database.url });
  broker = createBroker();
  driver = await drive(local, store, broker);
  await driver.settle();
  await driver.mint([purse]);
});
afterEach(async () => {
  await driver.stop();
  await store.close();
  await client.end();
  await Promise.all([local.stop(), database.drop()]);
});

const query = async (sql: string) => (await client.query(sql)).rows;

async function theChain(): Promise<{ tip: number; oldestRemembered: number }> {
  const { ring } = await store.load(CHAIN);
  return { tip: ring.at(-1)?.number as number, oldestRemembered: ring[0]?.number as number };
}

type Order = { readonly blocksMax?: number } & (
  | { readonly kind: 'rescan'; readonly from: number; readonly to?: number }
  | { readonly kind: 'rescan' | 'report-again'; readonly transaction: string }
  | { readonly kind: 'pause' | 'resume'; readonly reason?: string }
  | { readonly kind: 'reset-ring'; readonly from?: number }
);

function requestOf(order: Order): WatchRequestV1 {
  return {
    ...{ requestId: randomUUID(), chain: CHAIN, from: null, to: null, blocksMax: 10_000 },
    ...{ isCancelled: false, requestedBy: 'operator:test', requestedAt: new Date().toISOString() },
    position: '1',
    ...order,
  };
}

async function request(order: Order): Promise<WatchRequestV1> {
  const made = requestOf(order);
  await driver.watch.takeRequest(made);
  return made;
}

function cancel(request: WatchRequestV1): Promise<void> {
  return driver.watch.takeRequest({ ...request, isCancelled: true });
}

/** The reports on a request, in the order in which they were published. */
function reportsOn({ requestId }: WatchRequestV1): readonly WatchReportV1[] {
  return broker
    .messages(TOPICS.watchReport)
    .map(({ value }) => parseWatchReport(value))
    .filter((report) => report.requestId === requestId);
}

function lastReport(request: WatchRequestV1): WatchReportV1 | undefined {
  return reportsOn(request).at(-1);
}

/** A request that is open, as the watcher remembers it. */
async function openRescan({ requestId }: WatchRequestV1): Promise<Rescan | undefined> {
  return (await store.rescans(CHAIN)).find(({ id }) => id === requestId);
}

/** Makes a request, lets the watch work, and returns the last report. */
async function served(order: Order): Promise<WatchReportV1> {
  const made = await request(order);
  await driver.settle();
  return lastReport(made) as WatchReportV1;
}

async function restart(options: DriverOptions = {}): Promise<void> {
  await driver.stop();
  driver = await drive(local, store, broker, options);
}

async function mineAndSettle(blocks = 1): Promise<void> {
  await local.mine(blocks);
  await driver.settle();
}

function lifeOf(txHash: string): TransferV1['status'][] {
  return driver.published(txHash).map(({ status }) => status);
}

/** How often the ledger's books, which hear all that was published, hold each transfer. */
function creditsOf(...txHashes: string[]): number[] {
  const books = openBooks({ isListed: () => true });
  for (const transfer of driver.published()) books.record(transfer);
  return txHashes.map((hash) => books.creditsOf(`${CHAIN}/${hash}/log:0`));
}

/** A payment whose match is lost before anybody heard of it. */
async function payUnnoticed(): Promise<string> {
  const { hash } = await local.send(local.payUsdt(purse, 5n));
  await local.mine();
  while (await driver.watch.pass());
  for (const table of ['transfer', 'outbox']) await query(`DELETE FROM watcher.${table}`);
  return hash;
}

describe('a rescan that was requested', () => {
  it('finds a transfer that was missed, and it is credited once', async () => {
    const hash = await payUnnoticed();
    await mineAndSettle(40);
    expect(driver.published(hash)).toEqual([]);
    const { tip } = await theChain();
    const done = await served({ kind: 'rescan', from: 1 });
    expect(done).toMatchObject({ state: 'done', from: 1, to: tip, found: 1, versions: 1 });
    expect(done.blocksLeft).toBe(0);
    expect([lifeOf(hash), creditsOf(hash)]).toEqual([['detected', 'final'], [1]]);
  });

  it('makes no new version from blocks that were matched', async () => {
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle(50);
    const done = await served({ kind: 'rescan', from: 1, to: await local.height() });
    expect(done).toMatchObject({ state: 'done', found: 1, versions: 0 });
    expect([lifeOf(hash), creditsOf(hash)]).toEqual([['detected', 'final'], [1]]);
  });

  it('makes no second credit in a ledger that knows the transfer', async () => {
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle(50);
    await query('DELETE FROM watcher.transfer');
    const done = await served({ kind: 'rescan', from: 1 });
    expect(done).toMatchObject({ state: 'done', found: 1, versions: 1 });
    expect(lifeOf(hash)).toEqual(['detected', 'final', 'detected', 'final']);
    expect(creditsOf(hash)).toEqual([1]);
  });

  it('continues where a killed watcher stopped, and follows the chain meanwhile', async () => {
    const early = await payUnnoticed();
    await mineAndSettle(120);
    const made = await request({ kind: 'rescan', from: 0 });
    await driver.watch.pass();
    await driver.watch.pass();
    const { hash } = await local.send(local.payUsdt(purse, 6n));
    await local.mine();
    await restart();
    const open = await openRescan(made);
    expect(open).toMatchObject({ state: 'running', next: expect.any(Number) });
    expect(open?.next).toBeLessThan(open?.to as number);
    await driver.settle();
    expect(lastReport(made)).toMatchObject({ state: 'done', found: 1 });
    expect([lifeOf(early), lifeOf(hash)]).toEqual([['detected', 'final'], ['detected']]);
  });

  it('leaves out the blocks that a reorg replaces', async () => {
    await mineAndSettle(40);
    const made = await request({ kind: 'rescan', from: (await theChain()).tip - 3 });
    await local.rpc('anvil_reorg', 8, []);
    await mineAndSettle();
    expect(lastReport(made)).toMatchObject({ state: 'done', versions: 0 });
  });

  it('ends when it is cancelled', async () => {
    await mineAndSettle(120);
    const made = await request({ kind: 'rescan', from: 0 });
    await driver.watch.pass();
    await driver.watch.publish();
    expect(lastReport(made)?.state).toBe('running');
    for (let n = 0; n < 2; n++) await cancel(made);
    await driver.settle();
    expect(reportsOn(made).map(({ state }) => state)).toEqual(['running', 'cancelled']);
    expect(await openRescan(made)).toBeUndefined();
  });

  it('is not cancelled when it has ended', async () => {
    const made = await request({ kind: 'rescan', from: 1 });
    await driver.settle();
    await cancel(made);
    await driver.settle();
    expect(lastReport(made)?.state).toBe('done');
  });

  it('never begins when the watcher hears of it and of its end at once', async () => {
    const made = requestOf({ kind: 'rescan', from: 1 });
    await cancel(made);
    await driver.watch.takeRequest(made);
    await driver.settle();
    expect(reportsOn(made)).toMatchObject([{ state: 'cancelled', found: 0 }]);
  });

  it('is done once when it is delivered twice, and reported by a watcher that was killed', async () => {
    const made = await request({ kind: 'rescan', from: 1 });
    await restart();
    await driver.watch.takeRequest(made);
    await driver.settle();
    expect(lastReport(made)?.state).toBe('done');
    const reports = reportsOn(made).length;
    await driver.watch.takeRequest(made);
    await driver.settle();
    expect(reportsOn(made)).toHaveLength(reports);
  });

  it('is refused where no such blocks were matched, or too many', async () => {
    const { tip } = await theChain();
    const refusal = async (order: Order) => {
      const { state, reason, found } = await served(order);
      expect([state, found]).toEqual(['refused', 0]);
      return reason;
    };
    const beyond = `${CHAIN} is matched up to block ${tip}, and ${tip + 1} lies beyond; what follows is matched as it comes.`;
    expect(await refusal({ kind: 'rescan', from: 0, to: tip + 1 })).toBe(beyond);
    expect(await refusal({ kind: 'reset-ring', from: tip + 1 })).toBe(beyond);
    expect(await refusal({ kind: 'rescan', from: 4, to: 3 })).toMatch(/4, lies above the last, 3/);
    expect(await refusal({ kind: 'rescan', from: 0, blocksMax: tip })).toBe(
      `Blocks 0 to ${tip} are ${tip + 1} blocks, more than the ${tip} that the request allows.`,
    );
    expect(await refusal({ ...requestOf({ kind: 'rescan', from: 1 }), from: null } as never)).toBe(
      'A rescan needs its first block.',
    );
    expect(await refusal({ kind: 'look-up', from: 1 } as never)).toMatch(/Upgrade it/);
    // What a reorg took away meanwhile is nothing to wait for.
    const made = await request({ kind: 'rescan', from: 0 });
    await query('UPDATE watcher.rescan SET to_number = 10000 WHERE ended_at IS NULL');
    await driver.settle();
    expect(lastReport(made)).toMatchObject({ state: 'done', from: 0, to: tip });
  });

  it('is refused below the first block of the watch', async () => {
    await query('UPDATE watcher.chain SET start_number = 1');
    await restart();
    expect((await served({ kind: 'rescan', from: 0 })).reason).toMatch(
      /begins at block 1, as it is configured; block 0 lies before it/,
    );
  });

  it('is refused beyond what anybody would wait for', async () => {
    for (let n = 0; n < 20; n++) await request({ kind: 'rescan', from: 1 });
    const one = await request({ kind: 'rescan', from: 1 });
    await driver.watch.publish();
    expect(lastReport(one)?.reason).toMatch(/20 requests .* are open/);
  });
});

describe('a rescan of a transaction', () => {
  it('finds a transfer that was missed, in the block that includes it, and it is credited once', async () => {
    const hash = await payUnnoticed();
    const block = await local.height();
    await mineAndSettle(40);
    expect(driver.published(hash)).toEqual([]);
    for (const versions of [1, 0]) {
      const done = await served({ kind: 'rescan', transaction: hash });
      expect(done).toMatchObject({ state: 'done', from: block, to: block, found: 1, versions });
    }
    expect([lifeOf(hash), creditsOf(hash)]).toEqual([['detected', 'final'], [1]]);
    const again = await served({ kind: 'report-again', transaction: hash });
    expect(again).toMatchObject({ state: 'done', from: block, found: 1, versions: 1 });
    expect([lifeOf(hash), creditsOf(hash)]).toEqual([['detected', 'final', 'final'], [1]]);
  });

  it('is refused for one that is pending, and for one that nobody sent', async () => {
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    expect((await served({ kind: 'rescan', transaction: hash })).reason).toMatch(/is pending: no/);
    const other = `0x${'5c'.repeat(32)}`;
    const { state, reason } = await served({ kind: 'rescan', transaction: other });
    expect([state, reason]).toEqual([
      'refused',
      expect.stringContaining(`No provider of ${CHAIN} that answers knows transaction ${other}.`),
    ]);
  });
});

describe('a pause', () => {
  it('is kept by the store and by the next watcher, and the chain goes on where it stopped', async () => {
    const early = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle();
    const paused = await served({ kind: 'pause', reason: 'The node is moved.' });
    expect(paused).toMatchObject({ state: 'done', reason: null });
    const { tip } = await theChain();
    const late = await local.send(local.payUsdt(purse, 6n));
    await mineAndSettle(100);
    await restart();
    await driver.settle();
    expect((await theChain()).tip).toBe(tip);
    expect([lifeOf(early.hash), lifeOf(late.hash)]).toEqual([['detected'], []]);
    expect(driver.watch.health(null)).toEqual({
      state: 'paused',
      detail: expect.stringMatching(/is paused by operator:test since .*: The node is moved; /),
    });

    expect(await served({ kind: 'resume' })).toMatchObject({ state: 'done' });
    expect((await theChain()).tip).toBe(await local.height());
    expect(lifeOf(early.hash)).toEqual(['detected', 'final']);
    expect(lifeOf(late.hash)).toEqual(['detected', 'final']);
    expect(creditsOf(early.hash, late.hash)).toEqual([1, 1]);
  });

  it('is followed by the reorgs that came meanwhile', async () => {
    const kept = await local.send(local.payUsdt(purse, 5n));
    const dropped = await local.send(local.payUsdt(purse, 6n));
    await mineAndSettle(2);
    await served({ kind: 'pause' });
    await local.rpc('anvil_reorg', 2, [[kept.raw, 1]]);
    await mineAndSettle(4);
    expect(lifeOf(dropped.hash)).toEqual(['detected']);
    await served({ kind: 'resume' });
    expect(lifeOf(dropped.hash)).toEqual(['detected', 'reverted']);
    expect(creditsOf(kept.hash, dropped.hash)).toEqual([1, 0]);
  });
});

describe('a ring that is reset', () => {
  it('reverts the transfers of the old branch and continues with the new one', async () => {
    const below = await local.send(local.payUsdt(purse, 1n));
    await mineAndSettle(10);
    const kept = await local.send(local.payUsdt(purse, 2n));
    const dropped = await local.send(local.payUsdt(purse, 3n));
    await mineAndSettle(50);
    expect(creditsOf(below.hash, kept.hash, dropped.hash)).toEqual([1, 1, 1]);
    await local.rpc('anvil_reorg', 52, [[kept.raw, 30]]);
    await mineAndSettle();
    expect(driver.watch.health(null).detail).toContain('watch rescan --reset-ring');

    const reset = await served({ kind: 'reset-ring' });
    expect(reset).toMatchObject({ state: 'done', versions: 2, to: await local.height() });
    expect((await theChain()).tip).toBe(await local.height());
    expect(driver.watch.health(null).state).toBe('following');
    expect(lifeOf(below.hash)).toEqual(['detected', 'final']);
    expect(lifeOf(kept.hash)).toEqual(['detected', 'final', 'reverted', 'detected', 'final']);
    expect(lifeOf(dropped.hash)).toEqual(['detected', 'final', 'reverted']);
    expect(creditsOf(below.hash, kept.hash, dropped.hash)).toEqual([1, 1, 0]);
    await mineAndSettle(4);
    expect((await theChain()).tip).toBe(await local.height());
  });

  it('begins where the operator says', async () => {
    const below = await local.send(local.payUsdt(purse, 1n));
    await mineAndSettle(60);
    await local.rpc('anvil_reorg', 40, []);
    await mineAndSettle();
    const from = (await local.height()) - 50;
    const reset = await served({ kind: 'reset-ring', from });
    expect(reset).toMatchObject({ state: 'done', from, versions: 0 });
    expect([lifeOf(below.hash), creditsOf(below.hash)]).toEqual([['detected', 'final'], [1]]);
  });

  it('continues a rescan that had begun on the old branch', async () => {
    const missed = await payUnnoticed();
    await mineAndSettle(120);
    const made = await request({ kind: 'rescan', from: 0 });
    await driver.watch.pass();
    await local.rpc('anvil_reorg', 100, []);
    await local.mine();
    expect(await served({ kind: 'reset-ring' })).toMatchObject({ state: 'done', versions: 0 });
    expect(lastReport(made)).toMatchObject({ state: 'done' });
    expect(lifeOf(missed)).toEqual(['detected', 'final']);
  });

  it('is whole or not at all when the watcher is killed', async () => {
    const kept = await local.send(local.payUsdt(purse, 2n));
    await mineAndSettle(50);
    await local.rpc('anvil_reorg', 50, [[kept.raw, 3]]);
    await mineAndSettle();
    const made = await request({ kind: 'reset-ring' });
    let kills = 0;
    for (let allowed = 0; ; allowed++, kills++) {
      let steps = allowed;
      await restart({ wrap: dieAfter(() => steps-- <= 0) });
      const outcome = await driver.settle().then(
        () => 'finished',
        ({ message }: Error) => message,
      );
      if (outcome === 'finished') break;
      expect(outcome).toBe('killed');
    }
    expect(kills).toBeGreaterThan(3);
    expect(lastReport(made)).toMatchObject({ state: 'done', versions: 1 });
    const versions = new Map(driver.published(kept.hash).map((it) => [it.version, it.status]));
    expect([...versions.values()]).toEqual([
      ...['detected', 'final', 'reverted', 'detected', 'final'],
    ]);
    expect(creditsOf(kept.hash)).toEqual([1]);
  });

  it('is refused with what would be right', async () => {
    const { hash } = await local.send(local.payUsdt(purse, 1n));
    await mineAndSettle(50);
    const refusal = async (order: Order) => {
      const { state, reason } = await served(order);
      return state === 'refused' ? reason : state;
    };
    expect(await refusal({ kind: 'reset-ring' })).toMatch(/There is nothing to reset/);
    const { block } = driver.published(hash)[0] as TransferV1;
    await local.rpc('anvil_reorg', 50, []);
    await mineAndSettle();
    const { oldestRemembered } = await theChain();
    expect(await refusal({ kind: 'reset-ring', from: oldestRemembered + 1 })).toMatch(
      `Block ${oldestRemembered} already differs`,
    );
    expect(await refusal({ kind: 'reset-ring', from: oldestRemembered })).toMatch(
      `Block ${block?.number}, in which transfers were found, is not on the node's chain`,
    );
    const made = await request({ kind: 'reset-ring' });
    await query('UPDATE watcher.rescan SET blocks_max = 40');
    await driver.settle();
    expect(lastReport(made)?.reason).toMatch(/blocks would be matched, more than 40\./);
    expect(await refusal({ kind: 'reset-ring' })).toBe('done');
    expect(creditsOf(hash)).toEqual([0]);
  });
});

/** Wraps a part so that its process dies before or after the write that is one too many. */
function dieAfter(isOver: () => boolean): NonNullable<DriverOptions['wrap']> {
  return (part) =>
    new Proxy(part, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        if (!['commit', 'publish', 'published', 'reported'].includes(String(name)))
          return member.bind(target);
        return async (...values: unknown[]) => {
          if (isOver()) throw new Error('killed');
          const result = await member.apply(target, values);
          if (isOver()) throw new Error('killed');
          return result;
        };
      },
    });
}
