import type { Proof } from '../../../libs/chains/src/chains-and-assets';
import { AVALANCHE_FIELDS, ETHEREUM_FIELDS } from '../../../libs/chains/src/evm/header';
import { loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { EMPTY_ROOT, trieRoot } from '../../../libs/chains/src/evm/trie-root';
import { KNOWN_PROOFS } from '../../../libs/chains/src/known-proofs';
import { addressOf, erc20Log, hashOf } from '../../../libs/chains/testing/raw-blocks';
import { type Fields, hashOfText, type Item, type Shape } from './shaped-block';

/** A chain of another shape, how it is configured, and what a watch with one provider makes of a deposit. */
export interface ShapedChain {
  readonly name: string;
  /** Of the preset, or as `docs/chains.md` says; undefined for none in the chains file. */
  readonly proof: Proof | undefined;
  readonly shape: Shape;
  /**
   * - `final`: the chain proves its blocks, so a deposit below the band is final and a hidden log is noticed;
   * - `waits`: only a second provider can confirm it;
   * - `either`: the block has something that is not proven.
   */
  readonly withOne: 'final' | 'waits' | 'either';
  /** Amounts that the shape adds to what the test pays. */
  readonly adds?: readonly string[];
}

const ZERO_HASH = `0x${'0'.repeat(64)}`;
const ZERO_BLOOM = `0x${'0'.repeat(512)}`;
const FULL_BLOOM = `0x${'f'.repeat(512)}`;
const NOBODY = `0x${'0'.repeat(40)}`;
const UNSIGNED = { v: '0x0', r: '0x0', s: '0x0', yParity: undefined };

const preset = (id: string) => KNOWN_PROOFS[id] as Proof;
const documented = (rule: Proof['rule'], more: Partial<Proof> = {}): Proof => {
  return { rule, reason: 'As its documentation says.', headerFields: ETHEREUM_FIELDS, ...more };
};

/** A transaction of the chain's own system, which succeeded. */
function ofSystem(transaction: Fields, logs: readonly object[] = []): Item {
  const call = { chainId: '0x7a69', from: NOBODY, to: NOBODY, value: '0x0', input: '0x' };
  return {
    transaction: {
      ...call,
      nonce: '0x0',
      gas: '0x0',
      gasPrice: '0x0',
      ...UNSIGNED,
      ...transaction,
    },
    receipt: { status: '0x1', type: transaction.type, logs },
  };
}

/** Changes transactions that only pay coins, such as the deposits of the test. */
function payments(items: readonly Item[], change: (transaction: Fields) => Item): readonly Item[] {
  return items.map((item) => {
    const { transaction, receipt } = item;
    if (transaction === null || transaction.input !== '0x') return item;
    const changed = change(transaction);
    return { ...changed, receipt: { ...receipt, ...changed.receipt } };
  });
}

function calls(items: readonly Item[], fields: Fields): readonly Item[] {
  return items.map((item) => {
    if (item.transaction === null || item.transaction.input === '0x') return item;
    const receipt = item.receipt && { ...item.receipt, type: fields.type };
    return { ...item, transaction: { ...item.transaction, ...fields }, receipt };
  });
}

const arbitrum: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items, { number }) => [
    ofSystem({ type: '0x6a', from: addressOf('arbos'), input: `0x6bf6a42d${'1'.repeat(64)}` }),
    ...payments(items, (it) => ({
      transaction: { ...it, ...UNSIGNED, type: '0x64', requestId: hashOf(`${number}`) },
      receipt: { type: '0x64' },
    })),
  ],
  notes: {
    block: { l1BlockNumber: '0x1417b4f', sendCount: '0x1', sendRoot: hashOf('sends') },
    receipt: { l1BlockNumber: '0x1417b4f', gasUsedForL1: '0x5', timeboosted: false },
  },
};

