import type { TransferV1 } from '@daybook/contracts';
import { integerOf, parseAnswer } from '../../../libs/chains/src/tron/answer';
import type { Json } from '../../../libs/chains/testing/tron-blocks';
import { CHAIN, recordedText, recording } from '../../../libs/chains/testing/tron-recordings';
import { startReplay } from '../../../libs/chains/testing/tron-replay';
import { openBooks } from '../testing/books';
import { createBroker, type Driver, driveChain } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { tronEntry } from '../testing/tron-network';

type Replay = Awaited<ReturnType<typeof startReplay>>;

const { trc20, watched } = JSON.parse(recordedText('transfers.balances.json'));
const [first, second]: string[] = watched.map(({ base58 }: Json) => base58);
const TRC10 = ['1000001', '1000002'];
const COIN = `${CHAIN}/slip44:195`;
const TOKEN = `${CHAIN}/trc20:${trc20.base58}`;
const LISTED = [COIN, TOKEN, ...TRC10.map((id) => `${CHAIN}/trc10:${id}`)];
/** What the first address paid in fees; the README of the recordings says so. In sun. */
const FEES = 69_500n;

let replay: Replay;
let driver: Driver;

afterEach(async () => {
  await driver.stop();
  await replay.close();
});

/** A watch of the recorded node, which shows its genesis block for now. */
async function start(name: string): Promise<void> {
  replay = await startReplay(name);
  [replay.head, replay.solid] = [0, 0];
  const ports = { fullUrl: replay.url, solidityUrl: replay.url };
  const entry = tronEntry({ id: CHAIN, ...ports, token: trc20.base58, trc10: null, startBlock: 0 });
  const tokens = TRC10.map((id) => ({
    ...{ id: `${CHAIN}/trc10:${id}`, currency: `TRC10_${id}`, decimals: 0, minimum: '1' },
  }));
  const whole = { ...entry, assets: [...entry.assets, ...tokens] };
  driver = await driveChain(whole, new InMemoryWatcherStore(), createBroker());
  await driver.settle();
}

/** The node's head moves up to a height, and what is solid follows one block later. */
async function follow(height: number): Promise<void> {
  for (; replay.head < height; replay.head += 1) {
    replay.solid = replay.head;
    await driver.settle();
  }
  replay.solid = replay.head;
  await driver.settle();
}

/** What the ledger credits after everything that was published, by recipient and asset. */
function credited(isListed = (asset: string) => LISTED.includes(asset)) {
  const books = openBooks({ isListed });
  const transfers = new Map<string, TransferV1>();
  for (const transfer of driver.published()) {
    books.record(transfer);
    transfers.set(transfer.transferId, transfer);
  }
  const sums = new Map<string, bigint>();
  for (const [id, { to, asset, amount }] of transfers) {
    const credits = books.creditsOf(id);
    expect([0, 1]).toContain(credits);
    const key = `${to} ${asset}`;
    if (credits === 1) sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  }
  return { sums, statusOf: books.statusOf, transfers };
}

/** What left after everything that was published, by sender and asset, fees apart. */
function left() {
  const [moved, fees] = [new Map<string, bigint>(), new Map<string, bigint>()];
  const outflows = new Map(driver.outflows().map((each) => [each.outflowId, each]));
  for (const { status, from, to, asset, amount, netted = '0' } of outflows.values()) {
    expect(status).toBe('final');
    const [sums, key] = [to === null ? fees : moved, `${from} ${asset}`];
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount) - BigInt(netted));
  }
  return { moved, fees };
}

/** What arrived less what left. */
function kept(): ReadonlyMap<string, bigint> {
  const sums = new Map(credited().sums);
  const { moved, fees } = left();
  for (const [key, amount] of [...moved, ...fees]) sums.set(key, (sums.get(key) ?? 0n) - amount);
  return sums;
}

/** What the recorded node says that the watched addresses have. */
function recordedBalances(): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { base58, account, trc20: tokens } of watched) {
    const { balance, assetV2 = [] } = parseAnswer(account) as Json;
    sums.set(`${base58} ${COIN}`, integerOf(balance, 'balance'));
    sums.set(`${base58} ${TOKEN}`, BigInt(tokens));
    for (const { key, value } of assetV2) {
      sums.set(`${base58} ${CHAIN}/trc10:${key}`, integerOf(value, 'balance'));
    }
  }
  return sums;
}

