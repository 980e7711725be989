import { type BlockHeader, type ChainBlock, InvalidBlock } from '@daybook/chains';
import { parseChainHead, TOPICS } from '@daybook/contracts';
import { createWatchMemory } from '../src/monitoring/watch-memory';
import { CHAIN } from '../testing/model-chain';
import { type ModelledWatch, modelledWatch } from '../testing/modelled-watch';

const REASON = 'A receipt is missing.';

let modelled: ModelledWatch;
/** The blocks that the node answers invalidly, and whether their headers can be recomputed. */
let invalid: Map<string, { readonly headerProven: boolean }>;

beforeEach(async () => {
  modelled = await modelledWatch({ finalityDepth: 50 });
  invalid = new Map();
  answer();
});

function answer(): void {
  const { node } = modelled;
  async function block(at: number | string): Promise<ChainBlock | null> {
    const found = await node.client.block(at);
    const fault = found && invalid.get(found.hash);
    if (found === null || !fault) return found;
    throw new InvalidBlock(REASON, { header: headerOf(found), headerProven: fault.headerProven });
  }
  modelled.answers = {
    block,
    askEvery: async (at) => {
      const failure = await block(at).then(
        () => null,
        (error: Error) => error.message,
      );
      return [
        { provider: 'one', block: null, failure },
        { provider: 'two', block: null, failure: 'No answer.' },
      ];
    },
  };
}

function headerOf({ number, hash, parentHash, time }: BlockHeader): BlockHeader {
  return { number, hash, parentHash, time };
}

/** Mines a block that pays the purse and that the node does not answer validly. */
async function payInvalidly(
  headerProven = true,
): Promise<{ number: number; hash: string; paid: string }> {
  const paid = modelled.pay();
  const { number, hash } = (await modelled.node.client.head()) as BlockHeader;
  invalid.set(hash, { headerProven });
  return { number, hash, paid };
}

/** Lets the watch try for so long, a second between two tries. */
async function tryFor(ms: number): Promise<void> {
  for (let passed = 0; passed <= ms; passed += 1_000) {
    await modelled.settle().catch((error: Error) => {
      if (!(error instanceof InvalidBlock)) throw error;
    });
    modelled.later(1_000);
  }
  while (await modelled.watch.publish());
}

async function quarantine() {
  return (await modelled.store.load(CHAIN)).quarantine;
}

function outcomeOf(id: string) {
  const request = modelled.store.requested(CHAIN).find((it) => it.id === id);
  return [request?.state, request?.reason];
}

