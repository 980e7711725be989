import { addressOf, TRANSFER_TOPIC, topicOf } from '../../../libs/chains/testing/raw-blocks';
import { callsInOne } from './calls-in-one';
import type { Call, Holder, LocalChain, Signed } from './local-chain';

/** A way in which coins move on a real node. */
export interface CoinMove {
  readonly name: string;
  act(around: Movers): Promise<readonly Signed[]>;
  /** How much of the coin reaches the purse, or leaves it, as only traces show. */
  readonly traced?: bigint;
  /** How much less of the lying token there is than its logs say. */
  readonly withheld?: bigint;
  /** What is published of it that is no balance of a listed asset: a part of the asset's id. */
  readonly shows?: string;
}

export interface Movers {
  readonly local: LocalChain;
  readonly purse: Holder;
  readonly other: Holder;
  /** Has coins, and is of nobody. */
  readonly somebody: Holder;
  readonly lyingToken: string;
}

const STRANGER = addressOf('stranger');
const SINGLE_TOPIC = '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62';
/** What a plain payment costs at the price of the local chain. */
const PLAIN_FEE = 21_000n * 10n ** 10n;
/** What each purse has before it moves anything. */
export const START = { coins: 10n ** 18n, tokens: 1_000n };

/** Coins by calls, creations and self-destructs; tokens by contracts; what leaves; and what lies. */
export const COIN_MOVES: readonly CoinMove[] = [
  {
    name: 'an internal transfer',
    act: async ({ local, purse }) => [await local.send(local.batchNative([purse.address], [5n]))],
    traced: 5n,
  },
  {
    name: 'a self-destruct to the purse',
    act: async ({ local, purse }) => [
      await local.send({ data: `0x73${purse.address.slice(2)}ff`, value: 8n }),
    ],
    traced: 8n,
  },
  {
    name: 'a batch of coins by a contract, more than once to one purse',
    act: async ({ local, purse: { address } }) => [
      await local.send(local.batchNative([address, STRANGER, address], [5n, 6n, 7n])),
    ],
    traced: 12n,
  },
  {
    name: 'a batch of tokens by a contract',
    act: async ({ local, purse, other }) => [
      await local.send(
        local.batchUsdt([purse.address, other.address, purse.address], [5n, 6n, 7n]),
      ),
    ],
  },
  {
    name: 'a token that takes a fee on each transfer',
    act: async ({ local, purse, lyingToken }) => [
      await local.send({ ...local.payUsdt(purse.address, 100n), to: lyingToken }),
    ],
    withheld: 1n,
  },
  {
    name: 'transfers to itself',
    act: async ({ local, purse }) => [
      await purse.send({ to: purse.address, value: 5n }),
      await purse.send(local.payUsdt(purse.address, 6n)),
    ],
  },
  {
    name: 'tokens in and out in one transaction',
    async act({ local, purse, somebody }) {
      const contract = somebody.nextContract();
      const first = await local.send(local.payUsdt(contract, 100n));
      await purse.send(local.callUsdt('approve', contract, 60n));
      await local.mine();
      const both = callsInOne([
        local.payUsdt(purse.address, 100n),
        local.callUsdt('transferFrom', purse.address, STRANGER, 60n),
      ]);
      return [first, await somebody.send(both)];
    },
  },
  {
    name: 'coins in and a part of them out in one transaction',
    async act({ local, purse }) {
      // As an account with code (EIP-7702): it passes on one of what it gets.
      const code = `0x60006000600060006001${push20(STRANGER)}5af100`;
      await local.rpc('anvil_setCode', purse.address, code);
      // The state root of a block has the code only if it was mined afterwards.
      await local.mine();
      return [await local.send({ to: purse.address, value: 100n })];
    },
    traced: -1n,
  },
  {
    name: 'a sweep of everything',
    act: async ({ local, purse }) => [
      await purse.send(local.payUsdt(STRANGER, START.tokens)),
      await purse.send({ to: STRANGER, value: START.coins / 2n }),
    ],
  },
  {
    name: 'a sweep after gas was topped up',
    async act({ local, purse, somebody }) {
      const topUp = await somebody.send({ to: purse.address, value: PLAIN_FEE });
      await local.mine();
      return [topUp, await purse.send(local.payUsdt(STRANGER, START.tokens))];
    },
  },
  {
    name: 'from purse to purse',
    act: async ({ local, purse, other }) => [
      await purse.send({ to: other.address, value: 5n }),
      await purse.send(local.payUsdt(other.address, 6n)),
    ],
  },
  {
    name: 'a failed transaction of the purse',
    act: async ({ local, purse }) => [await purse.send(local.payUsdt(STRANGER, 10n ** 30n))],
  },
  {
    name: 'a contract that the purse creates with coins',
    act: async ({ purse }) => [await purse.send({ data: '0x00', value: 5n })],
  },
  {
    name: 'an ERC-1155',
    act: async ({ local, purse }) => [await local.send({ data: erc1155To(purse.address) })],
    shows: 'erc1155:',
  },
];

/** Creation code that logs that somebody gets five of the kind seven. */
export function erc1155To(address: string): string {
  const data = '60076000526005602052';
  return `0x${data}${push20(address)}600033${push32(SINGLE_TOPIC)}60406000a400`;
}

/** A token of which a recipient gets one less than its log says. */
export function lyingTokenCode(): string {
  // The amount into memory; one less of it to what the recipient has; then the recipient is the third topic.
  const add = '602435806000526001900360043580548201905550600435';
  const log = `33${push32(TRANSFER_TOPIC)}60206000a300`;
  const transfer = add + log;
  const isBalance = '36602414';
  // Where the balance is read begins behind both.
  const at = (isBalance.length + 6 + transfer.length) / 2;
  const balance = '5b6004355460005260206000f3';
  const code = `${isBalance}60${at.toString(16)}57${transfer}${balance}`;
  const length = (code.length / 2).toString(16).padStart(4, '0');
  return `0x61${length}80600c6000396000f3${code}`;
}

function push20(address: string): string {
  return `73${address.slice(2)}`;
}

function push32(word: string): string {
  return `7f${word.slice(2)}`;
}

/** Calls `balanceOf`. */
export function balanceCall(token: string, address: string): Call {
  return { to: token, data: `0x70a08231${topicOf(address).slice(2)}` };
}

/** A listed token whose log of a transfer lacks the amount, so that it cannot be read. */
export function oddTokenCode(): string {
  const code = `60043533${push32(TRANSFER_TOPIC)}60006000a300`;
  return `0x61${(code.length / 2).toString(16).padStart(4, '0')}80600c6000396000f3${code}`;
}
