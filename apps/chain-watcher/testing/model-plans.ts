import { assetIds } from '@daybook/chains';
import {
  addressOf,
  erc20Log,
  type LogPlan,
  TRANSFER_TOPIC,
  type TransactionPlan,
  topicOf,
  wordOf,
} from '../../../libs/chains/testing/raw-blocks';
import type { CallPlan } from '../../../libs/chains/testing/trace-trees';

export const CHAIN = 'eip155:31337';
export const IDS = assetIds(CHAIN, `${CHAIN}/slip44:60`);
/** A listed token whose readable logs are true. */
export const TOKEN = addressOf('a token of the registry');
/** A listed token whose logs may say what never moved, and not what did. */
export const LYING_TOKEN = addressOf('a token of the registry that lies');
/** It may have the name and the symbol of a listed one. */
const UNKNOWN_TOKEN = addressOf('a token that nobody lists');
const NFT = addressOf('a collection');
const EXCHANGE = addressOf('an exchange');

/** What a transaction does. */
export interface ModelPlan extends TransactionPlan {
  /** What it calls, which only traces show. */
  readonly calls?: readonly CallPlan[];
  /** What its tokens really move, as true logs would say it; what its logs say when left out. */
  readonly moved?: readonly LogPlan[];
}

/** By the salt of the block that includes it. */
export type Plan = (blockSalt: number) => ModelPlan;
export type MakePlan = (sender: string, to: () => string, amount: () => bigint) => Plan;

export function always(plan: ModelPlan): Plan {
  return () => plan;
}

/** What its gas costs: the price is what the block and the transaction commit to, 7 and a tip of 1 (`raw-blocks.ts`). */
export function gasOf(gas: number) {
  return { receiptFields: { gasUsed: `0x${gas.toString(16)}`, effectiveGasPrice: '0x8' } };
}

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
  const calls = [paid(recipient, to(), value)];
  return (salt) => ({ to: recipient, value, failed: salt % 2 === 0, calls });
};

/** Anybody moves a token in and out of the same addresses. */
const turnover: MakePlan = (sender, to, amount) => {
  const parties = [sender, to(), to(), to(), sender];
  const logs = parties.slice(1).map((party, i) => {
    return erc20Log(TOKEN, parties[i] as string, party, party === parties[i] ? 0n : amount());
  });
  return always({ to: EXCHANGE, logs });
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

/** Tokens whose logs do not say what moves. */
const LYING: readonly MakePlan[] = [
  // A log, and nothing moves.
  (sender, to, amount) => {
    const logs = [erc20Log(LYING_TOKEN, sender, to(), amount() + 1n)];
    return always({ to: LYING_TOKEN, logs, moved: [] });
  },
  // Each movement has its log twice.
  (sender, to, amount) => {
    const log = erc20Log(LYING_TOKEN, sender, to(), amount() + 1n);
    return always({ to: LYING_TOKEN, logs: [log, log], moved: [log] });
  },
  // The recipient gets less than the log says: a fee on the transfer.
  (sender, to, amount) => {
    const [recipient, value] = [to(), amount() + 10n];
    const logs = [erc20Log(LYING_TOKEN, sender, recipient, value)];
    const moved = [erc20Log(LYING_TOKEN, sender, recipient, value - 1n)];
    return always({ to: LYING_TOKEN, logs, moved });
  },
  // Something moves, and no log says so.
  (sender, to, amount) => {
    const moved = [erc20Log(LYING_TOKEN, sender, to(), amount())];
    return always({ to: LYING_TOKEN, logs: [], moved });
  },
  // A log that is no transfer of the standard: the amount is missing, or the sender. Some of these move nothing.
  (sender, to, amount) => {
    const [recipient, value] = [to(), amount()];
    const data = value % 2n === 0n ? '0x' : wordOf(value) + wordOf(1n).slice(2);
    const topics = [TRANSFER_TOPIC, topicOf(sender), topicOf(recipient)];
    const moved = value % 3n === 0n ? [] : [erc20Log(TOKEN, sender, recipient, value)];
    return always({ to: TOKEN, logs: [{ address: TOKEN, topics, data }], moved });
  },
];

function paid(from: string, to: string, value: bigint, more: Partial<CallPlan> = {}): CallPlan {
  return { type: 'CALL', from, to, value, ...more };
}

/** Coins that move inside of a transaction. An address that pays so is a contract, as EIP-7702 allows any to be. */
const INTERNAL: readonly MakePlan[] = [
  // A batch that pays several, one of them below a call that moves nothing, and one payment that fails.
  (_, to, amount) => {
    const nested = paid(EXCHANGE, to(), amount() + 1n);
    const failing = paid(EXCHANGE, to(), 1_000n, { failed: true, calls: [nested] });
    const borrowed = { type: 'DELEGATECALL', from: EXCHANGE, to: addressOf('code'), value: 7n };
    const calls = [
      paid(EXCHANGE, to(), amount() + 1n),
      failing,
      { ...borrowed, calls: [nested] },
      paid(EXCHANGE, to(), amount() + 1n),
    ];
    return always({ to: EXCHANGE, calls });
  },
  // A contract that destroys itself to somebody.
  (_, to, amount) => {
    const value = amount() + 1n;
    const calls = [{ type: 'SELFDESTRUCT', from: addressOf('created'), to: to(), value }];
    return always({ value, calls });
  },
  // In and out of one address, in either order.
  (_, to, amount) => {
    const [purse, other, value] = [to(), to(), amount() + 1n];
    const calls = [paid(EXCHANGE, purse, value), paid(purse, other, amount() + 1n)];
    return always({ to: EXCHANGE, calls: value % 2n === 0n ? calls : calls.toReversed() });
  },
  // Its own value comes in, and a part of it goes on.
  (_, to, amount) => {
    const [purse, value] = [to(), amount() + 1n];
    return always({ to: purse, value, calls: [paid(purse, to(), (value + 1n) / 2n)] });
  },
  // Somebody pays, and gets a part back.
  (sender, _, amount) => {
    const value = amount() + 1n;
    return always({ to: EXCHANGE, value, calls: [paid(EXCHANGE, sender, (value + 1n) / 2n)] });
  },
  // Another recipient, another amount and another number of calls, by the block that includes it.
  (_, to, amount) => {
    const [recipients, value] = [[to(), to()] as const, amount() + 1n];
    return (salt) => {
      const first = paid(EXCHANGE, recipients[salt % 2 === 0 ? 0 : 1], value + BigInt(salt % 3));
      const calls = salt % 3 === 0 ? [first] : [paid(EXCHANGE, recipients[1], 1n), first];
      return { to: EXCHANGE, calls };
    };
  },
];

/** What somebody may sign. */
export const ALL_PLANS: readonly MakePlan[] = [...PLANS, ...LYING, ...INTERNAL];
