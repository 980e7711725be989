import type { Asset } from '@daybook/domain';
import type { BlockHeader, ChainBlock } from '../chain-client';
import type { Chain, ChainConnection } from '../chains-and-assets';
import { readChainsFile } from '../chains-file';
import { silenceMsOf } from '../providers/provider-health';
import { judgeContent, judgeParents, judgeProof, judgeRate } from './judge-blocks';
import { judgeTag, tagsOf } from './judge-finality';
import { judgeBlockTime, judgeHead } from './judge-head';
import { judgeToken } from './judge-token';

const NOW = 1_700_000_000_000;

function chainOf(entry: object = {}) {
  const file = { id: 'eip155:7', rpcUrl: 'https://node.example', blockTimeMs: 2_000, ...entry };
  const registry = readChainsFile(JSON.stringify({ chains: [file] }));
  const chain = registry.chains.find(({ id }) => id === file.id) as Chain;
  return { registry, chain, connection: registry.connections[0] as ChainConnection };
}

const { chain } = chainOf();

function header(number: number, changes: Partial<BlockHeader> = {}): BlockHeader {
  const time = NOW / 1_000 + 2 * number;
  return { number, hash: `0x${number}`, parentHash: `0x${number - 1}`, time, ...changes };
}

function block(number: number, changes: Partial<ChainBlock> = {}): ChainBlock {
  const transactions = [{ hash: '0x1', sender: '0x2', nonce: 0, fee: 0n }];
  return {
    ...{ ...header(number), proven: 'content', contentDigest: '0x', transactions, transfers: [] },
    ...changes,
  };
}

describe('the head', () => {
  const ofAge = (ms: number) => header(0, { time: (NOW - ms) / 1_000 });

  it.each([
    [0, 'ok'],
    [59_000, 'ok'],
    [61_000, 'wrong'],
    [3 * 86_400_000, 'wrong'],
    [-30_000, 'ok'],
    [-120_000, 'warning'],
  ])('of an age of %d ms is %s where blocks come every two seconds', (ms, state) => {
    expect(judgeHead(chain, ofAge(ms), silenceMsOf(chain), NOW).state).toBe(state);
  });

  it('may be of any age where blocks come on demand', () => {
    const { chain: onDemand } = chainOf({ blockTimeMs: null });
    expect(judgeHead(onDemand, ofAge(9e9), silenceMsOf(onDemand), NOW).state).toBe('ok');
  });
});

describe('the time between blocks', () => {
  const every = (seconds: number, count = 16) =>
    Array.from({ length: count }, (_, n) => header(n, { time: Math.floor(1e9 + n * seconds) }));
  const judged = (configuredMs: number, seconds: number, count?: number) =>
    judgeBlockTime(chainOf({ blockTimeMs: configuredMs }).chain, every(seconds, count));

  it('is told when it is far from the configured one, with what to set', () => {
    expect(judged(12_000, 0.45)).toMatchObject({
      state: 'warning',
      right: expect.stringMatching(/"blockTimeMs": (4\d\d|400),/),
    });
    expect(judged(2_000, 12)).toMatchObject({
      state: 'warning',
      right: expect.stringContaining('"blockTimeMs": 12000'),
    });
  });

  it('is right within a factor of two, and where whole seconds hide the difference', () => {
    expect(judged(2_000, 2)?.state).toBe('ok');
    expect(judged(2_000, 3.9)?.state).toBe('ok');
    expect(judged(250, 0.25)?.state).toBe('ok');
  });

  it('is not measured from the genesis block, whose time is of no clock', () => {
    const young = every(2).map((each) => (each.number === 0 ? { ...each, time: 0 } : each));
    expect(judgeBlockTime(chainOf({ blockTimeMs: 2_000 }).chain, young)?.state).toBe('ok');
  });

  it('is never to be set beyond what a chains file allows', () => {
    const right = judged(2_000, 86_400)?.right;
    expect(right).toMatch(
      /^Check again .* or set "blockTimeMs": null if blocks are made on demand/,
    );
  });

  it('is unknown after a few blocks', () => {
    expect(judged(2_000, 12, 3)).toBeNull();
    expect(judgeBlockTime(chainOf({ blockTimeMs: null }).chain, every(5))).toBeNull();
  });
});

describe('a tag', () => {
  it('is missed only where something is credited by it', () => {
    const head = header(100);
    expect(judgeTag('finalized', true, null, head).state).toBe('wrong');
    expect(judgeTag('finalized', false, null, head).state).toBe('warning');
    expect(judgeTag('safe', true, header(40), head).sentence).toBe(
      'The safe block is 40, 60 blocks and 2 min behind the head.',
    );
  });

  it('is needed by a policy of the chain or of an asset', () => {
    const asset = { id: 'eip155:7/slip44:60', currency: 'COIN', decimals: 18, minimum: '1' };
    const safe = { kind: 'tag', tag: 'safe' };
    const depth = chainOf({ assets: [{ ...asset, finality: safe }] });
    const tags = tagsOf(depth.chain, depth.registry);
    expect([[...tags.credited], [...tags.needed]]).toEqual([['safe'], ['safe', 'finalized']]);
    const none = tagsOf(chain, chainOf().registry);
    expect([[...none.credited], [...none.needed]]).toEqual([[], ['finalized']]);
  });
});

