import type { TransferV1 } from '@daybook/contracts';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { copyOf, type TestDatabase } from '../../../test/dependencies';
import { migrate } from '../src/migrate';
import { PostgresWatcherStore } from '../src/store/postgres-watcher-store';
import { createBroker, type Driver, type DriverOptions, drive } from '../testing/driver';
import { CHAIN, type LocalChain, NATIVE, startLocalChain } from '../testing/local-chain';

const [purse, other] = [addressOf('purse'), addressOf('other purse')];

let local: LocalChain;
let database: TestDatabase;
let store: PostgresWatcherStore;
let broker: ReturnType<typeof createBroker>;
let driver: Driver;

beforeEach(async () => {
  const copied = copyOf('watcher', (url) => migrate(url, 'postgres'));
  [local, database] = await Promise.all([startLocalChain(), copied]);
  store = new PostgresWatcherStore({ url: database.url });
  broker = createBroker();
});
afterEach(async () => {
  await driver.stop();
  await store.close();
  await Promise.all([local.stop(), database.drop()]);
});

/** A watch that has started and knows the purse. */
async function start(options: DriverOptions = {}): Promise<void> {
  driver = await drive(local, store, broker, options);
  await driver.settle();
  await driver.mint([purse]);
}

/** A kill: what the watch held in memory is gone. */
async function restart(options: DriverOptions = {}): Promise<void> {
  await driver.stop();
  driver = await drive(local, store, broker, options);
}

/** The life of a transaction's transfers: their statuses in the order of publishing. */
function lifeOf(txHash: string): TransferV1['status'][] {
  return driver.published(txHash).map(({ status }) => status);
}

async function mineAndSettle(blocks = 1): Promise<void> {
  await local.mine(blocks);
  await driver.settle();
}

