import { AVALANCHE_FIELDS, ETHEREUM_FIELDS } from '../../../libs/chains/src/evm/header';
import { EMPTY_ROOT } from '../../../libs/chains/src/evm/trie-root';
import { addressOf, hashOf } from '../../../libs/chains/testing/raw-blocks';
import {
  atomic,
  bridgeLog,
  calls,
  documented,
  ofSystem,
  payments,
  preset,
  type ShapedChain,
  ZERO_BLOOM,
  ZERO_HASH,
} from './shape-parts';
import { hashOfText, type Shape } from './shaped-block';

const FULL_BLOOM = `0x${'f'.repeat(512)}`;
const OUTSIDE = 'Polygon with the bridge outside the root';
const INSIDE = 'Polygon after PIP-74';

const stateSync = ofSystem({ type: '0x0' }, [bridgeLog(OUTSIDE, 9n)]);

const polygon: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items) => [...items, { ...stateSync, isOutside: true }],
};

/** Each header has the receipts of the block two below it (ACP-194). */
const avalancheSettled: Shape = {
  fields: AVALANCHE_FIELDS,
  header(_, { number, base, receiptsRootOf }) {
    const settledHeight = Math.max(base, number - 2);
    const own = { ...atomic, settledHeight: `0x${settledHeight.toString(16)}` };
    const receiptsRoot = settledHeight > base ? receiptsRootOf(settledHeight) : EMPTY_ROOT;
    return { ...own, receiptsRoot, logsBloom: ZERO_BLOOM };
  },
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

/** Its system pays without a sender, and does things that have no other fields than a type. */
const senderless: Shape = {
  ...noRoots,
  content: (items, { number }) => [
    { transaction: { type: '0x50', number }, receipt: { status: '0x1', type: '0x50', logs: [] } },
    ...items,
    {
      transaction: { type: '0x7d', number, to: addressOf('minted'), value: '0x9' },
      receipt: { status: '0x1', type: '0x7d', logs: [] },
    },
  ],
};

/** What its system does has no receipts. */
const receiptless: Shape = {
  ...noRoots,
  content: (items, { number }) => [
    ...items,
    { ...ofSystem({ type: '0x50', nonce: `0x${number.toString(16)}` }), receipt: null },
  ],
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

/** A field that Daybook does not know is part of the hash. */
const forked: Shape = {
  fields: [...ETHEREUM_FIELDS, { name: 'slotNumber', kind: 'quantity' }],
  header: ({ number }) => ({ slotNumber: number }),
};

const bridged = ['9'];

export const UNPROVABLE_CHAINS: readonly ShapedChain[] = [
  { name: 'zkSync Era', proof: preset('eip155:324'), shape: zkSync, withOne: 'waits' },
  { name: 'Flow', proof: documented('two-providers'), shape: flow, withOne: 'waits' },
  { name: 'no roots at all', proof: documented('two-providers'), shape: noRoots, withOne: 'waits' },
  {
    ...{ name: 'one whose system has no senders', proof: documented('two-providers') },
    ...{ shape: senderless, withOne: 'waits' },
  },
  {
    ...{ name: 'one whose system has no receipts', shape: receiptless, withOne: 'waits' },
    proof: { ...documented('two-providers'), hasTransactionsOutside: true },
  },
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
