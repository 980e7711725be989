import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, guardChild, isPortFree } from '@daybook/platform';
import { pause } from '@daybook/platform/plain';
import { TronWeb } from 'tronweb';
import type { DemoChain, DemoChainPlace, Payment, Signed } from './chain';

/** The ports of java-tron's two HTTP interfaces lie side by side: 8090 and 8091. */
const USUAL_PORT = 8090;
/** The stand-in needs about 0.5 s; a loaded machine more. */
const START_TIMEOUT_MS = 20_000;
const START_POLL_MS = 20;
const CALL_TIMEOUT_MS = 10_000;
/** One that works answers sooner. */
const ANSWER_TIMEOUT_MS = 2_000;
/** With five witnesses a block is solidified when three more follow, so the demo is short. */
const WITNESSES = 5;
/** Less than on TRON: the story makes blocks faster, and their times must not run far ahead of the clock. */
const BLOCK_TIME_MS = 1_000;
/** A number that is configured as one of a chain whose coins have no value follows from it. */
const SEED = 'daybook demo';
const DECIMALS = 6;
const COIN = 'TRX_LOCAL';
/** In sun. */
const FEE_LIMIT = 100_000_000;

/**
 * The compiled program. It is test code of another library, so it is started as a program and not imported, like
 * anvil. An image for production does not contain it.
 */
const PROGRAM = join(__dirname, '../../../../libs/chains/testing/tron-node/main.js');

const REMARK = `The chain is a stand-in for a TRON node, since no real one can be installed from npm. It answers as java-tron does,
and its blocks are encoded, hashed and signed as real ones, so the watcher proves them. It has five witnesses, so a block
is solidified, and what it pays final, when three more follow. Nothing reaches a real network.`;

/** What the stand-in says of itself. */
interface About {
  /** CAIP-2. */
  readonly chain: string;
  readonly faucet: { readonly address: string; readonly privateKey: string };
  readonly usdt: string;
  /** The id of a TRC-10 token. */
  readonly trc10: string;
}

/**
 * Starts a stand-in for a TRON node where it was left. Blocks are made on demand only. Each is kept in `folder`
 * before anybody sees it, so a killed node returns with the same blocks.
 */
export async function startTronChain({ folder, port }: DemoChainPlace): Promise<DemoChain> {
  if (!existsSync(PROGRAM)) {
    throw new Error(
      'This build has no stand-in for a TRON node. Run the demo from a checkout, where npm ci and npm run demo build it.',
    );
  }
  mkdirSync(folder, { recursive: true });
  const fullPort = port ?? (await twoFreePorts());
  const program = await startProgram(fullPort, join(folder, 'blocks.ndjson'));
  const url = `http://127.0.0.1:${fullPort}`;
  const solidityUrl = `http://127.0.0.1:${fullPort + 1}`;
  const about = await ask<About>(url, 'about');
  const { privateKey } = about.faucet;
  const wallet = new TronWeb({ fullHost: url, solidityNode: solidityUrl, privateKey });
  return {
    ...{ family: 'tron', port: fullPort, ...program, remark: REMARK },
    description: `Stand-in for a TRON node on ${url} (full) and ${solidityUrl} (solidity)`,
    entry: entryFor(url, solidityUrl, about),
    amounts: { firstToken: '25.5', secondToken: '40', coin: '7.5' },
    ...actionsOn(wallet, url, about),
    ...{ addressPattern: 'T[1-9A-HJ-NP-Za-km-z]\\{33\\}', coin: COIN },
  };
}

async function twoFreePorts(): Promise<number> {
  const isUsualFree = (await isPortFree(USUAL_PORT)) && (await isPortFree(USUAL_PORT + 1));
  return isUsualFree ? USUAL_PORT : freePort(2);
}

