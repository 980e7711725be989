import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import {
  aBlock,
  addressOf,
  aTransaction,
  type BlockPlan,
  type BlockWithReceipts,
  hashOf,
  wordOf,
} from '../../../libs/chains/testing/raw-blocks';
import { changesOf, type Execution, executionOf } from './model-execution';
import { ALL_PLANS, always, gasOf, type ModelPlan, type Plan } from './model-plans';
import { type ModelState, openingState } from './model-state';
import type { Random } from './random';

export { CHAIN, IDS, TOKEN } from './model-plans';

/** A transaction that somebody signed: what it does may depend on the block that includes it. */
export interface ModelTransaction {
  readonly hash: string;
  /** Makes it differ from others with the same content. */
  readonly salt: string;
  readonly sender: string;
  readonly nonce: number;
  readonly plan: Plan;
}

/**
 * A chain that is the truth: what it shows at the end is what must have been published. Blocks that
 * a reorg removed are kept, as a node that lags may still answer with them.
 */
export class ModelChain {
  /** The canonical chain; the place is the number. */
  canonical: BlockWithReceipts[] = [];
  readonly byHash = new Map<string, BlockWithReceipts>();
  readonly orphans: BlockWithReceipts[] = [];
  /** Signed and not included. */
  pool: ModelTransaction[] = [];
  /** The greatest height that the chain ever had. */
  highest = 0;
  /** How many blocks were made, those that a reorg removed included. */
  made = 0;
  /** The transactions that only forged branches have. */
  readonly thefts = new Set<string>();
  private readonly states = new Map<string, ModelState>();
  private readonly executions = new Map<string, readonly Execution[]>();
  private readonly transactions = new Map<string, ModelTransaction>();
  private salt = 0;
  private sent = 0;

  constructor(
    private readonly random: Random,
    private readonly keccak: Keccak,
    /** Unix seconds. */
    private readonly now: () => number,
  ) {
    this.append([]);
  }

  /** The block that no reorg replaces, save one that breaks what the chain promises. */
  finalized(depth: number): number {
    return Math.max(0, Math.min(this.highest - depth, this.height));
  }

  /** The state after a block with this hash, forged or not; null for one that the model did not make. */
  stateAfter(hash: string): ModelState | null {
    return this.states.get(hash) ?? null;
  }

  /** What the transactions of a block did, in their order. */
  executed(hash: string): readonly Execution[] {
    return this.executions.get(hash) ?? [];
  }

  get height(): number {
    return this.canonical.length - 1;
  }

  /** Somebody signs a transaction, most often to one of `recipients`, and at times as one of them. */
  send(recipients: readonly string[]): ModelTransaction {
    this.sent += 1;
    const isOurs = recipients.length > 0 && this.random.oneIn(3);
    const sender = isOurs
      ? this.random.pick(recipients)
      : addressOf(`sender ${this.random.integer(4)}`);
    const transaction = this.sign(sender, 1_000 + this.sent, recipients);
    this.pool.push(transaction);
    return transaction;
  }

  /** A stranger signs a plain payment, which moves the same in every block. */
  pay(to: string, value: bigint): ModelTransaction {
    this.sent += 1;
    const transaction = this.signed(addressOf('a payer'), 1_000 + this.sent, always({ to, value }));
    this.pool.push(transaction);
    return transaction;
  }

  /** Somebody signs another transaction in place of a pending one. */
  replace(recipients: readonly string[]): void {
    if (this.pool.length === 0) return;
    const replaced = this.random.pick(this.pool);
    this.sent += 1;
    const { sender, nonce } = replaced;
    this.pool = this.pool.filter((it) => it !== replaced);
    this.pool.push(this.sign(sender, nonce, recipients));
  }

  /** A block with some of the pending transactions, in any order. */
  mine(): void {
    const included: ModelTransaction[] = [];
    while (this.pool.length > 0 && included.length < 5 && !this.random.oneIn(4)) {
      const transaction = this.random.pick(this.pool);
      this.pool = this.pool.filter((it) => it !== transaction);
      included.push(transaction);
    }
    this.append(included);
  }

  /** What somebody who forges blocks makes of one: another block in its place, which nobody builds on. */
  forge({ block, receipts }: BlockWithReceipts): BlockWithReceipts {
    this.salt += 1;
    const forged = block.transactions.flatMap(({ hash }, i): ModelPlan[] => {
      const transaction = this.transactions.get(hash);
      if (transaction === undefined) return [];
      const { salt, sender: from, nonce, plan } = transaction;
      // The transaction is as it was signed; what it led to is invented.
      const logs = (receipts[i]?.logs ?? []).map((log) => ({ ...log, data: wordOf(10n ** 18n) }));
      return [{ ...plan(0), salt, from, nonce, failed: false, logs }];
    });
    const { number, parentHash, timestamp } = block;
    return this.built({
      ...{ number: Number(number), parentHash, time: Number(timestamp) },
      ...{ salt: `forged ${this.salt}`, transactions: forged },
    });
  }

