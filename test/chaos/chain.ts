import { pause } from '@daybook/platform/plain';
import { HDNodeWallet, Transaction, type TransactionRequest } from 'ethers';
import {
  CHAIN,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../../apps/chain-watcher/testing/local-chain';
import type { Random } from '../../apps/chain-watcher/testing/random';
import { until } from '../dependencies';
import { purseKeys } from './purse-keys';

const PHRASE = 'test test test test test test test test test test test junk';
const walletAt = (index: number) => HDNodeWallet.fromPhrase(PHRASE, '', `m/44'/60'/0'/0/${index}`);
/** Who pays in, who tops purses up, and where sweeps go. The first two have coins of the first block. */
const PAYER = walletAt(0);
const GAS = walletAt(4);
export const SWEEPS_GO_TO = walletAt(20).address;
export const GAS_COMES_FROM = GAS.address;

export const CONFIRMATIONS = 4;
/** Some reorgs take back what is credited already. */
const REORG_DEPTH_MAX = CONFIRMATIONS + 2;
const GAS_PRICE = 10n ** 10n;
const COIN_GAS = 21_000n;
const TOKEN_GAS = 150_000n;
const FINNEY = 10n ** 15n;
const TOKENS_MIN = 1_000;

export interface WatchedPurse {
  readonly id: string;
  readonly address: string;
}

/** A chain on which everything happens that happens to purses, as `random` chooses. */
export type ChaosChain = Awaited<ReturnType<typeof startChaosChain>>;

export async function startChaosChain(
  random: Random,
  openedBranches: () => Promise<readonly number[]>,
) {
  const local = await startLocalChain();
  const keyOf = purseKeys(openedBranches);
  const purses: WatchedPurse[] = [];
  const firstBlock = await local.height();
  /** What was sent, by hash, to be sent again after a reorg. */
  const sent = new Map<string, Sent>();
  const counts: Record<string, number> = {};
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: a nonce is read and used, and a reorg replaces blocks. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  const coinsOf = async (address: string, at = 'latest') =>
    BigInt((await local.rpc('eth_getBalance', address, at)) as string);
  const tokensOf = async (address: string, at = 'latest') => {
    const { data } = local.callUsdt('balanceOf', address);
    return BigInt((await local.rpc('eth_call', { to: local.usdt, data }, at)) as string);
  };

  async function send(
    wallet: HDNodeWallet,
    call: TransactionRequest,
    pays: readonly Payment[] = [],
  ): Promise<void> {
    const from = wallet.address;
    const nonce = Number(await local.rpc('eth_getTransactionCount', from, 'pending'));
    const common = { chainId: 31_337, type: 0, gasPrice: GAS_PRICE, gasLimit: 500_000n };
    const raw = await wallet.signTransaction({ ...common, nonce, ...call });
    sent.set(Transaction.from(raw).hash as string, { raw, from, nonce, pays });
    await local.rpc('eth_sendRawTransaction', raw);
  }

  const coins = () => (random.oneIn(8) ? FINNEY / 2n : FINNEY * BigInt(1 + random.integer(40)));
  const tokens = () => BigInt(random.oneIn(8) ? TOKENS_MIN / 2 : TOKENS_MIN + random.integer(5e6));
  const anyPurse = () => random.pick(purses);

  /** Sends what the purse has, or a part; nothing if that does not pay for the gas. */
  async function fromPurse(to: string, what: 'coin' | 'token'): Promise<void> {
    const wallet = await keyOf(anyPurse().address);
    if (wallet === undefined) return;
    const gasLimit = what === 'coin' ? COIN_GAS : TOKEN_GAS;
    const left = (await coinsOf(wallet.address, 'pending')) - gasLimit * GAS_PRICE;
    if (left <= 0n) return;
    const have = what === 'coin' ? left : await tokensOf(wallet.address, 'pending');
    const amount = random.oneIn(3) ? have : (have * BigInt(1 + random.integer(9))) / 10n;
    const call = what === 'coin' ? { to, value: amount } : local.payUsdt(to, amount);
    await send(wallet, { ...call, gasLimit });
  }

  /** One is paid by a transfer, several by the calls of a contract. */
  function payCoins(to: readonly string[], amounts: readonly bigint[]): Promise<void> {
    const [one, value] = [to[0] as string, amounts[0] as bigint];
    const call = to.length === 1 ? { to: one, value } : local.batchNative(to, amounts);
    return send(PAYER, call, paymentsOf(NATIVE, to, amounts));
  }

  function payTokens(to: readonly string[], amounts: readonly bigint[]): Promise<void> {
    const [one, amount] = [to[0] as string, amounts[0] as bigint];
    const call = to.length === 1 ? local.payUsdt(one, amount) : local.batchUsdt(to, amounts);
    return send(PAYER, call, paymentsOf(tokenIdOf(local), to, amounts));
  }

  const acts: readonly (readonly [weight: number, name: string, act: () => Promise<void>])[] = [
    [4, 'coins in', () => payCoins([anyPurse().address], [coins()])],
    [4, 'tokens in', () => payTokens([anyPurse().address], [tokens()])],
    [1, 'tokens in, several', () => payTokens(threePurses(), threeOf(tokens))],
    [1, 'coins in, by calls', () => payCoins(threePurses(), threeOf(coins))],
    [2, 'top-up', () => send(GAS, { to: anyPurse().address, value: coins() })],
    [2, 'sweep of coins', () => fromPurse(SWEEPS_GO_TO, 'coin')],
    [2, 'sweep of tokens', () => fromPurse(SWEEPS_GO_TO, 'token')],
    [1, 'from purse to purse', () => fromPurse(anyPurse().address, 'coin')],
    [
      1,
      'failed',
      () => send(PAYER, local.callUsdt('transferFrom', PAYER.address, GAS.address, 1n)),
    ],
  ];
  const threePurses = () => [anyPurse(), anyPurse(), anyPurse()].map(({ address }) => address);
  const threeOf = (amount: () => bigint) => [amount(), amount(), amount()];
  const deck = acts.flatMap(([weight, name, act]) =>
    Array.from({ length: weight }, () => ({ name, act })),
  );

  /** Replaces the last blocks. What was in them comes again as a whole, in part, or not at all. */
  async function reorg(): Promise<void> {
    const head = await local.height();
    const depth = Math.min(1 + random.integer(REORG_DEPTH_MAX), head - firstBlock);
    if (depth < 1) return;
    const lost: Sent[] = [];
    for (let at = head - depth + 1; at <= head; at++) lost.push(...(await sentIn(at)));
    await local.rpc('anvil_reorg', depth, []);
    count('reorg');
    // A transaction is valid only behind all those of its sender before it.
    const lastKept = new Map<string, number>();
    for (const { raw, from, nonce } of lost.sort((a, b) => a.nonce - b.nonce)) {
      const isNext = (lastKept.get(from) ?? nonce - 1) === nonce - 1;
      if (!isNext || random.oneIn(6)) continue;
      lastKept.set(from, nonce);
      await local.rpc('eth_sendRawTransaction', raw).catch(() => count('refused by the node'));
    }
  }

  async function sentIn(block: number): Promise<Sent[]> {
    const found = await local.rpc('eth_getBlockByNumber', `0x${block.toString(16)}`, false);
    const { transactions } = found as { transactions: string[] };
    return transactions.flatMap((hash) => sent.get(hash) ?? []);
  }

  return {
    local,
    counts,
    purses: purses as readonly WatchedPurse[],
    watch: (purse: WatchedPurse) => void purses.push(purse),
    keyOf,
    /** Pays, sweeps and mines until the signal. */
    async live(
      pace: { readonly blockMs: number; readonly reorgEveryMs: number },
      signal: AbortSignal,
    ) {
      const every = async (ms: number, work: () => Promise<unknown>) => {
        while (!signal.aborted) {
          await pause(ms * (0.5 + random.integer(1_000) / 1_000), signal);
          if (!signal.aborted) await inTurn(work);
        }
      };
      const act = async () => {
        if (purses.length === 0) return;
        const { name, act: one } = random.pick(deck);
        // A reorg may have taken away what was to be spent.
        await one().then(
          () => count(name),
          () => count('refused by the node'),
        );
      };
      await Promise.all([
        every(pace.blockMs, () => local.mine()),
        every(pace.blockMs / 3, act),
        every(pace.reorgEveryMs, reorg),
      ]);
    },
    /** Puts what is pending into blocks, and enough behind them to make all of it final. */
    async settle(): Promise<void> {
      const isEmpty = async () => {
        await local.mine();
        const { pending } = (await local.rpc('txpool_status')) as { pending: string };
        return Number(pending) === 0;
      };
      await until(isEmpty, { description: 'An empty mempool' });
      await local.mine(CONFIRMATIONS + 1);
    },
    /** What was paid to purses by transactions that the chain has. */
    async deposits(): Promise<readonly Deposit[]> {
      const found: Deposit[] = [];
      for (const [txHash, { pays }] of sent) {
        if (pays.length === 0) continue;
        const receipt = await local.rpc('eth_getTransactionReceipt', txHash);
        if ((receipt as { status?: string } | null)?.status !== '0x1') continue;
        found.push(...pays.map((payment) => ({ txHash, ...payment })));
      }
      return found;
    },
    /** What the chain says that a purse has, by asset. */
    holdings: async ({ address }: WatchedPurse): Promise<ReadonlyMap<string, bigint>> =>
      new Map([
        [NATIVE, await coinsOf(address)],
        [tokenIdOf(local), await tokensOf(address)],
      ]),
    stop: () => local.stop(),
  };
}

interface Payment {
  readonly asset: string;
  readonly to: string;
  readonly amount: bigint;
}

export interface Deposit extends Payment {
  readonly txHash: string;
}

interface Sent {
  readonly raw: string;
  readonly from: string;
  readonly nonce: number;
  /** What it pays to purses from outside. */
  readonly pays: readonly Payment[];
}

function paymentsOf(asset: string, to: readonly string[], amounts: readonly bigint[]): Payment[] {
  return to.map((address, i) => ({ asset, to: address, amount: amounts[i] as bigint }));
}

const tokenIdOf = ({ usdt }: LocalChain) => `${CHAIN}/erc20:${usdt}`;

/** The chain in the chains file. */
export function chainEntry(local: LocalChain): object {
  return {
    ...{ id: CHAIN, name: 'Local', rpcUrl: local.anvil.url, wsUrl: local.anvil.wsUrl },
    ...{ blockTimeMs: null, reorgWindow: 64, startBlock: 0 },
    finality: { kind: 'depth', confirmations: CONFIRMATIONS },
    assets: [
      { id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: String(FINNEY) },
      { id: tokenIdOf(local), currency: 'USDT_LOCAL', decimals: 6, minimum: String(TOKENS_MIN) },
    ],
  };
}