describe('what is proven of recent blocks', () => {
  const rule = (name: string) => ({ proof: { rule: name, reason: 'A test.' } });
  const judged = (entry: object, ...proven: ChainBlock['proven'][]) => {
    const { chain: opened, connection } = chainOf(entry);
    const blocks = proven.map((each, n) => block(n, { proven: each }));
    return judgeProof(opened, blocks, connection);
  };

  it('advises the rule that all of them meet', () => {
    expect(judged(rule('two-providers'), 'content', 'content')).toMatchObject([
      { state: 'ok', sentence: expect.stringContaining('"rule": "roots" refuses') },
    ]);
    expect(judged({}, 'content')[0]?.sentence).not.toContain('refuses every');
  });

  it('says what the others wait for with one provider, with two, and when one is believed', () => {
    const one = rule('two-providers');
    const two = {
      ...one,
      rpcUrl: undefined,
      providers: ['a', 'b'].map((name) => ({ name, rpcUrl: `https://${name}.example` })),
    };
    expect(judged(one, 'content', 'header')).toMatchObject([{ state: 'warning' }]);
    expect(judged({ ...one, singleProvider: 'accept' }, 'none')).toMatchObject([
      { state: 'warning', sentence: expect.stringContaining('singleProvider is "accept"') },
    ]);
    expect(judged(two, 'none')).toMatchObject([{ state: 'ok' }]);
    expect(judged(rule('bloom-and-counts'), 'header')).toMatchObject([{ state: 'ok' }]);
  });

  it('says that empty blocks show little, and passes on an alarm once', () => {
    const { chain: opened, connection } = chainOf();
    const empty = [1, 2].map((n) => block(n, { transactions: [], alarm: 'An unknown field.' }));
    const [alarm, proof] = judgeProof(opened, empty, connection);
    expect(alarm).toMatchObject({ state: 'warning', sentence: 'An unknown field.' });
    expect(proof?.sentence).toContain('All of them are empty');
  });
});

describe('recent blocks', () => {
  it('must follow one another', () => {
    expect(judgeParents([header(1), header(2), header(3)]).state).toBe('ok');
    expect(judgeParents([header(1), header(2, { parentHash: '0xother' })])).toMatchObject({
      state: 'wrong',
      sentence: expect.stringContaining('Block 2'),
    });
  });

  it('have tokens after some hundred transactions', () => {
    const transactions = Array.from({ length: 250 }, (_, n) => ({
      ...{ hash: `0x${n}`, sender: '0x1', nonce: n, fee: 0n },
    }));
    expect(judgeContent([block(1, { transactions })]).state).toBe('warning');
    expect(judgeContent([block(1)]).state).toBe('ok');
  });
});

describe('the rate', () => {
  const none = { perSecond: null, perDay: null };
  const states = (...args: Parameters<typeof judgeRate>) =>
    judgeRate(...args).map((it) => it.state);

  it('must be above that of the chain, and below what the plan allows', () => {
    const effort = { blocks: 16, requests: 32, ms: 1_600 };
    expect(states(chain, effort, none)).toEqual(['ok', 'ok']);
    expect(states(chain, { ...effort, ms: 60_000 }, none)).toEqual(['wrong', 'ok']);
    // 43,200 blocks a day, with two requests each and two beside.
    expect(states(chain, effort, { ...none, perDay: 172_800 })).toEqual(['ok', 'ok']);
    expect(states(chain, effort, { ...none, perDay: 172_799 })).toEqual(['ok', 'wrong']);
    expect(states(chain, effort, { ...none, perSecond: 1.9 })).toEqual(['ok', 'wrong']);
    expect(judgeRate(chain, effort, { ...none, perSecond: 3 })[1]?.state).toBe('ok');
  });

  it('is that of the blocks that were seen, whatever is configured', () => {
    const effort = { blocks: 16, requests: 32, ms: 1_600, blockTimeMs: 1_000 };
    expect(judgeRate(chain, effort, none)[1]?.sentence).toContain('about 345,600 requests a day');
  });

  it('has no limit where blocks come on demand', () => {
    const { chain: onDemand } = chainOf({ blockTimeMs: null });
    expect(states(onDemand, { blocks: 1, requests: 2, ms: 9_000 }, none)).toEqual(['ok']);
  });
});

describe('a token', () => {
  const asset = (currency: string, id = `eip155:7/erc20:0x${'1'.repeat(40)}`): Asset => ({
    ...{ id, currency, chain: 'eip155:7', decimals: 6, minimum: 1n },
  });
  const read = (symbol: string | null, decimals = 6) =>
    ({ kind: 'read', decimals, symbol }) as const;

  it.each([
    ['USDT_SEI', 'USDT'],
    ['USDT_SEI', 'USD₮'],
    ['USDT0_SEI', 'USD₮0'],
    ['USDCE_SEI', 'USDC.e'],
    ['WETH', 'weth'],
  ])('%s may be called %s', (currency, symbol) => {
    expect(judgeToken(asset(currency), read(symbol)).state).toBe('ok');
  });

  it.each([
    ['USDT_SEI', 'USDC'],
    ['USDT_SEI', ''],
    ['USDT_SEI', null],
    ['USDT_SEI', 'T'],
  ])('%s called %s is doubtful', (currency, symbol) => {
    expect(judgeToken(asset(currency), read(symbol)).state).toBe('warning');
  });

  it('of a preset may have another symbol, for its contract was compared', () => {
    const bsc = 'eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955';
    expect(judgeToken(asset('USDT_BSC', bsc), read('BSC-USD')).state).toBe('ok');
  });

  it('must have its decimals', () => {
    expect(judgeToken(asset('USDT_SEI'), read('USDT', 18))).toMatchObject({
      state: 'wrong',
      right: expect.stringContaining('Set "decimals": 18'),
    });
  });

  it('cannot write to the terminal by its symbol', () => {
    const { sentence } = judgeToken(asset('USDT_SEI'), read(`\u001b[2J${'x'.repeat(99)}`));
    expect(sentence).toContain(`"[2J${'x'.repeat(29)}"`);
    expect(sentence).not.toMatch(/\p{C}/u);
  });
});