  /** A block of another chain, with a correct hash. Nobody has its parent. */
  stranger(number: number): BlockWithReceipts {
    this.salt += 1;
    const salt = `stranger ${this.salt}`;
    return aBlock({ number, parentHash: hashOf(salt), time: this.now(), salt }, this.keccak);
  }

  /**
   * What a provider that lies shows in place of the chain from block `start` on: `length` blocks with correct hashes,
   * each of which pays one of `recipients`, or robs it, and has what the true block in its place has.
   */
  forgeBranch(start: number, length: number, recipients: readonly string[]): BlockWithReceipts[] {
    const branch = this.canonical.slice(0, start);
    for (let number = start; number < start + length; number++) {
      this.salt += 1;
      const parent = branch.at(-1)?.block;
      const victim =
        recipients.length === 0 ? addressOf('a stranger') : this.random.pick(recipients);
      const thief = addressOf('a thief');
      const [from, to] = this.random.oneIn(2) ? [thief, victim] : [victim, thief];
      const theft: ModelPlan = {
        ...{ salt: `theft ${this.salt}`, from, to, value: 10n ** 18n, ...gasOf(7) },
      };
      const kept = (this.canonical[number]?.block.transactions ?? []).flatMap(({ hash }) => {
        const signed = this.transactions.get(hash);
        if (signed === undefined) return [];
        const { salt, sender, nonce, plan } = signed;
        return [{ ...plan(this.salt), salt, from: sender, nonce }];
      });
      const block = this.built({
        ...{ number, parentHash: parent?.hash ?? hashOf('genesis') },
        ...{ time: Math.max(this.now(), Number(parent?.timestamp ?? 0)) },
        ...{ salt: `forged ${this.salt}`, transactions: [theft, ...kept] },
      });
      this.thefts.add(block.block.transactions[0]?.hash ?? '');
      branch.push(block);
    }
    return branch;
  }

  /** Replaces the last `depth` blocks; what they included is pending again, or forgotten. */
  reorganise(depth: number, added: number): void {
    const removed = this.canonical.splice(this.canonical.length - depth);
    this.orphans.push(...removed);
    for (const { block } of removed) {
      for (const { hash } of block.transactions) {
        const transaction = this.transactions.get(hash);
        if (transaction && !this.random.oneIn(5)) this.pool.push(transaction);
      }
    }
    for (let n = 0; n < added; n++) this.mine();
  }

  private append(transactions: readonly ModelTransaction[]): void {
    this.salt += 1;
    const parent = this.canonical.at(-1)?.block;
    const block = this.built({
      number: this.canonical.length,
      parentHash: parent?.hash ?? hashOf('genesis'),
      time: Math.max(this.now(), Number(parent?.timestamp ?? 0)),
      salt: String(this.salt),
      transactions: transactions.map((transaction) => ({
        ...transaction.plan(this.salt),
        salt: transaction.salt,
        from: transaction.sender,
        nonce: transaction.nonce,
      })),
    });
    this.canonical.push(block);
    this.byHash.set(block.block.hash, block);
    this.highest = Math.max(this.highest, this.height);
    this.made += 1;
  }

  /** A block with the state that its transactions lead to. */
  private built(plan: ModelBlock): BlockWithReceipts {
    const executions = plan.transactions.map(executionOf);
    const changes = changesOf(plan.transactions, executions);
    const before = this.states.get(plan.parentHash) ?? openingState(this.keccak);
    const state = before.after(changes);
    const built = aBlock({ ...plan, header: { stateRoot: state.root } }, this.keccak);
    this.states.set(built.block.hash, state);
    this.executions.set(built.block.hash, executions);
    return built;
  }

  private sign(sender: string, nonce: number, recipients: readonly string[]): ModelTransaction {
    const { random } = this;
    const to = () =>
      recipients.length === 0 || random.oneIn(6)
        ? addressOf('a stranger')
        : random.pick(recipients);
    const amount = () => BigInt(random.integer(1_000));
    const made = random.pick(ALL_PLANS)(sender, to, amount);
    const gas = random.integer(50);
    // Nobody has the keys of our addresses here, so the transaction has nobody's signature.
    const unsigned = recipients.includes(sender) ? { fields: { r: '0x0' } } : {};
    const plan: Plan = (blockSalt) => ({
      ...{ ...made(blockSalt), ...unsigned, ...gasOf(gas && gas + (blockSalt % 3)) },
    });
    return this.signed(sender, nonce, plan);
  }

  private signed(sender: string, nonce: number, plan: Plan): ModelTransaction {
    const salt = `transaction ${this.sent}`;
    const content = { ...plan(0), salt, from: sender, nonce };
    const { hash } = aTransaction(content, this.keccak);
    const transaction = { hash, salt, sender, nonce, plan };
    this.transactions.set(transaction.hash, transaction);
    return transaction;
  }
}

interface ModelBlock extends BlockPlan {
  readonly parentHash: string;
  readonly transactions: readonly ModelPlan[];
}
