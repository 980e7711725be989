import {
  type Chain,
  createEvmClient,
  createPool,
  InvalidBlock,
  type ProviderPool,
} from '@daybook/chains';
import { faultyNode, type Trouble } from './faulty-node';
import type { Tracing, TracingRecord } from './faulty-traces';
import { CHAIN, IDS, type ModelChain } from './model-chain';
import { LYING_TOKEN, TOKEN } from './model-plans';
import type { Random } from './random';
import { chain, WINDOW } from './simulated-chain';

/** Deeper than any reorg but those of stories with an operator, who resolves what breaks finality. */
export const FINALITY_DEPTH = WINDOW - 1;

interface Surroundings {
  readonly model: ModelChain;
  readonly random: Random;
  /** Whether tags may be wrong, which an operator has to resolve. */
  readonly mayLie: boolean;
  now(): number;
  /** What happens while a node thinks. */
  meanwhile(): void;
  recipients(): readonly string[];
}

export interface SimulatedProviders {
  readonly pool: ProviderPool;
  readonly tracing: TracingRecord;
  /** Whether each movement that only traces show must be found and proven, if no traces were withheld. */
  readonly showsAll: boolean;
  /** Random changes of what is wrong with a provider. */
  readonly moves: readonly (() => unknown)[];
  /** Ends every trouble but the block that nobody has whole. */
  heal(): void;
  /** The block that nobody has whole is known at last. */
  liftCurse(): void;
}

/** One provider, or two of which one may show a forged branch while the other one tells the truth. */
export function createProviders(around: Surroundings): SimulatedProviders {
  const { model, random } = around;
  const rarity = random.pick([null, 5, 20, 60]);
  const troubles = (random.oneIn(2) ? ['node'] : ['node', 'other']).map((name): Named => {
    return { name, rarity, isStale: false, cursed: null, forgedChain: null };
  });
  const record = { withheld: 0, lies: 0 };
  const tracing = tracingOf(around, troubles.length, record);
  const showsAll = tracing.every(({ traces, proofs, lies }) => traces !== null && proofs && !lies);
  const traces = showsAll && random.oneIn(2) ? 'required' : 'optional';
  const clients = troubles.map((trouble, i) => ({
    name: trouble.name,
    client: clientOf(around, trouble, tracing[i] as Tracing, { traces, hasWithdrawals: false }),
  }));
  const pool = createPool(chain, clients, {
    now: around.now,
    random: () => random.integer(1_000) / 1_000,
  });

  function setStale(): void {
    if (isForging()) return;
    for (const trouble of troubles) trouble.isStale = random.oneIn(4);
  }

  function setCurse(): void {
    if (!random.oneIn(3)) return;
    const { block } = random.pick(model.canonical.slice(-3));
    const cursed = troubles[0]?.cursed === null ? block.hash : null;
    for (const trouble of troubles) trouble.cursed = cursed;
  }

  const isForging = () => troubles.some(({ forgedChain }) => forgedChain !== null);

  /** Begins a lie, or ends it. Nobody else is in trouble then: two that fail or lie at once are beyond help. */
  function forge(): void {
    if (isForging()) {
      if (random.oneIn(3)) endForging();
      return;
    }
    const isAnyAway = pool.status().some(({ state }) => state === 'failing' || state === 'limited');
    if (troubles.length === 1 || isAnyAway || !random.oneIn(4)) return;
    for (const trouble of troubles) [trouble.rarity, trouble.isStale] = [null, false];
    const depth = random.integer(Math.min(WINDOW, model.height));
    const from = model.height + 1 - depth;
    const length = Math.max(1, depth + random.integer(12) - 2);
    random.pick(troubles).forgedChain = model.forgeBranch(from, length, around.recipients());
  }

  function endForging(): void {
    for (const trouble of troubles) [trouble.forgedChain, trouble.rarity] = [null, rarity];
  }

  return {
    ...{ pool, tracing: record, showsAll },
    moves: [setStale, setCurse, forge],
    heal() {
      endForging();
      for (const trouble of troubles) [trouble.rarity, trouble.isStale] = [null, false];
    },
    liftCurse() {
      for (const trouble of troubles) trouble.cursed = null;
    },
  };
}

type Named = Trouble & { readonly name: string };

const METHODS = ['debug_traceBlockByHash', 'trace_block'] as const;

/** What each provider serves of traces and proofs. At most one lies: two could agree on what never happened. */
function tracingOf(
  { random, recipients }: Surroundings,
  count: number,
  record: TracingRecord,
): readonly Tracing[] {
  const isWhole = random.oneIn(2);
  const liar = isWhole || random.oneIn(3) ? null : random.integer(count);
  return Array.from({ length: count }, (_, i): Tracing => {
    const traces = isWhole || i === liar || !random.oneIn(3) ? random.pick(METHODS) : null;
    const proofs = isWhole || !random.oneIn(3);
    return { traces, proofs, lies: i === liar, recipients, record };
  });
}

function clientOf(
  { model, random, meanwhile, mayLie }: Surroundings,
  trouble: Trouble,
  tracing: Tracing,
  coin: NonNullable<Chain['coin']>,
) {
  const tags = { finalityDepth: FINALITY_DEPTH, mayLie, tracing };
  const rpc = faultyNode(model, random, trouble, meanwhile, tags);
  const node = createEvmClient(rpc, CHAIN, IDS, { coin, listed: [TOKEN, LYING_TOKEN] });
  return {
    ...node,
    /** A cursed block has a header that can be recomputed, and content that nobody has. */
    async block(at: number | string) {
      const block = await node.block(at);
      if (block === null || block.hash !== trouble.cursed) return block;
      const { number, hash, parentHash, time } = block;
      const header = { number, hash, parentHash, time };
      throw new InvalidBlock('A receipt is missing.', { header, headerProven: true });
    },
  };
}