describe('a block that stays invalid', () => {
  it('is in quarantine with its reason and what each provider said, not after one fault', async () => {
    const { number, hash } = await payInvalidly();
    await tryFor(1_000);
    expect(await quarantine()).toEqual([]);
    await tryFor(5_000);
    expect(await quarantine()).toMatchObject([
      {
        ...{ number, hash, state: 'waiting', headerProven: true, reason: REASON },
        answers: [
          { provider: 'one', said: REASON },
          { provider: 'two', said: 'No answer.' },
        ],
      },
    ]);
    expect(modelled.watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringContaining(`Block ${number} (${hash}) is in quarantine: ${REASON}`),
    });
  });

  it('leaves quarantine when a provider answers with it', async () => {
    const { hash, paid } = await payInvalidly();
    await tryFor(10_000);
    invalid.delete(hash);
    await tryFor(0);
    expect(modelled.statuses(paid)).toEqual(['detected']);
    expect(await quarantine()).toEqual([]);
    expect(modelled.watch.unscanned()).toEqual([]);
  });

  it('leaves quarantine when the chain goes on without it', async () => {
    const { node } = modelled;
    await payInvalidly();
    await tryFor(10_000);
    node.chain.reorganise(1, 0);
    node.chain.pool = [];
    node.mine(2);
    await tryFor(0);
    expect(await quarantine()).toEqual([]);
    expect(modelled.watch.heights().matched).toBe(node.chain.height);
  });

  it('joins the chain as a gap after a minute, and the chain goes on', async () => {
    const { number, hash, paid } = await payInvalidly();
    const after = modelled.pay();
    modelled.node.mine(2);
    await tryFor(59_000);
    expect(modelled.watch.gaps()).toEqual([]);
    expect(modelled.statuses(after)).toEqual([]);
    await tryFor(2_000);
    expect(modelled.watch.gaps()).toEqual([number]);
    expect(modelled.watch.health(null).state).toBe('following');
    expect(modelled.statuses(after)).toEqual(['detected', 'final']);
    // Nothing is said about the gap, and it is listed.
    expect(modelled.statuses(paid)).toEqual([]);
    const { scanned } = await modelled.store.load(CHAIN);
    expect(scanned.some(({ from, to }) => from <= number && number <= to)).toBe(false);
    expect(modelled.watch.unscanned()).toEqual([]);

    invalid.delete(hash);
    await tryFor(31_000);
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    expect(modelled.watch.gaps()).toEqual([]);
    expect((await modelled.store.load(CHAIN)).scanned).toHaveLength(1);
  });

  it('stops the chain when its header is not proven', async () => {
    const { number } = await payInvalidly(false);
    modelled.node.mine(3);
    await tryFor(300_000);
    expect(modelled.watch.gaps()).toEqual([]);
    expect(modelled.watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringContaining(`Block ${number} `),
    });
  });

  it('takes back nothing that may be in it, in a reorg, and finds it there', async () => {
    const { node } = modelled;
    const fork = node.chain.height;
    const [dropped, kept] = [modelled.pay(), modelled.pay()];
    node.mine(3);
    await tryFor(0);
    expect([kept, dropped].map(modelled.statuses)).toEqual([
      ['detected', 'final'],
      ['detected', 'final'],
    ]);
    // The other branch has one of the two transactions, in a block that is not answered validly.
    node.chain.reorganise(node.chain.height - fork, 0);
    node.chain.pool = node.chain.pool.filter(({ hash }) => hash === kept);
    expect(node.chain.pool).toHaveLength(1);
    while (node.chain.pool.length > 0) node.mine(1);
    const head = (await node.client.head()) as BlockHeader;
    invalid.set(head.hash, { headerProven: true });
    node.mine(9);
    await tryFor(70_000);
    expect(modelled.watch.gaps()).toEqual([head.number]);
    expect([kept, dropped].map(modelled.statuses)).toEqual([
      ['detected', 'final'],
      ['detected', 'final'],
    ]);
    invalid.clear();
    await tryFor(31_000);
    expect(modelled.statuses(dropped)).toEqual(['detected', 'final', 'reverted']);
    expect(modelled.statuses(kept)).toEqual([
      ...['detected', 'final', 'reverted', 'detected', 'final'],
    ]);
  });

  it('keeps sightings that it may contain', async () => {
    const { node } = modelled;
    const { hash } = node.chain.send([]);
    const transfers = [
      {
        ...{ ordinal: 'value:0', asset: `${CHAIN}/slip44:60`, amount: 1n, failed: false },
        ...{ from: '0x01', to: (await addresses())[0] as string, txHash: hash },
      },
    ];
    modelled.watch.offerPending({ hash, sender: '0x01', nonce: 1, transfers });
    await modelled.settle();
    node.chain.pool = [];
    await payInvalidly();
    await tryFor(3_600_000 / 60);
    modelled.later(3_600_000);
    await tryFor(0);
    expect(modelled.statuses(hash)).toEqual(['seen']);
    invalid.clear();
    modelled.later(31_000);
    await tryFor(2_000);
    expect(modelled.statuses(hash)).toEqual(['seen', 'dropped']);
  });

  async function addresses(): Promise<readonly string[]> {
    for await (const some of modelled.store.addresses(CHAIN)) return some;
    return [];
  }
});

