import { assetIds } from '@daybook/chains';
import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import {
  aBlock,
  addressOf,
  aTransaction,
  type BlockWithReceipts,
  erc20Log,
  hashOf,
  TRANSFER_TOPIC,
  type TransactionPlan,
  topicOf,
  wordOf,
} from '../../../libs/chains/testing/raw-blocks';
import type { Random } from './random';

export const CHAIN = 'eip155:31337';
export const IDS = assetIds(CHAIN, `${CHAIN}/slip44:60`);
export const TOKEN = addressOf('a token of the registry');
const UNKNOWN_TOKEN = addressOf('a token that nobody lists');
const NFT = addressOf('a collection');

/** A transaction that somebody signed: what it does may depend on the block that includes it. */
export interface ModelTransaction {
  readonly hash: string;
  /** Makes it differ from others with the same content. */
  readonly salt: string;
  readonly sender: string;
  readonly nonce: number;
  plan(blockSalt: number): TransactionPlan;
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
    const forged = block.transactions.flatMap(({ hash }, i): TransactionPlan[] => {
      const transaction = this.transactions.get(hash);
      if (transaction === undefined) return [];
      const { salt, sender: from, nonce, plan } = transaction;
      // The transaction is as it was signed; what it led to is invented.
      const logs = (receipts[i]?.logs ?? []).map((log) => ({ ...log, data: wordOf(10n ** 18n) }));
      return [{ ...plan(0), salt, from, nonce, failed: false, logs }];
    });
    const { number, parentHash, timestamp } = block;
    return aBlock(
      {
        ...{ number: Number(number), parentHash, time: Number(timestamp) },
        ...{ salt: `forged ${this.salt}`, transactions: forged },
      },
      this.keccak,
    );
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
      const theft: TransactionPlan = {
        ...{ salt: `theft ${this.salt}`, from, to, value: 10n ** 18n, ...gasOf(7) },
      };
      const kept = (this.canonical[number]?.block.transactions ?? []).flatMap(({ hash }) => {
        const signed = this.transactions.get(hash);
        if (signed === undefined) return [];
        const { salt, sender, nonce, plan } = signed;
        return [{ ...plan(this.salt), salt, from: sender, nonce }];
      });
      const block = aBlock(
        {
          ...{ number, parentHash: parent?.hash ?? hashOf('genesis') },
          ...{ time: Math.max(this.now(), Number(parent?.timestamp ?? 0)) },
          ...{ salt: `forged ${this.salt}`, transactions: [theft, ...kept] },
        },
        this.keccak,
      );
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
    const block = aBlock(
      {
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
      },
      this.keccak,
    );
    this.canonical.push(block);
    this.byHash.set(block.block.hash, block);
    this.highest = Math.max(this.highest, this.height);
    this.made += 1;
  }

  private sign(sender: string, nonce: number, recipients: readonly string[]): ModelTransaction {
    const { random } = this;
    const to = () =>
      recipients.length === 0 || random.oneIn(6)
        ? addressOf('a stranger')
        : random.pick(recipients);
    const amount = () => BigInt(random.integer(1_000));
    const made = random.pick(PLANS)(sender, to, amount);
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

type Plan = ModelTransaction['plan'];
type MakePlan = (sender: string, to: () => string, amount: () => bigint) => Plan;

function callOf(recipient: string, amount: bigint): string {
  return `0xa9059cbb${topicOf(recipient).slice(2)}${wordOf(amount).slice(2)}`;
}

/** One recipient or another, one amount or another, by the block that includes it. */
const shapeShifting: MakePlan = (sender, to, amount) => {
  const recipients = [to(), to()] as const;
  const base = amount();
  return (salt) => {
    const recipient = salt % 2 === 0 ? recipients[0] : recipients[1];
    const logs = [erc20Log(TOKEN, sender, recipient, base + BigInt(salt % 3))];
    return { to: addressOf('a contract'), logs };
  };
};

/** It fails in some blocks and succeeds in others. */
const fickle: MakePlan = (_, to, amount) => {
  const [recipient, value] = [to(), amount() + 1n];
  return (salt) => ({ to: recipient, value, failed: salt % 2 === 0 });
};

/** Anybody moves a token in and out of the same addresses. */
const turnover: MakePlan = (sender, to, amount) => {
  const parties = [sender, to(), to(), to(), sender];
  const logs = parties.slice(1).map((party, i) => {
    return erc20Log(TOKEN, parties[i] as string, party, party === parties[i] ? 0n : amount());
  });
  return always({ to: addressOf('an exchange'), logs });
};

/** Takes a token from one of our addresses, by an allowance or as a token that lies. */
const taken: MakePlan = (_, to, amount) => {
  const logs = [erc20Log(TOKEN, to(), addressOf('a collector'), amount())];
  return always({ to: TOKEN, logs });
};

const PLANS: readonly MakePlan[] = [
  (_, to, amount) => always({ to: to(), value: amount() }),
  (_, to, amount) => always({ to: to(), value: amount() + 1n, failed: true }),
  (sender, to, amount) => {
    const [recipient, value] = [to(), amount()];
    const logs = [erc20Log(TOKEN, sender, recipient, value)];
    return always({ to: TOKEN, input: callOf(recipient, value), logs });
  },
  (_, to, amount) => always({ to: TOKEN, input: callOf(to(), amount()), failed: true }),
  // Calls the token, yet nothing comes of it, and the transaction succeeds.
  (_, to, amount) => always({ to: TOKEN, input: callOf(to(), amount()), logs: [] }),
  (sender, to, amount) => {
    const recipient = to();
    const logs = [amount(), amount(), 0n].map((it) => erc20Log(TOKEN, sender, recipient, it));
    return always({ to: addressOf('a batch'), logs });
  },
  (sender, to, amount) => always({ logs: [erc20Log(UNKNOWN_TOKEN, sender, to(), amount())] }),
  (sender, to, amount) => {
    const topics = [TRANSFER_TOPIC, topicOf(sender), topicOf(to()), wordOf(amount())];
    return always({ logs: [{ address: NFT, topics, data: '0x' }] });
  },
  ...[shapeShifting, fickle, turnover, taken],
];

/** What its gas costs: the price is 1. */
function gasOf(gas: number) {
  return { receiptFields: { gasUsed: `0x${gas.toString(16)}`, effectiveGasPrice: '0x1' } };
}

function always(plan: TransactionPlan): Plan {
  return () => plan;
}