/** With types of the system that no transfer has. */
const arbitrumTickets: Shape = {
  ...arbitrum,
  content: (items, at) => [
    ofSystem({ type: '0x6a', input: '0x12' }),
    ofSystem({
      ...{ type: '0x69', requestId: hashOf('ticket'), l1BaseFee: '0x5', depositValue: '0x9' },
      ...{ retryTo: addressOf('x'), retryValue: '0x3', beneficiary: addressOf('y') },
      ...{ maxSubmissionFee: '0x4', refundTo: addressOf('z'), retryData: '0x' },
    }),
    ...payments(items, (it) => ({
      transaction: {
        ...{ ...it, ...UNSIGNED, type: '0x68', ticketId: hashOf(`${at.number}`) },
        ...{ refundTo: addressOf('z'), maxRefund: '0x1', submissionFeeRefund: '0x2' },
      },
      receipt: { type: '0x68' },
    })),
  ],
};

const optimism: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items, { number }) => [
    {
      ...ofSystem({ type: '0x7e', sourceHash: hashOf(`attributes ${number}`), isSystemTx: false }),
      receipt: { status: '0x1', type: '0x7e', depositNonce: '0x7', depositReceiptVersion: '0x1' },
    },
    ...payments(items, (it) => ({
      transaction: {
        ...{ ...it, ...UNSIGNED, type: '0x7e', mint: it.value, sourceHash: hashOf(`${number}`) },
      },
      receipt: { type: '0x7e', depositNonce: '0x8', depositReceiptVersion: '0x1' },
    })),
  ],
  notes: { receipt: { l1Fee: '0x5', l1GasPrice: '0x7', l1BlobBaseFee: '0x1' } },
};

const scroll: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items, { number }) =>
    payments(items, (it) => ({
      transaction: {
        ...{ ...it, ...UNSIGNED, type: '0x7e', queueIndex: `0x${number.toString(16)}` },
        sender: it.from,
      },
      receipt: { type: '0x7e', l1Fee: '0x0' },
    })),
};

/** The purse of the test of a chain. */
export const purseOf = (name: string) => addressOf(`purse of ${name}`);

const OUTSIDE = 'Polygon with the bridge outside the root';
const INSIDE = 'Polygon after PIP-74';

const bridgeLog = (name: string, amount: bigint) =>
  erc20Log(addressOf('bridged'), NOBODY, purseOf(name), amount);
const stateSync = ofSystem({ type: '0x0' }, [bridgeLog(OUTSIDE, 9n)]);

const polygon: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items) => [...items, { ...stateSync, isOutside: true }],
};

const ownReceipt = { transaction: null, receipt: { status: '0x1', logs: [bridgeLog('Celo', 3n)] } };

const celo: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items, { number }) => {
    const paid = calls(items, { type: '0x7b', feeCurrency: addressOf('currency') });
    const shown = paid.map((item) =>
      item.receipt?.type === '0x7b'
        ? { ...item, receipt: { ...item.receipt, baseFee: '0x9' } }
        : item,
    );
    return number % 3 === 0 ? [...shown, ownReceipt] : shown;
  },
};

const atomic = {
  ...{ extDataHash: hashOf('atomic'), extDataGasUsed: '0x0', blockGasCost: '0x0' },
  ...{ withdrawalsRoot: undefined, requestsHash: undefined, timestampMilliseconds: '0x5' },
};
const avalanche: Shape = {
  fields: AVALANCHE_FIELDS,
  header: () => atomic,
  notes: { block: { blockExtraData: '0x' } },
};

/** Each header has the receipts of the block two below it (ACP-194). */
const avalancheSettled: Shape = {
  fields: AVALANCHE_FIELDS,
  header(_, { number, base, receiptsOf }) {
    const settledHeight = Math.max(base, number - 2);
    const own = { ...atomic, settledHeight: `0x${settledHeight.toString(16)}` };
    const receiptsRoot = trieRoot(settledHeight > base ? receiptsOf(settledHeight) : [], keccak);
    return { ...own, receiptsRoot, logsBloom: ZERO_BLOOM };
  },
};

