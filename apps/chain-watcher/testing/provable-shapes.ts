import { AVALANCHE_FIELDS, ETHEREUM_FIELDS } from '../../../libs/chains/src/evm/header';
import { EMPTY_ROOT } from '../../../libs/chains/src/evm/trie-root';
import { addressOf, hashOf } from '../../../libs/chains/testing/raw-blocks';
import {
  atomic,
  bridgeLog,
  calls,
  documented,
  NOBODY,
  ofSystem,
  payments,
  preset,
  type ShapedChain,
  UNSIGNED,
  ZERO_HASH,
} from './shape-parts';
import type { Shape } from './shaped-block';

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

const ownReceipt = { transaction: null, receipt: { status: '0x1', logs: [bridgeLog('Celo', 3n)] } };

const celo: Shape = {
  fields: ETHEREUM_FIELDS,
  content: (items, { number }) => {
    const fees = { maxFeePerGas: '0x9', maxPriorityFeePerGas: '0x1', yParity: '0x1' };
    const paid = calls(items, { type: '0x7b', feeCurrency: addressOf('currency'), ...fees });
    const shown = paid.map((item) =>
      item.receipt?.type === '0x7b'
        ? { ...item, receipt: { ...item.receipt, baseFee: '0x9' } }
        : item,
    );
    return number % 3 === 0 ? [...shown, ownReceipt] : shown;
  },
};

const avalanche: Shape = {
  fields: AVALANCHE_FIELDS,
  header: () => atomic,
  notes: { block: { blockExtraData: '0x' } },
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

const hyperliquid: Shape = {
  fields: ETHEREUM_FIELDS,
  header: () => ({ stateRoot: ZERO_HASH, miner: NOBODY, extraData: '0x' }),
};

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
