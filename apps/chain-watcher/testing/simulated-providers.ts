import { createEvmClient, createPool, InvalidBlock, type ProviderPool } from '@daybook/chains';
import { faultyNode, type Trouble } from './faulty-node';
import { CHAIN, IDS, type ModelChain } from './model-chain';
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
  const clients = troubles.map((trouble) => ({
    name: trouble.name,
    client: clientOf(around, trouble),
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
    pool,
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

function clientOf({ model, random, meanwhile, mayLie }: Surroundings, trouble: Trouble) {
  const tags = { finalityDepth: FINALITY_DEPTH, mayLie };
  const node = createEvmClient(faultyNode(model, random, trouble, meanwhile, tags), CHAIN, IDS);
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
