import type { ProviderPool } from '@daybook/chains';
import { parseChainHead, TOPICS } from '@daybook/contracts';
import { BLOCKS_AT_ONCE } from '../src/blocks/blocks';
import { createWatchMemory } from '../src/monitoring/watch-memory';
import { CHAIN, IDS, type ModelTransaction } from '../testing/model-chain';
import { type ModelledWatch, modelledWatch, purse } from '../testing/modelled-watch';

const REASON = 'The node is moved.';
const MINUTE = 60_000;

let modelled: ModelledWatch;
/** The questions that the node was asked during a pause. */
let asked: string[];

beforeEach(async () => {
  modelled = await modelledWatch();
  asked = [];
});

/** Pauses the chain. Every question that the node is asked from now on is noted. */
async function pause(): Promise<string> {
  const id = await modelled.request('pause', null, null, { reason: REASON });
  const client = modelled.node.client as unknown as Record<string, unknown>;
  const note =
    (name: string) =>
    (...values: unknown[]) => {
      asked.push(name);
      return (client[name] as (...values: unknown[]) => unknown)(...values);
    };
  const names = ['verify', 'head', 'header', 'block', 'tagged', 'blockOf'] as const;
  const noting: Partial<ProviderPool> = Object.fromEntries(names.map((it) => [it, note(it)]));
  modelled.answers = noting;
  return id;
}

async function resume(): Promise<string> {
  modelled.answers = {};
  return modelled.request('resume', null);
}

function creditsOf(...transactions: string[]): number[] {
  const books = modelled.books();
  return transactions.map((hash) => books.creditsOf(`${CHAIN}/${hash}/value:0`));
}

/** A transaction that somebody signed and that pays the purse, pending at the node. */
async function sight(): Promise<ModelTransaction> {
  const { chain } = modelled.node;
  for (;;) {
    const transaction = chain.send([purse]);
    const { hash, sender, nonce } = transaction;
    const { to, value: amount = 0n, failed = false, logs = [] } = transaction.plan(0);
    if (to !== purse || amount === 0n || failed || logs.length > 0) continue;
    chain.pool = [];
    const paid = { ordinal: 'value:0', asset: IDS.native, amount, failed, txHash: hash };
    const transfers = [{ ...paid, from: sender, to: purse }];
    modelled.watch.offerPending({ hash, sender, nonce, transfers });
    await modelled.settle();
    return transaction;
  }
}

/** Mines until a block includes the transaction. */
function include(transaction: ModelTransaction): void {
  const { node } = modelled;
  node.chain.pool = [transaction];
  while (node.chain.pool.length > 0) node.mine(1);
}

