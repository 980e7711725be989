import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type Anvil, freePort, isPortFree, startAnvil } from '@daybook/platform';
import { getCreateAddress, HDNodeWallet, Interface, type TransactionRequest } from 'ethers';
import { writePrivately } from '../data-folder';
import type { Startable } from '../keep-running';
import { plainErc20 } from './contracts/plain-erc20.generated';
import { usdtLike } from './contracts/usdt-like.generated';
import { rpc } from './rpc';

/** Where EVM tools look for a local node. */
const USUAL_PORT = 8545;
const LOOK_EVERY_MS = 200;
/** Few, so that the demo is short; more than the one block that a killed node can forget. */
export const CONFIRMATIONS = 3;
const CAIP_2 = 'eip155:31337';
/** Whole tokens that exist of each; all belong to the faucet. */
const SUPPLY = 1_000_000_000n * 10n ** 6n;

/**
 * Owns all coins of the local chain. Another phrase than the one that purse addresses come from by
 * default, or the first purses would be the faucet itself.
 */
const FAUCET_PHRASE = 'candy maple cake sugar pudding cream honey rich smooth crumble sweet treat';

export const TOKEN_ABI = new Interface([
  'function transfer(address to, uint256 value)',
  'function balanceOf(address owner) view returns (uint256)',
]);

export interface DemoChainOptions {
  /** Keeps the chain. */
  readonly folder: string;
  /** The usual one, or any free one, when left out. */
  readonly port?: number;
}

export interface DemoChain extends Startable {
  readonly url: string;
  readonly wsUrl: string;
  readonly port: number;
  /** Tells ledger and watcher about the chain and its assets. */
  readonly chainsFile: string;
  /** Contract addresses. */
  readonly tokens: { readonly usdt: string; readonly usdc: string };
  /** Signs a transaction of the faucet; the caller sends it, again if need be. */
  sign(transaction: TransactionRequest): Promise<string>;
  faucet: string;
  /** Makes a block of what waits in the mempool and remembers the chain. */
  mine(): Promise<void>;
}

/**
 * Starts the local chain where it was left: blocks come on demand only, and after each one the whole
 * chain is written to `folder`, so a killed node comes back with the same blocks, the very last one
 * at most missing. Two tokens are deployed at first start.
 */
export async function startDemoChain(options: DemoChainOptions): Promise<DemoChain> {
  const { folder } = options;
  mkdirSync(folder, { recursive: true });
  const state = join(folder, 'state.json');
  const chainsFile = join(folder, 'chains.json');
  const anvil = await startAnvil({
    port: options.port ?? ((await isPortFree(USUAL_PORT)) ? USUAL_PORT : await freePort()),
    args: ['--no-mining', '--order', 'fifo', '--mnemonic', FAUCET_PHRASE].concat(
      existsSync(state) ? ['--load-state', state] : [],
    ),
  });
  const wallet = HDNodeWallet.fromPhrase(FAUCET_PHRASE);
  const remember = createMemory(anvil, state);
  const mine = async (): Promise<void> => {
    await rpc(anvil.url, 'evm_mine');
    await remember();
  };
  const sign = (transaction: TransactionRequest): Promise<string> =>
    wallet.signTransaction({
      chainId: 31337,
      type: 2,
      gasLimit: 1_000_000n,
      maxFeePerGas: 100n * 10n ** 9n,
      maxPriorityFeePerGas: 10n ** 9n,
      ...transaction,
    });
  try {
    const tokens = await deployTokens(anvil.url, wallet.address, sign, mine);
    writeFileSync(chainsFile, chainsFileFor(anvil, tokens));
    const watching = new AbortController();
    void rememberChanges(remember, watching.signal);
    void anvil.exited.then(() => watching.abort());
    const stop = async (): Promise<void> => {
      watching.abort();
      await remember().catch(() => undefined);
      await anvil.stop();
    };
    const { url, wsUrl, port, pid, exited } = anvil;
    return {
      ...{ url, wsUrl, port, pid, exited, stop, chainsFile, tokens, sign, mine },
      faucet: wallet.address,
    };
  } catch (error) {
    await anvil.kill();
    throw error;
  }
}

/** Writes the whole chain to `file` if its head is another than last time. */
function createMemory(anvil: Anvil, file: string): () => Promise<void> {
  let remembered: string | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const { hash } = await rpc<{ hash: string }>(
      anvil.url,
      'eth_getBlockByNumber',
      'latest',
      false,
    );
    if (hash === remembered) return;
    const dump = await rpc<string>(anvil.url, 'anvil_dumpState');
    writePrivately(file, gunzipSync(Buffer.from(dump.slice(2), 'hex')));
    remembered = hash;
  };
  return () => {
    writing = writing.catch(() => undefined).then(write);
    return writing;
  };
}

/** Others may mine too, through the node's own interface. */
async function rememberChanges(remember: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await remember().catch(() => undefined);
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The contracts of the faucet's first two transactions; what is missing is deployed. */
async function deployTokens(
  url: string,
  owner: string,
  sign: DemoChain['sign'],
  mine: () => Promise<void>,
): Promise<DemoChain['tokens']> {
  const usdt = getCreateAddress({ from: owner, nonce: 0 });
  const usdc = getCreateAddress({ from: owner, nonce: 1 });
  if ((await rpc<string>(url, 'eth_getCode', usdc, 'latest')) === '0x') {
    const creations = [
      usdtLike.bytecode + new Interface(usdtLike.abi).encodeDeploy([SUPPLY]).slice(2),
      plainErc20.bytecode +
        new Interface(plainErc20.abi).encodeDeploy(['Plain USD', 'USDC', 6, SUPPLY]).slice(2),
    ];
    for (const [nonce, data] of creations.entries()) {
      await rpc(url, 'eth_sendRawTransaction', await sign({ nonce, data, gasLimit: 5_000_000n }));
    }
    await mine();
  }
  return { usdt, usdc };
}

function chainsFileFor({ url, wsUrl }: Anvil, { usdt, usdc }: DemoChain['tokens']): string {
  const token = (address: string, currency: string) => ({
    id: `${CAIP_2}/erc20:${address.toLowerCase()}`,
    currency,
    decimals: 6,
    minimum: '1000000',
  });
  const chain = {
    id: CAIP_2,
    name: 'Local chain',
    rpcUrl: url,
    wsUrl,
    startBlock: 0,
    blockTimeMs: null,
    finality: { kind: 'depth', confirmations: CONFIRMATIONS },
    reorgWindow: 64,
    assets: [
      {
        id: `${CAIP_2}/slip44:60`,
        currency: 'ETH_LOCAL',
        decimals: 18,
        minimum: '1000000000000000',
      },
      token(usdt, 'USDT_LOCAL'),
      token(usdc, 'USDC_LOCAL'),
    ],
  };
  return `${JSON.stringify({ chains: [chain] }, null, 2)}\n`;
}