const bsc: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items, { number }) => [
    ...items,
    ofSystem({
      ...{ type: '0x0', from: addressOf('validator'), to: addressOf('reward'), value: '0x9' },
      ...{ input: '0xf340fa01', v: '0x93', r: hashOf(`r ${number}`), s: hashOf(`s ${number}`) },
    }),
  ],
  header: () => ({ extraData: `0x${'d983010507'.repeat(40)}`, difficulty: '0x2' }),
  notes: { block: { milliTimestamp: '0x18bcfe56800', totalDifficulty: '0x5' } },
};

const linea: Shape = {
  fields: ETHEREUM_FIELDS,
  header: () => ({ extraData: `0x${'9c'.repeat(97)}`, difficulty: '0x2' }),
};

const zkSync: Shape = {
  fields: null,
  content: (items) =>
    payments(calls(items, { type: '0x71' }), (it) => ({
      transaction: { ...it, type: '0xff', v: null, r: null, s: null },
      receipt: { type: '0xff' },
    })),
  header: () => ({
    ...{ transactionsRoot: ZERO_HASH, receiptsRoot: ZERO_HASH, stateRoot: ZERO_HASH },
    logsBloom: ZERO_BLOOM,
  }),
  notes: {
    block: { l1BatchNumber: null, l1BatchTimestamp: null },
    receipt: { l1BatchNumber: null, l1BatchTxIndex: null, l2ToL1Logs: [], logsBloom: ZERO_BLOOM },
    log: { l1BatchNumber: null, logType: null, blockTimestamp: '0x1' },
  },
};

/** A transaction that ran out of the block's gas has no receipt. */
const unexecuted = {
  ...ofSystem({ type: '0x0', from: addressOf('late'), to: addressOf('x'), value: '0x5' }),
  receipt: null,
};

const cronos: Shape = {
  fields: null,
  content: (items) => [...items, unexecuted],
  header: () => ({ receiptsRoot: EMPTY_ROOT }),
};

const flow: Shape = {
  fields: null,
  content: (items) =>
    payments(items, (it) => ({
      transaction: { ...it, v: '0xff', r: '0x2', s: '0x4', type: '0xff', yParity: undefined },
      receipt: { type: '0xff' },
    })),
  header: ({ receiptsRoot, transactionsRoot }) => ({
    receiptsRoot: hashOfText(String(receiptsRoot)),
    transactionsRoot: hashOfText(String(transactionsRoot)),
    sha3Uncles: ZERO_HASH,
  }),
};

const noRoots: Shape = {
  fields: null,
  header: () => ({ receiptsRoot: undefined, transactionsRoot: null, logsBloom: '0x' }),
};

const tron: Shape = {
  fields: null,
  header: ({ transactionsRoot }) => ({
    ...{ stateRoot: '0x', receiptsRoot: ZERO_HASH, difficulty: '0x0', nonce: '0x0000000000000000' },
    ...{ transactionsRoot: hashOfText(String(transactionsRoot)), baseFeePerGas: '0x0' },
    ...{ mixHash: undefined, withdrawalsRoot: undefined },
  }),
};

const filecoin: Shape = {
  fields: null,
  header: ({ transactionsRoot }) => ({
    ...{ receiptsRoot: ZERO_HASH, transactionsRoot: hashOfText(String(transactionsRoot)) },
    ...{ logsBloom: FULL_BLOOM, stateRoot: hashOf('state') },
  }),
  notes: { receipt: { logsBloom: FULL_BLOOM, root: ZERO_HASH } },
};

const hedera: Shape = {
  fields: null,
  header: (computed) => ({
    ...{ receiptsRoot: ZERO_HASH, transactionsRoot: hashOfText(String(computed.number)) },
    ...{ stateRoot: EMPTY_ROOT, nonce: '0x0000000000000000', withdrawals: [] },
  }),
  notes: { receipt: { root: ZERO_HASH, type: null, contractAddress: null } },
};

/** Hashes and roots are those of Ethereum, but the header is not shown as it was hashed. */
const frontier: Shape = { fields: null, notes: { block: { author: addressOf('collator') } } };