describe('an operator', () => {
  it('sees the quarantine in the chain report', async () => {
    const { number, hash } = await payInvalidly();
    await tryFor(10_000);
    const recalled = createWatchMemory().recalled();
    const details = modelled.watch.details({ recalled, unpublished: null });
    await modelled.watch.reportHead(modelled.watch.health(null), details);
    const report = modelled.broker.messages(TOPICS.chainHead).at(-1)?.value ?? '';
    const { quarantine: shown, watch } = parseChainHead(report);
    expect(shown).toMatchObject([{ number, hash, isGap: false, reason: REASON }]);
    expect(watch).toMatchObject({ blocksInQuarantine: 1, gaps: 0 });
  });

  it('skips a block: the chain goes on over the gap, which is scanned later', async () => {
    const { number, hash, paid } = await payInvalidly(false);
    modelled.node.mine(1);
    await tryFor(10_000);
    const id = await modelled.request('skip-block', number);
    await tryFor(1_000);
    expect(outcomeOf(id)).toEqual(['done', null]);
    expect(modelled.watch.gaps()).toEqual([number]);
    expect((await quarantine())[0]).toMatchObject({ decision: 'skip', decidedBy: id });
    const again = await modelled.request('skip-block', number);
    await tryFor(0);
    expect(outcomeOf(again)).toEqual(['refused', expect.stringContaining('is a gap already')]);
    invalid.delete(hash);
    const asked = await modelled.request('ask-block', number);
    await tryFor(0);
    expect(outcomeOf(asked)[0]).toBe('done');
    expect(modelled.statuses(paid)).toEqual(['detected']);
    expect(modelled.watch.gaps()).toEqual([]);
  });

  it('asks again, and hears what each provider says', async () => {
    const { number } = await payInvalidly();
    await tryFor(10_000);
    const id = await modelled.request('ask-block', number);
    await tryFor(0);
    expect(outcomeOf(id)).toEqual([
      'refused',
      `No provider answered with the whole block. one: ${REASON} two: No answer.`,
    ]);
  });

  it('accepts a block by the other rule, before it or as a gap', async () => {
    const { number, paid } = await payInvalidly(false);
    await tryFor(10_000);
    modelled.answers = { ...modelled.answers, blockByOtherRule: async () => null };
    const unknown = await modelled.request('accept-block', number);
    await tryFor(0);
    expect(outcomeOf(unknown)).toEqual(['refused', expect.stringContaining('by another rule')]);
    const blockByOtherRule = (hash: string) => modelled.node.client.block(hash);
    modelled.answers = { ...modelled.answers, blockByOtherRule };
    const id = await modelled.request('accept-block', number);
    await tryFor(1_000);
    expect(outcomeOf(id)).toEqual(['done', null]);
    expect(modelled.statuses(paid)).toEqual(['detected']);
    expect([await quarantine(), modelled.watch.gaps()]).toEqual([[], []]);

    const second = await payInvalidly(true);
    await tryFor(70_000);
    expect(modelled.watch.gaps()).toEqual([second.number]);
    await modelled.request('accept-block', second.number);
    await tryFor(0);
    expect(modelled.statuses(second.paid)).toEqual(['detected']);
    expect(modelled.watch.gaps()).toEqual([]);
  });

  it('hears which blocks are in quarantine when he names another', async () => {
    const id = await modelled.request('ask-block', 3);
    await tryFor(0);
    expect(outcomeOf(id)).toEqual([
      'refused',
      `Block 3 of ${CHAIN} is not in quarantine; no block is.`,
    ]);
    const none = await modelled.request('skip-block', null);
    expect(outcomeOf(none)).toEqual(['refused', 'Name the block that is in quarantine.']);
  });

  it('has what is published already published again', async () => {
    const [first, second] = [modelled.pay(), modelled.pay()];
    modelled.node.mine(3);
    await modelled.settle();
    const to = modelled.node.chain.height;
    const rescan = await modelled.request('rescan', 1, to);
    await modelled.settle();
    expect(modelled.statuses(first)).toEqual(['detected', 'final']);
    const id = await modelled.request('report-again', 1, to);
    await modelled.settle();
    expect([outcomeOf(rescan)[0], outcomeOf(id)[0]]).toEqual(['done', 'done']);
    expect([first, second].map(modelled.statuses)).toEqual([
      ['detected', 'final', 'final'],
      ['detected', 'final', 'final'],
    ]);
    const versions = modelled.store.requested(CHAIN).map((request) => request.versions);
    expect(versions[0]).toBe(0);
    expect(versions[1]).toBeGreaterThanOrEqual(2);
  });

  it('has no rescan of a transaction whose block is a gap', async () => {
    const { number, paid } = await payInvalidly();
    await tryFor(70_000);
    const id = await modelled.request('rescan', null, null, { transaction: paid });
    await tryFor(0);
    expect(outcomeOf(id)).toEqual([
      'refused',
      `Block ${number}, which includes transaction ${paid}, is in quarantine, so its content is unknown. "npx daybook watch block ${number}" shows how to resolve it.`,
    ]);
  });

  it('has a rescan that passes a gap, which is matched when it is known', async () => {
    const { number, hash, paid } = await payInvalidly();
    modelled.node.mine(3);
    await tryFor(70_000);
    const id = await modelled.request('rescan', 1);
    await tryFor(0);
    expect(outcomeOf(id)[0]).toBe('done');
    expect(modelled.watch.gaps()).toEqual([number]);
    invalid.delete(hash);
    await tryFor(31_000);
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
  });
});