describe('a paused chain', () => {
  it('matches and finishes nothing and asks nothing, and continues where it stopped', async () => {
    const early = modelled.pay();
    await modelled.settle();
    const { matched } = modelled.watch.heights();
    const paused = await pause();
    expect(modelled.outcomeOf(paused)).toEqual(['done', null]);
    const late = modelled.pay();
    modelled.node.mine(3 * BLOCKS_AT_ONCE);
    await modelled.settle();
    expect([modelled.statuses(early), modelled.statuses(late)]).toEqual([['detected'], []]);
    expect([modelled.watch.heights().matched, asked]).toEqual([matched, []]);

    expect(modelled.outcomeOf(await resume())).toEqual(['done', null]);
    await modelled.settle();
    expect(modelled.statuses(early)).toEqual(['detected', 'final']);
    expect(modelled.statuses(late)).toEqual(['detected', 'final']);
    expect(creditsOf(early, late)).toEqual([1, 1]);
    expect(modelled.watch.heights().matched).toBe(modelled.node.chain.height);
    expect(modelled.watch.unscanned()).toEqual([]);
  });

  it('takes back after it what a reorg replaced meanwhile', async () => {
    const { node } = modelled;
    const lost = modelled.pay();
    await modelled.settle();
    await pause();
    node.chain.reorganise(1, 0);
    node.chain.pool = [];
    const paid = modelled.pay();
    node.mine(4);
    await modelled.settle();
    expect(modelled.statuses(lost)).toEqual(['detected']);
    await resume();
    await modelled.settle();
    expect(modelled.statuses(lost)).toEqual(['detected', 'reverted']);
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    expect(creditsOf(lost, paid)).toEqual([0, 1]);
  });

  it('stays paused through restarts and takeovers', async () => {
    await pause();
    const paid = modelled.pay();
    modelled.node.mine(3);
    for (let n = 0; n < 2; n++) {
      await modelled.restart();
      await modelled.settle();
      expect(modelled.watch.health(null).state).toBe('paused');
    }
    expect([modelled.statuses(paid), asked]).toEqual([[], []]);
    // Its height is not forgotten, although its node was not asked.
    expect(modelled.watch.heights()).toMatchObject({ latest: 10, matched: 10 });
    await resume();
    await modelled.restart();
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
  });

  it('may never have been watched before', async () => {
    modelled.store.wipe();
    await modelled.restart();
    await pause();
    modelled.node.mine(3);
    await modelled.settle();
    expect([modelled.watch.health(null).state, asked]).toEqual(['paused', []]);
    await modelled.restart();
    await resume();
    await modelled.settle();
    expect(modelled.watch.heights().matched).toBe(modelled.node.chain.height);
    expect(modelled.watch.health(null).state).toBe('following');
  });

  it('publishes what was found before, and acknowledges addresses', async () => {
    const paid = modelled.pay();
    while (await modelled.watch.pass());
    await pause();
    expect(modelled.statuses(paid)).toEqual([]);
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected']);
    const minted = { address: `0x${'12'.repeat(20)}`, mintedAt: 1_700_000_000_000, position: 7n };
    await modelled.watch.offerAddresses([minted], 7n);
    await modelled.settle();
    await modelled.watch.acknowledge(7n);
    expect(modelled.watch.heights().addressesThrough).toBe('7');
    expect(asked).toEqual([]);
  });

  it('finds transfers to an address that was minted meanwhile', async () => {
    await pause();
    const minted = { address: `0x${'12'.repeat(20)}`, mintedAt: 120_000, position: 7n };
    await modelled.watch.offerAddresses([minted], 7n);
    // Blocks that were matched before must be matched again, which waits.
    await modelled.settle();
    await modelled.watch.acknowledge(7n);
    expect([modelled.watch.heights().addressesThrough, asked]).toEqual(['6', []]);
    await resume();
    await modelled.settle();
    await modelled.watch.acknowledge(7n);
    expect(modelled.watch.heights().addressesThrough).toBe('7');
  });

  it('lets rescans wait, and cancels them', async () => {
    await pause();
    const waiting = await modelled.request('rescan', 3, 5);
    const cancelled = await modelled.request('rescan', 3, 5);
    await modelled.settle();
    await modelled.request('rescan', 3, 5, { requestId: cancelled, isCancelled: true });
    await modelled.settle();
    expect(modelled.outcomeOf(waiting)).toEqual(['waiting', null]);
    expect(modelled.outcomeOf(cancelled)).toEqual(['cancelled', null]);
    expect(asked).toEqual([]);
    await resume();
    await modelled.settle();
    expect(modelled.outcomeOf(waiting)).toEqual(['done', null]);
  });

  function publishReport(): Promise<void> {
    const recalled = createWatchMemory().recalled();
    const details = modelled.watch.details({ recalled, unpublished: null });
    return modelled.watch.reportHead(modelled.watch.health(null), details);
  }

  it('says who paused it, since when and why, and how it continues', async () => {
    await pause();
    const detail = `${CHAIN} is paused by operator:test since 2023-11-14T22:13:20.000Z: The node is moved; "npx daybook watch resume --chain ${CHAIN}" continues.`;
    modelled.later(10 * MINUTE);
    const trouble = { message: 'It cannot be reached.', since: 0 };
    expect(modelled.watch.health(trouble)).toEqual({ state: 'paused', detail });
    await publishReport();
    const report = modelled.broker.messages(TOPICS.chainHead).at(-1)?.value ?? '';
    expect(parseChainHead(report)).toMatchObject({
      ...{ state: 'stalled', detail, latest: 10, matched: 10 },
      paused: { by: 'operator:test', since: '2023-11-14T22:13:20.000Z', reason: REASON },
    });
    await resume();
    await publishReport();
    const next = modelled.broker.messages(TOPICS.chainHead).at(-1)?.value ?? '';
    expect(parseChainHead(next).paused).toBeNull();
  });

  it('is not up to date after it before its node has answered, and the pause was no silence', async () => {
    await pause();
    modelled.node.mine(5);
    modelled.later(60 * MINUTE);
    await resume();
    // An expiry must not rely on what was known before the pause.
    expect(modelled.watch.health(null)).toEqual({
      state: 'catching-up',
      detail: 'The node has not answered yet.',
    });
    await modelled.settle();
    expect(modelled.watch.health(null)).toEqual({ state: 'following', detail: null });
  });

  it('drops no sighting whose block was not matched because of it', async () => {
    const { node } = modelled;
    const sighted = await sight();
    const { hash: seen } = sighted;
    expect(modelled.statuses(seen)).toEqual(['seen']);
    await pause();
    modelled.later(40 * MINUTE);
    node.mine(3 * BLOCKS_AT_ONCE);
    include(sighted);
    await resume();
    await modelled.settle();
    expect(modelled.statuses(seen)).toEqual(['seen', 'detected']);
    node.mine(3);
    await modelled.settle();
    expect(modelled.statuses(seen)).toEqual(['seen', 'detected', 'final']);
  });
});