const hyperliquid: Shape = {
  fields: ETHEREUM_FIELDS,
  header: () => ({ stateRoot: ZERO_HASH, miner: NOBODY, extraData: '0x' }),
};

/** A field that Daybook does not know is part of the hash. */
const forked: Shape = {
  fields: [...ETHEREUM_FIELDS, { name: 'slotNumber', kind: 'quantity' }],
  header: ({ number }) => ({ slotNumber: number }),
};

/** Of the two keccak-dependent shapes; loaded before they are used. */
let keccak: Awaited<ReturnType<typeof loadKeccak>>;
export async function loadShapes() {
  keccak = await loadKeccak();
  return keccak;
}

const bridged = ['9'];

export const PROVABLE_CHAINS: readonly ShapedChain[] = [
  { name: 'Ethereum', proof: undefined, shape: { fields: ETHEREUM_FIELDS }, withOne: 'final' },
  { name: 'Arbitrum', proof: preset('eip155:42161'), shape: arbitrum, withOne: 'final' },
  {
    name: 'Arbitrum tickets',
    proof: preset('eip155:42161'),
    shape: arbitrumTickets,
    withOne: 'final',
  },
  { name: 'OP Stack', proof: preset('eip155:10'), shape: optimism, withOne: 'final' },
  { name: 'Scroll', proof: preset('eip155:534352'), shape: scroll, withOne: 'final' },
  { name: 'Celo', proof: preset('eip155:42220'), shape: celo, withOne: 'final', adds: ['3'] },
  { name: 'Avalanche', proof: preset('eip155:43114'), shape: avalanche, withOne: 'final' },
  { name: 'BNB Smart Chain', proof: preset('eip155:56'), shape: bsc, withOne: 'final' },
  {
    name: 'Gnosis',
    proof: preset('eip155:100'),
    shape: { fields: ETHEREUM_FIELDS },
    withOne: 'final',
  },
  { name: 'Linea', proof: preset('eip155:59144'), shape: linea, withOne: 'final' },
  { name: 'HyperEVM', proof: undefined, shape: hyperliquid, withOne: 'final' },
  { name: 'Cronos', proof: documented('bloom-and-counts'), shape: cronos, withOne: 'final' },
];

export const UNPROVABLE_CHAINS: readonly ShapedChain[] = [
  { name: 'zkSync Era', proof: preset('eip155:324'), shape: zkSync, withOne: 'waits' },
  { name: 'Flow', proof: documented('two-providers'), shape: flow, withOne: 'waits' },
  { name: 'no roots at all', proof: documented('two-providers'), shape: noRoots, withOne: 'waits' },
  {
    name: 'the JSON-RPC of TRON',
    proof: documented('two-providers'),
    shape: tron,
    withOne: 'waits',
  },
  { name: 'Filecoin', proof: documented('two-providers'), shape: filecoin, withOne: 'waits' },
  {
    name: 'the relay of Hedera',
    proof: documented('two-providers'),
    shape: hedera,
    withOne: 'waits',
  },
  { name: 'Moonbeam', proof: documented('two-providers'), shape: frontier, withOne: 'waits' },
  {
    ...{ name: 'Avalanche with settled receipts', proof: preset('eip155:43114') },
    ...{ shape: avalancheSettled, withOne: 'either' },
  },
  {
    ...{ name: OUTSIDE, proof: preset('eip155:137') },
    ...{ shape: polygon, withOne: 'either', adds: bridged },
  },
  {
    ...{ name: 'Polygon with a bridge transaction without receipt', proof: preset('eip155:137') },
    shape: {
      ...polygon,
      content: (items) => [...items, { ...stateSync, receipt: null, isOutside: true }],
    },
    withOne: 'either',
  },
  {
    ...{ name: INSIDE, proof: preset('eip155:137') },
    shape: {
      ...polygon,
      content: (items) => [...items, ofSystem({ type: '0x7f' }, [bridgeLog(INSIDE, 9n)])],
    },
    ...{ withOne: 'either', adds: bridged },
  },
  { name: 'a fork with a new field', proof: undefined, shape: forked, withOne: 'either' },
];
