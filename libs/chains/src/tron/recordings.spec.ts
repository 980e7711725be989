import type { Json } from '../../testing/tron-blocks';
import {
  CHAIN,
  type Recorded,
  readTronBlock,
  recordedText,
  recording,
  signerIn,
} from '../../testing/tron-recordings';
import type { BlockTransfer, ChainBlock } from '../chain-client';
import { integerOf, parseAnswer } from './answer';
import { proveHeader } from './prove-header';
import { proveTransactions } from './prove-transactions';

function read(recorded: readonly Recorded[], at: (each: Recorded) => number | string) {
  return recorded.map((each): ChainBlock => {
    const maySign = (signer: string, witness: string) => signer === witness;
    const block = readTronBlock(each.block, each.infos, { chain: CHAIN, at: at(each), maySign });
    if (block === null) throw new Error(`Block ${each.height} is not complete.`);
    return block;
  });
}

function linksOf(blocks: readonly ChainBlock[]) {
  return blocks.slice(1).map(({ parentHash }) => parentHash);
}

function hashesOf(blocks: readonly ChainBlock[]) {
  return blocks.map(({ hash }) => hash);
}

describe.each([
  ['transfers', 122],
  ['reorg-before', 17],
  ['reorg-after', 40],
])('the recording %s', (name, count) => {
  const recorded = recording(name);
  const blocks = read(recorded, ({ height }) => height);

  it('is proven whole: ids, roots, signatures and links', () => {
    expect(blocks).toHaveLength(count);
    expect(linksOf(blocks)).toEqual(hashesOf(blocks).slice(0, -1));
    expect(blocks.map(({ number }) => number)).toEqual(recorded.map(({ height }) => height));
  });

  it('has the ids, times and transactions that the node says', () => {
    for (const [i, { block }] of recorded.entries()) {
      const { blockID, block_header, transactions = [] } = JSON.parse(block);
      const seconds = Math.floor((block_header.raw_data.timestamp ?? 0) / 1000);
      expect(blocks[i]).toMatchObject({ hash: blockID, time: seconds });
      const ids = transactions.map(({ txID }: { txID: string }) => txID);
      expect(blocks[i]?.transactions.map(({ hash }) => hash)).toEqual(i === 0 ? [] : ids);
    }
  });

  it('is read by id as by height', () => {
    expect(read(recorded, ({ block }) => JSON.parse(block).blockID)).toEqual(blocks);
  });
});

describe('the recorded transfers', () => {
  const blocks = read(recording('transfers'), ({ height }) => height);
  const transfers = blocks.flatMap((block) => block.transfers);
  const { trc20, watched } = JSON.parse(recordedText('transfers.balances.json'));
  const [first, second] = watched.map(({ base58 }: { base58: string }) => base58);
  const coin = `${CHAIN}/slip44:195`;
  const token = `${CHAIN}/trc20:${trc20.base58}`;

  function received(address: string, asset: string): readonly BlockTransfer[] {
    return transfers.filter((each) => each.to === address && each.asset === asset && !each.failed);
  }

  function amounts(address: string, asset: string): bigint[] {
    return received(address, asset).map(({ amount }) => amount);
  }

  function sum(address: string, asset: string): bigint {
    return amounts(address, asset).reduce((total, amount) => total + amount, 0n);
  }

  function account(index: number) {
    const answer = parseAnswer(watched[index].account) as Record<string, never>;
    const tokens: [string, bigint][] = ((answer.assetV2 ?? []) as Record<string, unknown>[]).map(
      ({ key, value }) => [`${CHAIN}/trc10:${key}`, integerOf(value, 'balance')],
    );
    return { balance: integerOf(answer.balance, 'balance'), tokens };
  }

  it('add up to the balances of the node', () => {
    const fees = 69_500n;
    expect(sum(first, coin)).toBe(16_000_001n);
    expect(sum(first, coin)).toBe(account(0).balance + fees);
    expect(sum(second, coin)).toBe(account(1).balance);
    expect(sum(first, token)).toBe(BigInt(watched[0].trc20));
    expect(sum(second, token)).toBe(BigInt(watched[1].trc20));
    expect(account(0).tokens).toEqual([
      [`${CHAIN}/trc10:1000001`, 200n],
      [`${CHAIN}/trc10:1000002`, 9_007_199_254_740_993n],
    ]);
    for (const [asset, balance] of account(0).tokens) expect(sum(first, asset)).toBe(balance);
  });

  it('have the expected amounts, each once', () => {
    expect(amounts(first, coin)).toEqual([
      5_000_000n,
      7_000_000n,
      1_000_000n,
      2_000_000n,
      1_000_001n,
    ]);
    expect(amounts(second, coin)).toEqual([2_000_000n, 1_500_000n]);
    expect(amounts(first, token)).toEqual([12_345_678n, 1_000n, 1n]);
    expect(amounts(second, token)).toEqual([1_000n, 777n]);
    expect(amounts(first, `${CHAIN}/trc10:1000001`)).toEqual([123n, 77n]);
    expect(new Set(transfers.map(({ txHash, ordinal }) => `${txHash}/${ordinal}`)).size).toBe(
      transfers.length,
    );
  });

  it('credit nothing else of what was aimed at the watched addresses', () => {
    const listed = [coin, token, ...account(0).tokens.map(([asset]) => asset)];
    const aimed = transfers.filter(({ to }) => to === first || to === second);
    const others = aimed.filter((each) => each.failed || !listed.includes(each.asset));
    // A token transfer that failed, and what tokens show that nobody listed: with dirt in its topics, as a
    // collectible, and with nothing indexed.
    const namespaceOf = (asset: string) => /\/(\w+):/.exec(asset)?.[1];
    expect(others.map((it) => [it.ordinal, it.failed, namespaceOf(it.asset)])).toEqual([
      ['log:0', true, 'trc20'],
      ['log:0', false, 'trc20'],
      ['log:0', false, 'trc721'],
      ['log:0', false, 'trc20'],
    ]);
  });

  it('are identified by their kind and their place in the transaction', () => {
    expect(new Set(transfers.map(({ ordinal }) => ordinal))).toEqual(
      new Set([
        'internal:0',
        'internal:0_1000001',
        'internal:1',
        'internal:2',
        'log:0',
        'log:1',
        'trc10:0',
        'value:0',
      ]),
    );
  });
});

