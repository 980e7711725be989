import type { Proof } from '../../../libs/chains/src/chains-and-assets';
import { ETHEREUM_FIELDS } from '../../../libs/chains/src/evm/header';
import { KNOWN_PROOFS } from '../../../libs/chains/src/known-proofs';
import { addressOf, erc20Log, hashOf } from '../../../libs/chains/testing/raw-blocks';
import type { Fields, Item, Shape } from './shaped-block';

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

export const ZERO_HASH = `0x${'0'.repeat(64)}`;
export const ZERO_BLOOM = `0x${'0'.repeat(512)}`;
export const NOBODY = `0x${'0'.repeat(40)}`;
export const UNSIGNED = { v: '0x0', r: '0x0', s: '0x0', yParity: undefined };

/** The proof of a known chain. */
export const preset = (id: string) => KNOWN_PROOFS[id] as Proof;
/** A proof as `docs/chains.md` tells to write it. */
export const documented = (rule: Proof['rule']): Proof => {
  return { rule, reason: 'Its headers prove nothing.', headerFields: ETHEREUM_FIELDS };
};

/** A transaction of the chain's own system, which succeeded. */
export function ofSystem(transaction: Fields, logs: readonly object[] = []): Item {
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
export function payments(
  items: readonly Item[],
  change: (transaction: Fields) => Item,
): readonly Item[] {
  return items.map((item) => {
    const { transaction, receipt } = item;
    if (transaction === null || transaction.input !== '0x') return item;
    const changed = change(transaction);
    return { ...changed, receipt: { ...receipt, ...changed.receipt } };
  });
}

/** Gives other transactions these fields, and their receipts the same type. */
export function calls(items: readonly Item[], fields: Fields): readonly Item[] {
  return items.map((item) => {
    if (item.transaction === null || item.transaction.input === '0x') return item;
    const receipt = item.receipt && { ...item.receipt, type: fields.type };
    return { ...item, transaction: { ...item.transaction, ...fields }, receipt };
  });
}

/** The purse of the test of a chain. */
export const purseOf = (name: string) => addressOf(`purse of ${name}`);

/** Tokens that the system of a chain gives its purse. */
export const bridgeLog = (name: string, amount: bigint) =>
  erc20Log(addressOf('bridged'), NOBODY, purseOf(name), amount);

/** Header fields of Avalanche that Ethereum does not have, and the other way round. */
export const atomic = {
  ...{ extDataHash: hashOf('atomic'), extDataGasUsed: '0x0', blockGasCost: '0x0' },
  ...{ withdrawalsRoot: undefined, requestsHash: undefined, timestampMilliseconds: '0x5' },
};
