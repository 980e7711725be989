import { checkPlace, checkSignature, Refused } from './admission';
import { type Block, makeBlock, solidifiedBy } from './blocks';
import { type Execution, execute, NotValid } from './execute';
import { createGenesis, GENESIS_TIME, type GenesisPlan, type Witness } from './genesis';
import type { Transaction } from './transactions';

/** What happened to a chain. Replayed on the same genesis block, it makes the same blocks. */
export type Entry =
  | {
      readonly kind: 'block';
      readonly timestamp: number;
      readonly transactions: readonly Transaction[];
    }
  | { readonly kind: 'rewind'; readonly depth: number; readonly isForgotten: boolean }
  | { readonly kind: 'restart' };

export interface ChainPlan extends GenesisPlan {
  readonly blockTimeMs: number;
  readonly checksSignatures: boolean;
  /** Unix milliseconds. A block is `blockTimeMs` after its parent where the clock is behind. */
  clock(): number;
  /** What happened before. */
  readonly history: readonly Entry[];
  /** Told of what happens from now on, before anybody can read its effect. */
  record(entry: Entry): void;
}

export type Chain = ReturnType<typeof createChain>;

/**
 * A chain with delegated proof of stake as one node knows it: blocks, pending transactions and their state.
 * Witnesses take turns, and each block is really encoded, hashed and signed.
 */
