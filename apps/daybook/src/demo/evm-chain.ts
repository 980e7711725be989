import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { familyOfChain } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import { type Anvil, freePort, isPortFree, startAnvil } from '@daybook/platform';
import { pause } from '@daybook/platform/plain';
import {
  getCreateAddress,
  HDNodeWallet,
  Interface,
  keccak256,
  parseEther,
  parseUnits,
  type TransactionRequest,
} from 'ethers';
import { writePrivately } from '../cli/data-folder';
import type { DemoChain, DemoChainPlace, Payment } from './chain';
import { plainErc20 } from './contracts/plain-erc20.generated';
import { usdtLike } from './contracts/usdt-like.generated';

/** The port that EVM tools expect of a local node. */
const USUAL_PORT = 8545;
const POLL_MS = 200;
const CALL_TIMEOUT_MS = 10_000;
/** Few, so that the demo is short; more than the one block that a killed node may forget. */
const CONFIRMATIONS = 3;
const CAIP_2 = 'eip155:31337';
const FAMILY = familyOfChain(CAIP_2) as Family;
/** The supply of each token, in base units. The faucet owns it. */
const SUPPLY = 1_000_000_000n * 10n ** 6n;

/**
 * The keys of the faucet, which owns all coins of the local chain. They differ from the development xpub
 * of purses, or the first purses would be the faucet.
 */
const FAUCET_PHRASE = 'candy maple cake sugar pudding cream honey rich smooth crumble sweet treat';

const TOKEN = new Interface(['function transfer(address to, uint256 value)']);
const TOKEN_DECIMALS = 6;
const COIN = 'ETH_LOCAL';

/** The node and the faucet. */
interface EvmNode {
  /** The address of the faucet. */
  readonly faucet: string;
  /** Signs a transaction of the faucet. */
  sign(transaction: TransactionRequest): Promise<string>;
  /** Calls the node (JSON-RPC 2.0). */
  rpc<T>(method: string, ...params: readonly unknown[]): Promise<T>;
}

interface Tokens {
  readonly usdt: string;
  readonly usdc: string;
}

/**
 * Starts the local chain where it was left. Blocks are made on demand only. The whole chain is written to
 * `folder` after every block, so a killed node returns with the same blocks except the very last. Two
 * tokens are deployed at the first start.
 */
export async function startEvmChain({ folder, port }: DemoChainPlace): Promise<DemoChain> {
  mkdirSync(folder, { recursive: true });
  const state = join(folder, 'state.json');
  const anvil = await startAnvil({
    port: port ?? ((await isPortFree(USUAL_PORT)) ? USUAL_PORT : await freePort()),
    args: ['--no-mining', '--order', 'fifo', '--mnemonic', FAUCET_PHRASE].concat(
      existsSync(state) ? ['--load-state', state] : [],
    ),
  });
  const wallet = HDNodeWallet.fromPhrase(FAUCET_PHRASE);
  const node: EvmNode = {
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
    const stopping = new AbortController();
    const saving = saveBlocks(node.rpc, state, stopping.signal);
    void anvil.exited.then(() => stopping.abort());
    const stop = async (): Promise<void> => {
      stopping.abort();
      await saving;
      await anvil.stop();
    };
    const { url, port: onPort, pid, exited, answers } = anvil;
    return {
      ...{ family: FAMILY, port: onPort, pid, exited, answers, stop, remark: '' },
      description: `Local EVM chain (anvil) on ${url}`,
      entry: entryFor(anvil, tokens),
      amounts: { firstToken: '25.5', secondToken: '40', coin: '0.75' },
      ...actionsOn(node, tokens),
      ...{ addressPattern: '0x[0-9a-fA-F]\\{40\\}', coin: COIN },
    };
  } catch (error) {
    await anvil.kill();
    throw error;
  }
}

function actionsOn(
  { faucet, sign, rpc }: EvmNode,
  { usdt, usdc }: Tokens,
): Pick<DemoChain, 'sign' | 'announce' | 'mine'> {
  const transactionOf = ({ what, to, amount }: Payment): TransactionRequest => {
    if (what === 'coin') return { to, value: parseEther(amount) };
    const data = TOKEN.encodeFunctionData('transfer', [to, parseUnits(amount, TOKEN_DECIMALS)]);
    return { to: what === 'firstToken' ? usdt : usdc, data };
  };
  return {
    sign: async (payments) => {
      const count = await rpc<string>('eth_getTransactionCount', faucet, 'pending');
      const signed = payments.map(async (payment, i) => {
        const raw = await sign({ ...transactionOf(payment), nonce: Number(count) + i });
        return { hash: keccak256(raw), raw };
      });
      return Promise.all(signed);
    },
    announce: async (signed, again) => {
      for (const { hash, raw } of signed) {
        if (again) await rpc('anvil_dropTransaction', hash).catch(() => undefined);
        if (!(await rpc('eth_getTransactionByHash', hash))) {
          await rpc('eth_sendRawTransaction', raw);
        }
      }
    },
    mine: async () => {
      await rpc('evm_mine');
      return Number(await rpc('eth_blockNumber'));
    },
  };
}

/** Writes the whole chain to `file` whenever it has a new head; checks for one last time before it ends. */
async function saveBlocks(rpc: EvmNode['rpc'], file: string, signal: AbortSignal): Promise<void> {
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
async function deployTokens({ faucet, sign, rpc }: EvmNode): Promise<Tokens> {
  const [usdt, usdc] = [0, 1].map((nonce) => getCreateAddress({ from: faucet, nonce }));
  const constructors = [
    [usdtLike, [SUPPLY]],
    [plainErc20, ['Plain USD', 'USDC', TOKEN_DECIMALS, SUPPLY]],
  ] as const;
  if ((await rpc('eth_getCode', usdc, 'latest')) === '0x') {
    for (const [nonce, [{ bytecode, abi }, values]] of constructors.entries()) {
      const data = bytecode + new Interface(abi).encodeDeploy(values).slice(2);
      await rpc('eth_sendRawTransaction', await sign({ nonce, data, gasLimit: 5_000_000n }));
    }
    await rpc('evm_mine');
  }
  return { usdt, usdc } as Tokens;
}

function entryFor({ url, wsUrl }: Anvil, { usdt, usdc }: Tokens): object {
  const asset = (id: string, currency: string, decimals: number, minimum: string) => ({
    ...{ id: `${CAIP_2}/${id}`, currency, decimals, minimum },
  });
  return {
    id: CAIP_2,
    name: 'Local chain',
    ...{ rpcUrl: url, wsUrl, startBlock: 0, blockTimeMs: null },
    finality: { kind: 'depth', confirmations: CONFIRMATIONS },
    reorgWindow: 64,
    assets: [
      asset('slip44:60', COIN, 18, '1000000000000000'),
      asset(`erc20:${usdt.toLowerCase()}`, 'USDT_LOCAL', 6, '1000000'),
      asset(`erc20:${usdc.toLowerCase()}`, 'USDC_LOCAL', 6, '1000000'),
    ],
  };
}