describe('the recorded transfers', () => {
  it('leave what the node says that the addresses have, block by block', async () => {
    await start('transfers');
    await driver.mint([first, second] as string[], 0);
    await follow(121);
    expect(kept()).toEqual(recordedBalances());
    expect(left().fees).toEqual(new Map([[`${first} ${COIN}`, FEES]]));
    expect(driver.watch.health(null)).toEqual({ state: 'following', detail: null });
    expect(driver.watch.unscanned()).toEqual([]);
  });

  it('leave the same when the addresses become known after all blocks', async () => {
    await start('transfers');
    await follow(121);
    await driver.mint([first, second] as string[], 0);
    await driver.settle();
    expect(kept()).toEqual(recordedBalances());
  });

  it('are rejected or never final in all that must not be credited', async () => {
    await start('transfers');
    await driver.mint([first, second] as string[], 0);
    await follow(121);
    const { statusOf, transfers } = credited();
    const others = [...transfers.values()].filter(({ transferId }) => {
      return statusOf(transferId) !== 'confirmed';
    });
    expect(others.map(({ transferId }) => statusOf(transferId))).toEqual(
      others.map(() => 'rejected'),
    );
    // Of what is listed only a token transfer that failed. The others are logs of contracts that nobody listed.
    const listed = others.filter(({ asset }) => LISTED.includes(asset));
    expect(listed.map(({ status, to, asset }) => [status, to, asset])).toEqual([
      ['failed', second, TOKEN],
    ]);
    expect(others.length).toBeGreaterThan(1);
  });
});

describe('the recorded reorg', () => {
  it('takes back what was orphaned, and credits what both sides have in the end', async () => {
    await start('reorg-before');
    const [before, after] = [recording('reorg-before'), recording('reorg-after')];
    const signers = [...before, ...after].slice(1).map(({ block }) => JSON.parse(block));
    replay.witnesses = [
      ...new Set(
        signers.flatMap(({ block_header: { raw_data } }) => raw_data.witness_address ?? []),
      ),
    ];
    const [paid, other]: string[] = JSON.parse(recordedText('reorg.watched.json')).map(
      ({ base58 }: Json) => base58,
    );
    await driver.mint([paid, other] as string[], 0);
    const polls = recordedText('reorg-polls.ndjson').trim().split('\n').map(pollIn);
    for (const { head, solid } of polls) {
      const recorded = [before, after].find((blocks) => idAt(blocks, head.number) === head.id);
      // Of the last blocks before the reorg only headers were recorded.
      if (recorded === undefined) continue;
      Object.assign(replay, { recorded, head: head.number, solid: solid.number });
      await driver.settle();
      expect(driver.watch.heights().finalized ?? 0).toBeLessThanOrEqual(solid.number);
    }
    await driver.settleReorg();
    const lives = new Map<string, string[]>();
    for (const { transferId, status, to, amount } of driver.published()) {
      const life = lives.get(transferId) ?? [`${amount} to ${to}`];
      lives.set(transferId, [...life, status]);
    }
    expect([...lives.values()]).toEqual([
      [`1000000 to ${paid}`, 'detected', 'final'],
      [`2000000 to ${paid}`, 'detected', 'reverted'],
      [`4000000 to ${other}`, 'detected', 'final'],
    ]);
    expect(credited().sums).toEqual(
      new Map([
        [`${paid} ${COIN}`, 1_000_000n],
        [`${other} ${COIN}`, 4_000_000n],
      ]),
    );
  });
});

function pollIn(line: string) {
  const { now, solid } = JSON.parse(line);
  const read = (text: string) => {
    const { blockID, block_header } = JSON.parse(text);
    return { id: blockID as string, number: (block_header.raw_data.number ?? 0) as number };
  };
  return { head: read(now), solid: read(solid) };
}

function idAt(blocks: ReturnType<typeof recording>, height: number): string | undefined {
  const found = blocks[height];
  return found && JSON.parse(found.block).blockID;
}
