import fc from 'fast-check';
import { evmRecording, type Recording } from '../../testing/evm-recordings';
import type { BlockTransfer, ChainBlock } from '../chain-client';
import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { KNOWN_CHAINS } from '../known-chains';
import { assetIds } from './asset-ids';
import { ETHEREUM_PROOF } from './header';
import { type Keccak, loadKeccak } from './keccak';
import { toBlock } from './raw';
import { readBlock } from './read-block';

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

const recordings = [
  'arbitrum-150000000.ndjson',
  'hyperliquid-50000.ndjson',
  'cronos-68215.ndjson',
  'tempo-mainnet-17708868.ndjson',
].map(evmRecording);

/** What a node may show in place of a field. `undefined` stands for a field that is missing. */
const shapes = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    '0x',
    '0x0',
    '0x1',
    'zz',
    '0xzz',
    0,
    1,
    -1,
    1.5,
    true,
    [],
    {},
  ),
  fc.constantFrom(
    [null],
    ['0x'],
    [[]],
    [{}],
    { a: null },
    `0x${'f'.repeat(64)}`,
    `0x${'0'.repeat(40)}`,
  ),
  fc.string(),
  fc.jsonValue(),
);

type Path = readonly (string | number)[];

/** The paths of all fields and places in an answer. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, it]) => pathsOf(it, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

function changed(value: unknown, [key, ...rest]: Path, shape: unknown): unknown {
  if (key === undefined) return shape;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  const inside = changed(copy[key], rest, shape);
  if (inside === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = inside;
  return copy;
}

/** The block that is read from an answer; null if it is refused. Any other error fails the test. */
function read({ chain, block, receipts }: Recording, rule: Proof['rule']): ChainBlock | null {
  const proof = { ...(KNOWN_CHAINS.find(({ id }) => id === chain)?.proof ?? ETHEREUM_PROOF), rule };
  try {
    const rules = { ids: assetIds(chain, `${chain}/slip44:60`), proof };
    return readBlock(toBlock(block), receipts, rules, keccak);
  } catch (error) {
    if (error instanceof InvalidBlock) return null;
    throw error;
  }
}

/** Without the sender, which its signature shows and nobody recomputes. */
function contentOf({ from: _, ...content }: BlockTransfer) {
  return content;
}

describe('a real block with one field changed', () => {
  const rules = ['roots', 'bloom-and-counts', 'two-providers'] as const;
  const cases = recordings.flatMap((recording) =>
    pathsOf({ block: recording.block, receipts: recording.receipts }).map((path) => {
      return { recording, path };
    }),
  );
  /** By number, so that a counterexample is short. */
  const places = fc.nat({ max: cases.length - 1 });

  const real = new Map<string, ReturnType<typeof contentOf>[] | undefined>();
  /** Read once by each rule, and not again for each change. */
  function realOf(recording: Recording, rule: Proof['rule']) {
    const key = `${rule} ${recordings.indexOf(recording)}`;
    if (!real.has(key)) real.set(key, read(recording, rule)?.transfers.map(contentOf));
    return real.get(key);
  }

  /** What is proven is what it was, whatever was changed around it. */
  function check(place: number, shape: unknown, rule: Proof['rule']): void {
    const { recording, path } = cases[place] as (typeof cases)[number];
    const found = read(changed(recording, path, shape) as Recording, rule);
    if (found?.proven !== 'content') return;
    const expected = realOf(recording, rule);
    expect([path, found.transfers.map(contentOf)]).toEqual([path, expected]);
  }

  it('is read as what it means, or refused', () => {
    fc.assert(fc.property(places, shapes, fc.constantFrom(...rules), check), { numRuns: 2_500 });
  });

  it('is read as what it means, or refused, with each field deleted or null', () => {
    for (const place of cases.keys()) {
      for (const rule of rules) for (const shape of [undefined, null]) check(place, shape, rule);
    }
    expect(cases.length).toBeGreaterThan(1_000);
  });

  it('is refused with another value, recipient, type or log, wherever its hash proves them', () => {
    const moved = /^(value|to|type|input|data|topics|address|status|hash|transactionHash)$/;
    const others = ['0x1', '0x6a', `0x${'f'.repeat(40)}`, `0x${'f'.repeat(64)}`];
    for (const [place, { path }] of cases.entries()) {
      if (!path.some((key) => moved.test(String(key)))) continue;
      for (const shape of others) check(place, shape, 'roots');
    }
  });
});