describe('a watch on a real chain', () => {
  it('detects a token transfer and calls it final once, when it is deep enough', async () => {
    await start();
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle();
    expect(driver.published(hash)).toMatchObject([
      {
        transferId: `${CHAIN}/${hash}/log:0`,
        status: 'detected',
        asset: `${CHAIN}/erc20:${local.usdt}`,
        amount: '5',
        from: local.sender,
        to: purse,
        block: { number: await local.height() },
        finality: null,
      },
    ]);
    await mineAndSettle();
    expect(lifeOf(hash)).toEqual(['detected']);
    await mineAndSettle(3);
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
    expect(driver.published(hash)[1]?.finality).toEqual({ kind: 'depth', confirmations: 3 });
  });

  it('detects native coins, and those of a transaction that fails as failed', async () => {
    await start();
    const paid = await local.send({ to: purse, value: 7n });
    await local.mine();
    // A purse that refuses: INVALID as its only instruction.
    await local.rpc('anvil_setCode', purse, '0xfe');
    const refused = await local.send({ to: purse, value: 8n });
    await mineAndSettle();
    expect(driver.published(paid.hash)).toMatchObject([
      {
        transferId: `${CHAIN}/${paid.hash}/value:0`,
        status: 'detected',
        asset: NATIVE,
        amount: '7',
      },
    ]);
    expect(driver.published(refused.hash)).toMatchObject([{ status: 'failed', amount: '8' }]);
    await mineAndSettle(4);
    expect(lifeOf(refused.hash)).toEqual(['failed']);
  });

  it('finds three transfers in one transaction', async () => {
    await start();
    const { hash } = await local.send(local.batchUsdt([purse, purse, purse], [1n, 1n, 2n]));
    await mineAndSettle();
    expect(driver.published(hash).map(({ transferId, amount }) => [transferId, amount])).toEqual([
      [`${CHAIN}/${hash}/log:0`, '1'],
      [`${CHAIN}/${hash}/log:1`, '1'],
      [`${CHAIN}/${hash}/log:2`, '2'],
    ]);
  });

  it('reports transfers of amount 0 and of NFTs', async () => {
    await start();
    const nothing = await local.send(local.payUsdt(purse, 0n));
    const nft = await local.send(local.mintNft(purse, 42n));
    await mineAndSettle();
    expect(driver.published(nothing.hash)).toMatchObject([{ status: 'detected', amount: '0' }]);
    expect(driver.published(nft.hash)).toMatchObject([
      { status: 'detected', asset: `${CHAIN}/erc721:${local.nft}/42`, amount: '1' },
    ]);
  });

  it('reports no transfers to others', async () => {
    await start();
    await local.send(local.payUsdt(other, 5n));
    await local.send({ to: other, value: 5n });
    await mineAndSettle(4);
    expect(driver.published()).toEqual([]);
  });

  it('reverts what a reorg drops, even when it was final', async () => {
    await start();
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle(3);
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
    await local.rpc('anvil_reorg', 4, []);
    // The new chain is not higher, so one answer takes nothing back.
    await driver.settle();
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
    await driver.settleReorg();
    expect(lifeOf(hash)).toEqual(['detected', 'final', 'reverted']);
    await mineAndSettle(4);
    expect(lifeOf(hash)).toEqual(['detected', 'final', 'reverted']);
  });

  it('recognises a transfer that a reorg includes with another log index', async () => {
    await start();
    const before = await local.send(local.payUsdt(other, 1n));
    const { raw, hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle();
    const [first] = await logsOf(hash);
    expect(first?.logIndex).toBe('0x1');
    // The first one is left out; its nonce is used by an empty transaction without logs.
    const { nonce } = (await local.rpc('eth_getTransactionByHash', before.hash)) as {
      nonce: string;
    };
    const filler = await local.sign({ to: other, nonce: Number(nonce) });
    await local.rpc('anvil_reorg', 1, [
      [filler.raw, 0],
      [raw, 0],
    ]);
    await driver.settleReorg();
    const [second] = await logsOf(hash);
    expect(second?.logIndex).toBe('0x0');
    const life = driver.published(hash);
    expect(life.map(({ status }) => status)).toEqual(['detected', 'reverted', 'detected']);
    expect(new Set(life.map(({ transferId }) => transferId)).size).toBe(1);
    expect(life[2]?.block?.hash).not.toBe(life[0]?.block?.hash);
    expect(life[2]?.version).toBeGreaterThan(life[1]?.version ?? 0);
    await mineAndSettle(2);
    expect(lifeOf(hash)).toEqual(['detected', 'reverted', 'detected', 'final']);
  });

  it('follows the tag of the chain when that is the policy', async () => {
    await local.stop();
    local = await startLocalChain(['--slots-in-an-epoch', '2']);
    await start({ finality: { kind: 'tag', tag: 'finalized' } });
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle(4);
    expect(lifeOf(hash)).toEqual(['detected']);
    await mineAndSettle();
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
    expect(driver.published(hash)[1]?.finality).toEqual({ kind: 'tag', tag: 'finalized' });
  });

  it('makes up for an outage from where it stopped', async () => {
    await start();
    await driver.stop();
    const hashes: string[] = [];
    for (let n = 0; n < 150; n++) {
      hashes.push((await local.send(local.payUsdt(purse, BigInt(n)))).hash);
      await local.mine();
    }
    driver = await drive(local, store, broker);
    await driver.settle();
    for (const [n, hash] of hashes.entries()) {
      expect(driver.published(hash).at(-1)).toMatchObject({
        status: n < 148 ? 'final' : 'detected',
        amount: String(n),
      });
    }
  });

  it('finds what a reorg changed while it was away', async () => {
    await start();
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle();
    await driver.stop();
    await local.rpc('anvil_reorg', 2, []);
    await local.mine(5);
    driver = await drive(local, store, broker);
    await driver.settle();
    expect(lifeOf(hash)).toEqual(['detected', 'reverted']);
  });

  it('scans blocks again for an address that comes late', async () => {
    await start();
    const mintedAt = Date.now();
    const { hash } = await local.send(local.payUsdt(other, 5n));
    await mineAndSettle(40);
    expect(driver.published(hash)).toEqual([]);
    await driver.mint([other], mintedAt);
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
    // Hearing of it again changes nothing.
    await driver.mint([other], mintedAt);
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
  });

  it('stalls, and says why, when a reorg is deeper than the ring', async () => {
    await start();
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await mineAndSettle(40);
    await local.rpc('anvil_reorg', 38, []);
    await mineAndSettle();
    expect(driver.watch.health(null)).toMatchObject({ state: 'stalled' });
    expect(driver.watch.health(null).detail).toMatch(/deeper than the 32 blocks/);
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
  });

  it('begins at the block that is configured', async () => {
    const { hash } = await local.send(local.payUsdt(purse, 5n));
    await local.mine();
    const startBlock = await local.height();
    await local.mine(40);
    await start({ startBlock });
    await driver.mint([purse], Date.now() - 600_000);
    expect(lifeOf(hash)).toEqual(['detected', 'final']);
  });

  it('continues where it was killed, between any two steps', async () => {
    await start();
    const kept = await local.send(local.payUsdt(purse, 1n));
    const dropped = await local.send(local.batchUsdt([purse, other], [2n, 3n]));
    await local.mine();
    let kills = await killAtEveryStep();
    await local.rpc('anvil_reorg', 1, [[kept.raw, 0]]);
    await local.mine();
    kills += await killAtEveryStep();
    await local.mine(2);
    kills += await killAtEveryStep();
    expect(kills).toBeGreaterThan(15);
    const lives = (hash: string) => {
      // A message may arrive twice; its second arrival is no news.
      const byId = new Map(
        driver.published(hash).map((it) => [`${it.transferId}#${it.version}`, it]),
      );
      return [...byId.values()].map(({ status, transferId }) =>
        [transferId.at(-1), status].join(' '),
      );
    };
    expect(lives(kept.hash)).toEqual(['0 detected', '0 reverted', '0 detected', '0 final']);
    expect(lives(dropped.hash)).toEqual(['0 detected', '1 detected', '0 reverted', '1 reverted']);
    expect(await store.outbox(CHAIN, 10)).toEqual([]);
  });

  /** Kills the watch one step later each time until it gets through; returns how often. */
  async function killAtEveryStep(): Promise<number> {
    for (let allowed = 0; ; allowed++) {
      let steps = allowed;
      await restart({ wrap: killAfter(() => steps-- <= 0) });
      const late = { address: other, mintedAt: 0, position: null };
      driver.watch.offerAddresses([late], null).catch(() => undefined);
      const outcome = await driver.settle().then(
        () => 'finished',
        (error: Error) => error.message,
      );
      if (outcome === 'finished') return allowed;
      expect(outcome).toBe('killed');
    }
  }

  async function logsOf(hash: string): Promise<{ logIndex: string }[]> {
    const receipt = (await local.rpc('eth_getTransactionReceipt', hash)) as { logs: [] };
    return receipt.logs;
  }
});

/** Wraps a part so that its process dies, before or after the call that is one too many. */
function killAfter(isOver: () => boolean): NonNullable<DriverOptions['wrap']> {
  return (part) =>
    new Proxy(part, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        if (
          !['commit', 'publish', 'published', 'outbox', 'detected', 'transfers'].includes(
            String(name),
          )
        ) {
          return member.bind(target);
        }
        return async (...values: unknown[]) => {
          if (isOver()) throw new Error('killed');
          const result = await member.apply(target, values);
          if (isOver()) throw new Error('killed');
          return result;
        };
      },
    });
}
