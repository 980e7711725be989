import type { TransferV1 } from '@daybook/contracts';
import { Client } from 'pg';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { freshDatabase, type TestDatabase } from '../../../test/dependencies';
import { migrate } from '../src/migrate';
import {
  cancelRequest,
  findRequest,
  type Query,
  type RescanRequest,
  type RescanWish,
  requestRescan,
  type WatchedChain,
  watchedChains,
} from '../src/operator/request-rescan';
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
  [local, database] = await Promise.all([startLocalChain(), freshDatabase()]);
  await migrate(database.url, 'postgres');
  client = new Client({ connectionString: database.url });
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

const query: Query = async (sql, values = []) => (await client.query(sql, values)).rows;

async function theChain(): Promise<WatchedChain> {
  const [chain] = await watchedChains(query);
  if (!chain) throw new Error('Nothing is watched.');
  return chain;
}

type Wish = { readonly isAnySize?: boolean } & (
  | { readonly kind: 'rescan'; readonly from: number; readonly to?: number }
  | { readonly kind: 'reset-ring'; readonly from?: number }
);

async function request(wish: Wish): Promise<RescanRequest> {
  const chain = await theChain();
  const requestedBy = 'operator:test';
  return requestRescan(query, { isAnySize: false, ...wish, chain, requestedBy } as RescanWish);
}

/** Makes a request, lets the watch work, and returns the result. */
async function served(wish: Wish): Promise<RescanRequest> {
  const { id } = await request(wish);
  await driver.settle();
  return (await findRequest(query, id)) as RescanRequest;
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
    expect(done.endedAt).not.toBeNull();
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
    const { id } = await request({ kind: 'rescan', from: 0 });
    await driver.watch.pass();
    await driver.watch.pass();
    const { hash } = await local.send(local.payUsdt(purse, 6n));
    await local.mine();
    await restart();
    const open = await findRequest(query, id);
    expect(open).toMatchObject({ state: 'running', next: expect.any(Number) });
    expect(open?.next).toBeLessThan(open?.to as number);
    await driver.settle();
    expect(await findRequest(query, id)).toMatchObject({ state: 'done', found: 1 });
    expect([lifeOf(early), lifeOf(hash)]).toEqual([['detected', 'final'], ['detected']]);
  });

  it('leaves out the blocks that a reorg replaces', async () => {
    await mineAndSettle(40);
    const { id } = await request({ kind: 'rescan', from: (await theChain()).tip - 3 });
    await local.rpc('anvil_reorg', 8, []);
    await mineAndSettle();
    expect(await findRequest(query, id)).toMatchObject({ state: 'done', versions: 0 });
  });

  it('ends when it is cancelled', async () => {
    await mineAndSettle(120);
    const { id } = await request({ kind: 'rescan', from: 0 });
    await driver.watch.pass();
    expect(await cancelRequest(query, id)).toMatchObject({ state: 'cancelled' });
    await driver.settle();
    expect(await findRequest(query, id)).toMatchObject({ state: 'cancelled' });
    expect(await cancelRequest(query, id)).toBeNull();
  });

  it('is refused where no such blocks were matched, or too many', async () => {
    const { tip, chain } = await theChain();
    const refusal = (wish: Wish) => request(wish).catch(({ message }) => message);
    expect(await refusal({ kind: 'rescan', from: 0, to: tip + 1 })).toBe(
      `${chain} is matched up to block ${tip}, and ${tip + 1} lies beyond; what follows is matched as it comes.`,
    );
    expect(await refusal({ kind: 'rescan', from: 4, to: 3 })).toMatch(/--from 4 lies above --to 3/);
    const long = { ...(await theChain()), tip: 10_000 };
    const asked = { kind: 'rescan', chain: long, from: 0, requestedBy: 'operator:test' } as const;
    await expect(requestRescan(query, { ...asked, isAnySize: false })).rejects.toThrow(
      'Blocks 0 to 10000 are 10001 blocks; more than 10000 have to be allowed with --yes.',
    );
    // What a reorg took away meanwhile is nothing to wait for.
    const { id } = await requestRescan(query, { ...asked, isAnySize: true });
    await driver.settle();
    expect(await findRequest(query, id)).toMatchObject({ state: 'done', from: 0, to: tip });
  });

  it('is refused beyond what anybody would wait for', async () => {
    for (let n = 0; n < 20; n++) await request({ kind: 'rescan', from: 1 });
    await expect(request({ kind: 'rescan', from: 1 })).rejects.toThrow(/20 requests .* are open/);
  });

  it('knows whether a watcher works on the chain', async () => {
    expect((await theChain()).isLed).toBe(true);
    await driver.stop();
    expect((await theChain()).isLed).toBe(false);
    driver = await drive(local, store, broker);
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
    const { id } = await request({ kind: 'rescan', from: 0 });
    await driver.watch.pass();
    await local.rpc('anvil_reorg', 100, []);
    await local.mine();
    expect(await served({ kind: 'reset-ring' })).toMatchObject({ state: 'done', versions: 0 });
    expect(await findRequest(query, id)).toMatchObject({ state: 'done' });
    expect(lifeOf(missed)).toEqual(['detected', 'final']);
  });

  it('is whole or not at all when the watcher is killed', async () => {
    const kept = await local.send(local.payUsdt(purse, 2n));
    await mineAndSettle(50);
    await local.rpc('anvil_reorg', 50, [[kept.raw, 3]]);
    await mineAndSettle();
    const { id } = await request({ kind: 'reset-ring' });
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
    expect(await findRequest(query, id)).toMatchObject({ state: 'done', versions: 1 });
    const versions = new Map(driver.published(kept.hash).map((it) => [it.version, it.status]));
    expect([...versions.values()]).toEqual([
      ...['detected', 'final', 'reverted', 'detected', 'final'],
    ]);
    expect(creditsOf(kept.hash)).toEqual([1]);
  });

  it('is refused with what would be right', async () => {
    const { hash } = await local.send(local.payUsdt(purse, 1n));
    await mineAndSettle(50);
    const refusal = async (wish: Wish) => {
      const { state, reason } = await served(wish);
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
    const { id } = await request({ kind: 'reset-ring' });
    await query('UPDATE watcher.rescan SET blocks_max = 40');
    await driver.settle();
    expect((await findRequest(query, id))?.reason).toMatch(
      /blocks would be matched, more than 40\./,
    );
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
        if (!['commit', 'publish', 'published'].includes(String(name))) return member.bind(target);
        return async (...values: unknown[]) => {
          if (isOver()) throw new Error('killed');
          const result = await member.apply(target, values);
          if (isOver()) throw new Error('killed');
          return result;
        };
      },
    });
}