/** Starts the program and resolves when it answers. It ends with this process, even when that is killed. */
async function startProgram(fullPort: number, journal: string) {
  const ports = { fullPort, solidityPort: fullPort + 1 };
  const chain = { seed: SEED, witnessCount: WITNESSES, blockTimeMs: BLOCK_TIME_MS };
  const child = spawn(
    process.execPath,
    [PROGRAM, JSON.stringify({ ...chain, ...ports, journal })],
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  guardChild(child);
  let said = '';
  const keep = (text: unknown) => (said = `${said}${text}`.slice(-2_000));
  child.on('error', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const deadline = Date.now() + START_TIMEOUT_MS;
  const answers = () =>
    ask(`http://127.0.0.1:${fullPort}`, 'about', {}, ANSWER_TIMEOUT_MS).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    if (child.pid === undefined || child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`The stand-in for a TRON node did not start. It says: ${said.trim()}`);
    }
    await pause(START_POLL_MS);
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  return { pid: child.pid as number, exited, answers, stop };
}

/** Calls what the stand-in has in addition to a node's interface. */
async function ask<T>(
  url: string,
  name: string,
  question: object = {},
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<T> {
  const response = await fetch(`${url}/stand-in/${name}`, {
    method: 'POST',
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = (await response.json()) as T & { readonly Error?: string };
  if (answer.Error !== undefined) throw new Error(`${name}: ${answer.Error}`);
  return answer;
}

type SignedByTronWeb = Parameters<TronWeb['trx']['sendRawTransaction']>[0];

function actionsOn(
  { transactionBuilder, trx, fullNode }: TronWeb,
  url: string,
  { faucet: { address }, usdt, trc10 }: About,
): Pick<DemoChain, 'sign' | 'announce' | 'mine'> {
  const mine = async (): Promise<number> => (await ask<{ number: number }>(url, 'mine')).number;
  const build = async ({ what, to, amount }: Payment) => {
    const units = Math.round(Number(amount) * 10 ** DECIMALS);
    if (what === 'coin') return transactionBuilder.sendTrx(to, units, address);
    if (what === 'secondToken') return transactionBuilder.sendToken(to, units, trc10, address);
    const { transaction } = await transactionBuilder.triggerSmartContract(
      usdt,
      'transfer(address,uint256)',
      { feeLimit: FEE_LIMIT, txLocal: true },
      [
        { type: 'address', value: to },
        { type: 'uint256', value: units },
      ],
      address,
    );
    return transaction;
  };
  const isKnown = async (hash: string): Promise<boolean> => {
    const answer = await fullNode.request('wallet/gettransactionbyid', { value: hash }, 'post');
    return Object.keys(answer as object).length > 0;
  };
  return {
    mine,
    sign: async (payments) => {
      // A wallet lets a transaction expire a minute after the newest block, which is old where blocks are made on
      // demand only.
      await mine();
      const signed: Signed[] = [];
      for (const payment of payments) {
        const transaction = await trx.sign(await build(payment));
        signed.push({ hash: transaction.txID, raw: JSON.stringify(transaction) });
      }
      return signed;
    },
    // The watcher asks for pending transactions, so there is nothing to announce again.
    announce: async (signed) => {
      for (const { hash, raw } of signed) {
        if (await isKnown(hash)) continue;
        const answer = await trx.sendRawTransaction(JSON.parse(raw) as SignedByTronWeb);
        if (!answer.result) throw new Error(`The node refused ${hash}: ${answer.code}`);
      }
    },
  };
}

function entryFor(rpcUrl: string, solidityUrl: string, { chain, usdt, trc10 }: About): object {
  const asset = (id: string, currency: string) => ({
    ...{ id: `${chain}/${id}`, currency, decimals: DECIMALS, minimum: '1000000' },
  });
  return {
    id: chain,
    name: 'Stand-in for TRON',
    rpcUrl,
    tron: { solidityUrl, pending: true },
    ...{ startBlock: 0, blockTimeMs: null },
    finality: { kind: 'tag', tag: 'finalized' },
    reorgWindow: 64,
    assets: [
      asset('slip44:195', COIN),
      asset(`trc20:${usdt}`, 'USDT_TRON_LOCAL'),
      asset(`trc10:${trc10}`, 'TRC10_LOCAL'),
    ],
  };
}