describe('a request to pause', () => {
  it('waits for the pass that is in progress, and then nothing is matched', async () => {
    const { node } = modelled;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    modelled.answers = {
      async head() {
        await answered;
        return node.client.head();
      },
    };
    const early = modelled.pay();
    const passing = modelled.watch.pass();
    const pausing = modelled.request('pause', null, null, { reason: REASON });
    await new Promise(setImmediate);
    expect(modelled.watch.isPaused()).toBe(false);
    answer();
    await Promise.all([passing, pausing]);
    expect(modelled.watch.isPaused()).toBe(true);
    const late = modelled.pay();
    await modelled.settle();
    expect([modelled.statuses(early), modelled.statuses(late)]).toEqual([['detected'], []]);
  });

  it('is refused for a paused chain, and a request to resume for any other', async () => {
    expect(modelled.outcomeOf(await resume())).toEqual([
      'refused',
      `${CHAIN} is not paused. There is nothing to resume.`,
    ]);
    await pause();
    const [state, reason] = modelled.outcomeOf(await pause());
    expect([state, reason]).toEqual([
      'refused',
      expect.stringMatching(/^There is nothing to pause: .* is paused by operator:test since /),
    ]);
    await modelled.settle();
    expect(modelled.watch.isPaused()).toBe(true);
  });

  it('has one effect however often it is delivered', async () => {
    const paused = await pause();
    await resume();
    await modelled.request('pause', null, null, { requestId: paused, reason: REASON });
    await modelled.request('pause', null, null, { requestId: paused, isCancelled: true });
    expect(modelled.watch.isPaused()).toBe(false);
    expect(modelled.outcomeOf(paused)).toEqual(['done', null]);
  });

  it('has no effect when it was cancelled before', async () => {
    const id = await modelled.request('pause', null, null, { reason: REASON, isCancelled: true });
    expect([modelled.watch.isPaused(), modelled.outcomeOf(id)]).toEqual([
      false,
      ['cancelled', null],
    ]);
  });

  it('is met whatever waits', async () => {
    for (let n = 0; n < 20; n++) await modelled.request('rescan', 1);
    expect(modelled.outcomeOf(await modelled.request('rescan', 1))[0]).toBe('refused');
    await pause();
    expect(modelled.watch.isPaused()).toBe(true);
    await resume();
    expect(modelled.watch.isPaused()).toBe(false);
  });
});
