import { pendingTransfers } from '../../../libs/chains/src/evm/transfers';
import { IDS, type ModelChain } from './model-chain';
import type { Random } from './random';
import { WINDOW } from './simulated-chain';

/** A reorg that is not deeper than the ring, or a plain block. */
export function moveChain(model: ModelChain, random: Random, recipients: readonly string[]): void {
  // A ring remembers `WINDOW` blocks below the highest block that it may have seen.
  const deepest = Math.min(WINDOW - 1 - (model.highest - model.height), model.height - 1);
  if (deepest < 1 || random.oneIn(3)) {
    model.send(recipients);
    model.mine();
    return;
  }
  const depth = 1 + random.integer(random.oneIn(4) ? deepest : Math.min(2, deepest));
  model.reorganise(depth, random.integer(depth + 3));
}

/** A transaction as a node announces it. */
export function pendingOf(
  hash: string,
  sender: string,
  nonce: number,
  plan: { to?: string | null; value?: bigint; input?: string },
) {
  const raw = {
    hash,
    blockHash: null,
    from: sender,
    to: plan.to ?? null,
    nonce: `0x${nonce.toString(16)}`,
    value: `0x${(plan.value ?? 0n).toString(16)}`,
    input: plan.input ?? '0x',
  };
  return { hash, sender, nonce, transfers: pendingTransfers(raw, IDS) };
}
