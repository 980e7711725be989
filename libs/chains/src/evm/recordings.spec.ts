import { evmRecording, evmRecordings } from '../../testing/evm-recordings';
import type { CoinRules, Proof } from '../chains-and-assets';
import { KNOWN_CHAINS } from '../known-chains';
import { BY_VALUES } from '../known-coins';
import { assetIds } from './asset-ids';
import { ETHEREUM_PROOF, proveHeader } from './header';
import { type Keccak, loadKeccak } from './keccak';
import { proveRoots } from './prove-roots';
import { toBlock } from './raw';
import { readBlock } from './read-block';

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

/** Test networks whose blocks have the form of a known chain, and that chain. */
const SAME_FORM: Readonly<Record<string, string>> = {
  ...{ 'eip155:97': 'eip155:56', 'eip155:84532': 'eip155:8453' },
  ...{ 'eip155:43113': 'eip155:43114', 'eip155:222222': 'eip155:534352' },
};

function proofOf(chain: string): Proof {
  const known = SAME_FORM[chain] ?? chain;
  return KNOWN_CHAINS.find(({ id }) => id === known)?.proof ?? ETHEREUM_PROOF;
}

function coinOf(chain: string): CoinRules {
  const known = SAME_FORM[chain] ?? chain;
  return KNOWN_CHAINS.find(({ id }) => id === known)?.coin ?? BY_VALUES;
}

function read(file: string, rule?: Proof['rule'], coin?: CoinRules) {
  const { chain, block, receipts } = evmRecording(file);
  const known = proofOf(chain);
  const proof = rule === undefined ? known : { ...known, rule };
  const ids = assetIds(chain, `${chain}/slip44:60`);
  const rules = { ids, proof, coin: coin ?? coinOf(chain) };
  return readBlock(toBlock(block), receipts, rules, keccak);
}

describe('recorded blocks', () => {
  it.each([
    ['arbitrum-150000000.ndjson', 5],
    ['ethereum-18500000.ndjson.gz', 157],
    ['polygon-50000000.ndjson.gz', 564],
    ['hyperliquid-50000.ndjson', 1],
    ['optimism-154497277.ndjson.gz', 42],
    ['linea-6020025.ndjson', 3],
    ['scroll-14919992.ndjson', 1],
    ['gnosis-30000000.ndjson', 0],
    ['bnb-testnet-55474113.ndjson', 0],
  ])('are proven whole: %s', (file, transactions) => {
    const block = read(file);
    expect(block).toMatchObject({ proven: 'content' });
    expect(block.transactions).toHaveLength(transactions);
  });

  it('show what validators withdraw, where it is paid in the coin', () => {
    const { transfers } = read('ethereum-18500000.ndjson.gz');
    const withdrawn = transfers.filter(({ txHash }) => txHash === null);
    const listed = evmRecording('ethereum-18500000.ndjson.gz').block.withdrawals as {
      readonly index: string;
      readonly address: string;
      readonly amount: string;
    }[];
    expect(listed).toHaveLength(16);
    expect(withdrawn).toEqual(
      listed.map(({ index, address, amount }) => ({
        ...{ ordinal: `withdrawal:${Number(index)}`, asset: 'eip155:1/slip44:60', to: address },
        ...{ amount: BigInt(amount) * 10n ** 9n, from: `0x${'0'.repeat(40)}` },
        ...{ txHash: null, failed: false },
      })),
    );
    const gnosis = 'gnosis-30000000.ndjson';
    expect(evmRecording(gnosis).block.withdrawals).not.toEqual([]);
    expect(read(gnosis).transfers).toEqual([]);
    // Its list is proven all the same.
    const paid = read(gnosis, 'roots', { ...BY_VALUES, hasWithdrawals: true });
    expect([paid.proven, paid.transfers.length > 0]).toEqual(['content', true]);
  });

  it.each([
    ...['arbitrum-150000000.ndjson', 'ethereum-18500000.ndjson.gz', 'hyperliquid-50000.ndjson'],
    'optimism-154497277.ndjson.gz',
  ])('are refused with any log changed: %s', (file) => {
    const { chain, block, receipts } = evmRecording(file);
    const at = receipts.findIndex(({ logs }) => (logs as unknown[]).length > 0);
    const changed = receipts.map((receipt, i) => {
      const logs = receipt.logs as Readonly<Record<string, unknown>>[];
      return i === Math.max(at, 0) ? { ...receipt, logs: logs.slice(1), status: '0x0' } : receipt;
    });
    const rules = { ids: assetIds(chain, 'x'), proof: proofOf(chain) };
    expect(() => readBlock(toBlock(block), changed, rules, keccak)).toThrow(/is not the block/);
  });

  it('are refused before Byzantium, when receipts did not say whether a transaction succeeded', () => {
    expect(() => read('ethereum-4369999.ndjson')).toThrow(/whether its transaction succeeded/);
  });

  it.each([
    ['cronos-11446765.ndjson', 6],
    ['cronos-68215.ndjson', 7],
    ['bittensor-testnet-6646068.ndjson', 1],
    ['stable-testnet-42767022.ndjson', 2],
    ['tempo-mainnet-17708868.ndjson', 3],
    ['hedera-97395350.ndjson', 8],
  ])('are read where nothing proves them: %s', (file, transactions) => {
    const block = read(file, 'two-providers');
    expect(block.proven).toBe('none');
    expect(block.transactions).toHaveLength(transactions);
  });
});

describe('recorded blocks without receipts', () => {
  it('have the hash of their header, and its transactions root', () => {
    const recorded = evmRecordings('without-receipts.ndjson');
    expect(recorded).toHaveLength(6);
    for (const { chain, block } of recorded) {
      const answer = { block: toBlock(block), receipts: [], extra: null };
      const header = proveHeader(answer.block, proofOf(chain).headerFields, keccak);
      const { transactions } = proveRoots(answer, false, keccak);
      expect([chain, header.isProven, transactions]).toEqual([chain, true, 'proven']);
    }
  });
});

describe('recorded blocks of Cronos', () => {
  it('fit their filter, though one transaction was never executed', () => {
    for (const file of ['cronos-68215.ndjson', 'cronos-131465.ndjson']) {
      expect(read(file, 'bloom-and-counts').proven).toBe('none');
    }
  });

  it('may have logs of a failed transaction in the filter, which only a second provider can explain', () => {
    expect(() => read('cronos-11446765.ndjson', 'bloom-and-counts')).toThrow(/bloom filter/);
  });
});

describe('recorded headers', () => {
  const headers = evmRecordings('headers.ndjson');

  it('have the hash of their fields', () => {
    expect(headers).toHaveLength(6);
    for (const { chain, block } of headers) {
      const { headerFields } = proofOf(chain);
      expect([chain, proveHeader(block, headerFields, keccak)]).toEqual([
        chain,
        { isProven: true },
      ]);
    }
  });
});