describe('the recorded reorg', () => {
  const before = read(recording('reorg-before'), ({ height }) => height);
  const after = read(recording('reorg-after'), ({ height }) => height);
  const fork = before.findIndex(({ hash }, i) => after[i]?.hash !== hash);

  it('has the same blocks before the fork and others after it', () => {
    expect(fork).toBeGreaterThan(1);
    expect(hashesOf(before).slice(0, fork)).toEqual(hashesOf(after).slice(0, fork));
    const common = hashesOf(before).filter((hash) => hashesOf(after).includes(hash));
    expect(common).toHaveLength(fork);
  });

  it('orphans one payment, keeps the one before the cut and brings the one of the majority', () => {
    const [first, second] = JSON.parse(recordedText('reorg.watched.json')).map(
      ({ base58 }: { base58: string }) => base58,
    );
    const to = (blocks: readonly ChainBlock[], address: string) =>
      blocks.flatMap(({ transfers }) => transfers.filter((it) => it.to === address));
    const amounts = (blocks: readonly ChainBlock[], address: string) =>
      to(blocks, address).map(({ amount }) => amount);
    expect([amounts(before, first), amounts(before, second)]).toEqual([
      [1_000_000n, 2_000_000n],
      [],
    ]);
    expect([amounts(after, first), amounts(after, second)]).toEqual([[1_000_000n], [4_000_000n]]);
  });
});

describe('a published header', () => {
  const lines = recordedText('public-headers.ndjson').trim().split('\n');
  const published = lines.map((line): { network: string; block: Json } => JSON.parse(line));
  const named = published.map(({ network, block }) => {
    const { number, version } = block.block_header.raw_data;
    return [network, number, version ?? 'no', block] as const;
  });

  it.each(named)('of network %s at height %i with version %s is proven', (_, number, __, block) => {
    const { signer, hash } = proveHeader(block, CHAIN, (key, witness) => key === witness);
    expect(signer).toBe(signerIn(block));
    expect(hash).toBe(block.blockID);
    expect(number).toBe(Number.parseInt(hash.slice(0, 16), 16));
  });

  it('proves the transactions that were published with it', () => {
    const whole = published.filter(({ block }) => block.transactions !== undefined);
    const proven = whole.map(({ block }) =>
      proveTransactions(
        block,
        proveHeader(block, CHAIN, () => true),
      ),
    );
    expect(proven).toMatchObject([
      [{ id: '31370141e3345421bdb92eff72f0d69aba8d04e636317ed52745d3f97e9faabb' }],
    ]);
  });
});
