import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { familyOfChain } from '@daybook/chains';
import { type Anvil, freePort, isPortFree, startAnvil } from '@daybook/platform';
import { pause } from '@daybook/platform/plain';
import { getCreateAddress, HDNodeWallet, Interface, type TransactionRequest } from 'ethers';
import { writePrivately } from '../cli/data-folder';
import { plainErc20 } from './contracts/plain-erc20.generated';
import { usdtLike } from './contracts/usdt-like.generated';

/** The port that EVM tools expect of a local node. */
const USUAL_PORT = 8545;
const POLL_MS = 200;
const CALL_TIMEOUT_MS = 10_000;
/** Few, so that the demo is short; more than the one block that a killed node may forget. */
export const CONFIRMATIONS = 3;
const CAIP_2 = 'eip155:31337';
export const DEMO_FAMILY = familyOfChain(CAIP_2);
/** The supply of each token, in base units. The faucet owns it. */
const SUPPLY = 1_000_000_000n * 10n ** 6n;

/**
 * The keys of the faucet, which owns all coins of the local chain. They differ from the development xpub
 * of purses, or the first purses would be the faucet.
 */
const FAUCET_PHRASE = 'candy maple cake sugar pudding cream honey rich smooth crumble sweet treat';

export interface DemoChain extends Omit<Anvil, 'kill'> {
  /** Declares the chain and its assets to ledger and watcher. */
  readonly chainsFile: string;
  /** Contract addresses. */
  readonly tokens: { readonly usdt: string; readonly usdc: string };
  /** The address of the faucet. */
  readonly faucet: string;
  /** Signs a transaction of the faucet. */
  sign(transaction: TransactionRequest): Promise<string>;
  /** Calls the node (JSON-RPC 2.0). */
  rpc<T>(method: string, ...params: readonly unknown[]): Promise<T>;
}

/**
 * Starts the local chain where it was left. Blocks are made on demand only. The whole chain is written to
 * `folder` after every block, so a killed node returns with the same blocks except the very last. Two
 * tokens are deployed at the first start. Without `port` it uses the usual one, or any free one.
 */
export async function startDemoChain({
  folder,
  port,
}: {
  readonly folder: string;
  readonly port?: number;
}): Promise<DemoChain> {
  mkdirSync(folder, { recursive: true });
  const state = join(folder, 'state.json');
  const chainsFile = join(folder, 'chains.json');
  const anvil = await startAnvil({
    port: port ?? ((await isPortFree(USUAL_PORT)) ? USUAL_PORT : await freePort()),
    args: ['--no-mining', '--order', 'fifo', '--mnemonic', FAUCET_PHRASE].concat(
      existsSync(state) ? ['--load-state', state] : [],
    ),
  });
  const wallet = HDNodeWallet.fromPhrase(FAUCET_PHRASE);
  const node: Pick<DemoChain, 'faucet' | 'sign' | 'rpc'> = {
    faucet: wallet.address,
    sign: (transaction) =>
      wallet.signTransaction({
        ...{ chainId: 31337, type: 2, gasLimit: 1_000_000n },
        ...{ maxFeePerGas: 100n * 10n ** 9n, maxPriorityFeePerGas: 10n ** 9n },
        ...transaction,
      }),
    rpc: (method, ...params) => call(anvil.url, method, params),
  };
  try {
    const tokens = await deployTokens(node);
    writeFileSync(chainsFile, chainsFileFor(anvil, tokens));
    const stopping = new AbortController();
    const saving = saveBlocks(node.rpc, state, stopping.signal);
    void anvil.exited.then(() => stopping.abort());
    const stop = async (): Promise<void> => {
      stopping.abort();
      await saving;
      await anvil.stop();
    };
    const { url, wsUrl, pid, exited } = anvil;
    return { ...node, url, wsUrl, port: anvil.port, pid, exited, stop, chainsFile, tokens };
  } catch (error) {
    await anvil.kill();
    throw error;
  }
}

/** Writes the whole chain to `file` whenever it has a new head; checks for one last time before it ends. */
async function saveBlocks(rpc: DemoChain['rpc'], file: string, signal: AbortSignal): Promise<void> {
  let saved: string | undefined;
  for (let isLast = false; !isLast; ) {
    isLast = signal.aborted;
    try {
      const { hash } = await rpc<{ hash: string }>('eth_getBlockByNumber', 'latest', false);
      if (hash !== saved) {
        const dump = await rpc<string>('anvil_dumpState');
        writePrivately(file, gunzipSync(Buffer.from(dump.slice(2), 'hex')));
        saved = hash;
      }
    } catch {
      // The node may have been killed. Its next start continues from the last file.
    }
    await pause(POLL_MS, signal);
  }
}

async function call<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
  const { result, error } = (await response.json()) as { result: T; error?: { message?: string } };
  if (error) throw new Error(`${method}: ${error.message ?? JSON.stringify(error)}`);
  return result;
}

/** Deploys the tokens, which are the contracts of the faucet's first two transactions. */
async function deployTokens({
  faucet,
  sign,
  rpc,
}: Pick<DemoChain, 'faucet' | 'sign' | 'rpc'>): Promise<DemoChain['tokens']> {
  const [usdt, usdc] = [0, 1].map((nonce) => getCreateAddress({ from: faucet, nonce }));
  const constructors = [
    [usdtLike, [SUPPLY]],
    [plainErc20, ['Plain USD', 'USDC', 6, SUPPLY]],
  ] as const;
  if ((await rpc('eth_getCode', usdc, 'latest')) === '0x') {
    for (const [nonce, [{ bytecode, abi }, values]] of constructors.entries()) {
      const data = bytecode + new Interface(abi).encodeDeploy(values).slice(2);
      await rpc('eth_sendRawTransaction', await sign({ nonce, data, gasLimit: 5_000_000n }));
    }
    await rpc('evm_mine');
  }
  return { usdt, usdc } as DemoChain['tokens'];
}

function chainsFileFor({ url, wsUrl }: Anvil, { usdt, usdc }: DemoChain['tokens']): string {
  const asset = (id: string, currency: string, decimals: number, minimum: string) => ({
    ...{ id: `${CAIP_2}/${id}`, currency, decimals, minimum },
  });
  const chain = {
    id: CAIP_2,
    name: 'Local chain',
    ...{ rpcUrl: url, wsUrl, startBlock: 0, blockTimeMs: null },
    finality: { kind: 'depth', confirmations: CONFIRMATIONS },
    reorgWindow: 64,
    assets: [
      asset('slip44:60', 'ETH_LOCAL', 18, '1000000000000000'),
      asset(`erc20:${usdt.toLowerCase()}`, 'USDT_LOCAL', 6, '1000000'),
      asset(`erc20:${usdc.toLowerCase()}`, 'USDC_LOCAL', 6, '1000000'),
    ],
  };
  return `${JSON.stringify({ chains: [chain] }, null, 2)}\n`;
}