export function createChain(plan: ChainPlan) {
  const genesis = createGenesis(plan);
  const { state, programs, witnesses } = genesis;
  const blocks: Block[] = [];
  /** Every block that the node has seen, also on other branches: `KhaosDatabase` of java-tron. */
  const known = new Map<string, Block>();
  const included = new Map<string, { readonly execution: Execution; readonly block: Block }>();
  const pending: Execution[] = [];
  let solidNumber = 0;
  /** Blocks ever made. Each is the turn of another witness, on whatever branch. */
  let turns = 0;
  /** Of the latest of them: time goes on, also where the head goes back. */
  let latestTime = GENESIS_TIME;

  const head = (): Block => blocks.at(-1) as Block;
  const worldAt = (now: number) => ({ state, programs, now });
  const branch = { blocks, has: (id: string) => included.has(id) };
  const nextTime = (): number => {
    const now = plan.clock();
    return Math.max(latestTime + plan.blockTimeMs, now - (now % plan.blockTimeMs));
  };

  function append(block: Block): void {
    blocks.push(block);
    known.set(block.id, block);
    for (const execution of block.executions) {
      included.set(execution.transaction.id, { execution, block });
    }
    // A node does not lower it while it runs.
    solidNumber = Math.max(solidNumber, solidifiedBy(witnesses, block));
  }

  /** Executes on the pending state. Throws `Refused`. */
  function admit(transaction: Transaction): void {
    checkPlace(transaction, nextTime(), branch);
    if (pending.some((each) => each.transaction.id === transaction.id)) {
      throw new Refused('DUP_TRANSACTION_ERROR', 'Transaction already exists.');
    }
    try {
      pending.push(execute(worldAt(nextTime()), transaction));
    } catch (error) {
      if (!(error instanceof NotValid)) throw error;
      const words = `Contract validate error : ${error.message}`;
      throw new Refused('CONTRACT_VALIDATE_ERROR', words);
    }
  }

  /** Pending again are those that still can be in a block. */
  function admitAgain(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) {
      try {
        admit(transaction);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
  }

  /** Takes back what pending transactions changed, and returns them. */
  function takePending(): readonly Transaction[] {
    state.undoTo(head().mark);
    return pending.splice(0).map(({ transaction }) => transaction);
  }

  /** The next block, of those transactions that can be in it. */
  function addBlock(timestamp: number, candidates: readonly Transaction[]): Block {
    const executions = candidates.flatMap((each) => includable(each, timestamp));
    const witness = witnesses[turns++ % witnesses.length] as Witness;
    append(makeBlock(head(), timestamp, executions, witness, state.mark()));
    latestTime = timestamp;
    return head();
  }

  /** None if the transaction expired, or is not valid any more. */
  function includable(transaction: Transaction, timestamp: number): readonly Execution[] {
    try {
      checkPlace(transaction, timestamp, branch);
      return [execute(worldAt(timestamp), transaction)];
    } catch (error) {
      if (error instanceof Refused || error instanceof NotValid) return [];
      throw error;
    }
  }

  /** Leaves the last `depth` blocks. Their transactions are pending again, unless they are forgotten. */
  function drop(depth: number, isForgotten: boolean): void {
    const waiting = takePending();
    const left = blocks.splice(blocks.length - depth);
    state.undoTo(head().mark);
    const orphaned = left.flatMap(({ executions }) => executions.map((each) => each.transaction));
    for (const { id } of orphaned) included.delete(id);
    admitAgain(isForgotten ? waiting : [...orphaned, ...waiting]);
  }

  function checkDepth(depth: number): void {
    if (!Number.isInteger(depth) || depth < 1 || head().number - depth < solidNumber) {
      throw new RangeError(
        `A fork leaves 1 to ${head().number - solidNumber} blocks, those above the solid block ${solidNumber}.`,
      );
    }
  }

  function forget(): void {
    takePending();
    const depth = Math.min(head().number, head().number - solidNumber + 1);
    for (const { id } of blocks.slice(blocks.length - depth)) known.delete(id);
    if (depth > 0) drop(depth, true);
    solidNumber = solidifiedBy(witnesses, head());
  }

  function replay(entry: Entry): void {
    switch (entry.kind) {
      case 'block':
        takePending();
        addBlock(entry.timestamp, entry.transactions);
        return;
      case 'rewind':
        drop(entry.depth, entry.isForgotten);
        return;
      case 'restart':
        forget();
    }
  }

  append({
    ...{ number: 0, id: genesis.block.blockID, parent: null, timestamp: GENESIS_TIME },
    ...{ witness: '', executions: [], json: genesis.block, mark: state.mark() },
  });
  for (const entry of plan.history) replay(entry);

  return {
    ...genesis,
    /** CAIP-2: the last four bytes of the id of its first block. */
    id: `tron:${Number.parseInt(genesis.block.blockID.slice(-8), 16)}`,
    head,
    solid: (): Block => blocks[solidNumber] as Block,
    at: (number: number): Block | undefined => blocks[number],
    byId: (id: string): Block | undefined => known.get(id),
    /** A transaction of the current branch. */
    find: (id: string) => included.get(id),
    pending: (): readonly Execution[] => pending,
    /** The state with what pending transactions would change. */
    read: state.read,
    /** The state after a block of the current branch. */
    readAt: (key: string, { mark }: Block): bigint => state.readAt(key, mark),
    nextTime,
    /** Receives a transaction as one that a wallet sends. Throws `Refused`. */
    receive: (transaction: Transaction): void => {
      if (plan.checksSignatures) checkSignature(transaction);
      admit(transaction);
    },
    /** Makes the next block of all pending transactions that still can be in it. */
    mine: (): Block => {
      const block = addBlock(nextTime(), takePending());
      const transactions = block.executions.map(({ transaction }) => transaction);
      plan.record({ kind: 'block', timestamp: block.timestamp, transactions });
      return block;
    },
    /**
     * Leaves the branch, as a node does that learns of a better one: the head goes back by `depth` blocks. Mine
     * to build the other branch. Throws `RangeError` below the solid block.
     */
    rewind: (depth: number, { isForgotten = false } = {}): void => {
      checkDepth(depth);
      plan.record({ kind: 'rewind', depth, isForgotten });
      drop(depth, isForgotten);
    },
    /**
     * What a restart does to a node, as observed: it forgets the blocks above the solid one, that one too, and
     * all pending transactions; the solid height goes back with the head.
     */
    restart: (): void => {
      plan.record({ kind: 'restart' });
      forget();
    },
  };
}
