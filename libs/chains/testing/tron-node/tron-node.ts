import { call, trc10, trx } from '../tron-blocks';
import { ENDPOINTS, type Endpoint, FULL_ENDPOINTS, type View } from './answers';
import { type Chain, createChain, type Entry } from './chain';
import { controlOf } from './controls';
import { createFaults, type Port } from './faults';
import { servePort } from './http';
import type { Key } from './keys';
import type { Program } from './machine';
import { print } from './print';
import { transferInput } from './programs';
import { FEE_LIMIT, signTransaction, type Transaction } from './transactions';

export interface TronNodeOptions {
  /** Nodes of one seed have the same genesis block, keys and addresses. */
  readonly seed?: string;
  /** As many as produce blocks on the main network by default. */
  readonly witnessCount?: number;
  readonly blockTimeMs?: number;
  /** Unix milliseconds for blocks. By default each follows its parent at `blockTimeMs`, so that ids repeat. */
  readonly clock?: () => number;
  /** Makes a block whenever so much time has passed. By default on demand only. */
  readonly produceEveryMs?: number;
  /** Whether the node looks at who signed a transaction, which takes longer than all else. It does by default. */
  readonly checksSignatures?: boolean;
  /** At most so many connections are served; further ones are reset. java-tron's default by default. */
  readonly connectionsMax?: number;
  /** Contracts in addition to those of `genesis.ts`, by name. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** APIs that are switched off, such as `gettransactionlistfrompending`. */
  readonly disabled?: readonly string[];
  readonly fullPort?: number;
  readonly solidityPort?: number;
  /** Serves `/stand-in/` on the full port, see `controls.ts`. */
  readonly hasControls?: boolean;
  /** What happened before this start. */
  readonly history?: readonly Entry[];
  /** Told of what happens from now on. */
  readonly record?: (entry: Entry) => void;
  /** The chain of another stand-in, of which this is a second node with lags and faults of its own. */
  readonly chain?: Chain;
}

export type TronNode = Awaited<ReturnType<typeof startTronNode>>;

const MAIN_NETWORK_WITNESSES = 27;
/** `node.http.maxHttpConnectNumber` of java-tron. */
const CONNECTIONS_MAX = 50;
const BLOCK_TIME_MS = 3_000;
/** What tronweb gives a transaction. */
const EXPIRES_AFTER_MS = 60_000;

export interface SendOptions {
  /** The faucet by default, which owns everything at the start. */
  readonly from?: Key;
  readonly memo?: string;
  readonly feeLimit?: bigint;
  readonly expiresAfterMs?: number;
}

/**
 * A stand-in for a TRON node, without its sockets.
 *
 * Why a stand-in: java-tron is no package that can be installed, needs gigabytes of memory, and cannot be told to
 * fork, to lag or to lie. What it follows: the recordings beside it, which a test compares key by key; java-tron's
 * protobuf messages and rules of blocks, so that blocks are proven as those of a real network; and what was
 * observed on a real node (transport, leak of pending state, solidified height, restart, reorg).
 *
 * What it leaves out: the TVM, in the place of which contracts are small programs (`machine.ts`); contracts that
 * are deployed by a transaction; staking, voting, rewards, proposals; energy and bandwidth in real amounts;
 * multi-signature; addresses in base58 (`visible`); anything between nodes.
 */
export function createTronNode(options: TronNodeOptions = {}) {
  const { seed = 'stand-in', blockTimeMs = BLOCK_TIME_MS, clock = () => 0 } = options;
  const { history = [], record = () => undefined, programs = {} } = options;
  const { checksSignatures = true } = options;
  const plan = { seed, blockTimeMs, clock, programs, history, record, checksSignatures };
  const witnessCount = options.witnessCount ?? MAIN_NETWORK_WITNESSES;
  const { chain = createChain({ ...plan, witnessCount }) } = options;
  /** Blocks by which the ports are behind: the full port its head, the solidity port the solid block. */
  const lag = { full: 0, solidity: 0 };
  return {
    ...actionsOn(chain),
    ...{ chain, lag, faults: createFaults() },
    /** Writes the answers about all blocks, so that they are only sent when they are asked for. */
    printAll: (): void => printBlocks(chain),
    /** What a port shows now. */
    view: (port: Port): View =>
      port === 'full' ? fullView(chain, lag.full) : solidView(chain, lag.solidity),
  };
}

/** Starts the stand-in on 127.0.0.1, on real sockets: the full port and the solidity port. */
export async function startTronNode(options: TronNodeOptions = {}) {
  const node = createTronNode(options);
  /** How often each endpoint was asked, such as `full/getblock`. */
  const asked = new Map<string, number>();
  const makesOwnBlocks = options.produceEveryMs !== undefined;
  const control = options.hasControls ? controlOf(node, makesOwnBlocks) : () => undefined;
  const planOf = (name: Port) => ({
    ...{ name, faults: node.faults, disabled: new Set(options.disabled) },
    connectionsMax: options.connectionsMax ?? CONNECTIONS_MAX,
    view: () => node.view(name),
    asked: (endpoint: string) => {
      const key = `${name}/${endpoint}`;
      asked.set(key, (asked.get(key) ?? 0) + 1);
    },
    control,
  });
  const full = await servePort({
    ...planOf('full'),
    ...{ port: options.fullPort ?? 0, prefix: '/wallet/', endpoints: FULL_ENDPOINTS },
  });
  const solidity = await servePort({
    ...planOf('solidity'),
    ...{ port: options.solidityPort ?? 0, prefix: '/walletsolidity/', endpoints: ENDPOINTS },
  });
  const { produceEveryMs } = options;
  const timer = produceEveryMs && setInterval(() => node.mine(), produceEveryMs).unref();
  return {
    ...node,
    ...{ asked, fullUrl: full.url, solidityUrl: solidity.url },
    close: async (): Promise<void> => {
      if (timer) clearInterval(timer);
      await Promise.all([full.close(), solidity.close()]);
    },
  };
}

function printBlocks(chain: Chain): void {
  const view = fullView(chain, 0);
  for (let num = 0; num <= chain.head().number; num++) {
    for (const name of ['getblockbynum', 'gettransactioninfobyblocknum']) {
      const { answer, writer } = FULL_ENDPOINTS[name] as Endpoint;
      print(answer(view, { num }), writer);
    }
  }
}

function blockBelow(chain: Chain, number: number) {
  return chain.at(Math.max(0, number)) ?? chain.head();
}

/** The head with what is only pending, unless the port is behind. */
function fullView(chain: Chain, lag: number): View {
  const head = blockBelow(chain, chain.head().number - lag);
  const read = lag === 0 ? chain.read : (key: string) => chain.readAt(key, head);
  return { chain, head, isFull: true, read };
}

function solidView(chain: Chain, lag: number): View {
  const head = blockBelow(chain, chain.solid().number - lag);
  return { chain, head, isFull: false, read: (key) => chain.readAt(key, head) };
}

/** What a test or the demo does on the chain. Addresses are 41 and 40 hexadecimal digits. */
function actionsOn(chain: Chain) {
  /** Makes transactions differ that are alike otherwise. */
  let sent = 0;
  function sign(contract: Uint8Array, options: SendOptions = {}): Transaction {
    const { from = chain.faucet, memo, feeLimit, expiresAfterMs = EXPIRES_AFTER_MS } = options;
    const now = chain.nextTime();
    const plan = {
      ...{ contract, reference: chain.solid(), expiration: now + expiresAfterMs },
      // A thousand a second, all before the block.
      timestamp: now - 1_000 + (sent++ % 1_000),
      ...(memo !== undefined && { data: memo }),
      ...(feeLimit !== undefined && { feeLimit }),
    };
    return signTransaction(plan, from);
  }

  /** Signs a contract and gives it to the node. Returns the transaction's id. Throws `Refused`. */
  function send(contract: Uint8Array, options: SendOptions = {}): string {
    const transaction = sign(contract, options);
    chain.receive(transaction);
    return transaction.id;
  }
  const senderOf = (options: SendOptions) => (options.from ?? chain.faucet).address;
  return {
    ...{ sign, send },
    pay: (to: string, sun: bigint, options: SendOptions = {}) =>
      send(trx(senderOf(options), to, sun), options),
    payTrc10: (to: string, id: string, amount: bigint, options: SendOptions = {}) =>
      send(trc10(senderOf(options), to, id, amount), options),
    /** Transfers a TRC-20 token, which is named. */
    payToken: (name: string, to: string, amount: bigint, options: SendOptions = {}) => {
      const contract = call(senderOf(options), chain.contract(name), 0n, transferInput(to, amount));
      return send(contract, { feeLimit: FEE_LIMIT, ...options });
    },
    /** Calls a contract, which is named, with a value in sun and a TRC-10 token: amount and id. */
    call: (
      name: string,
      input: string,
      { value = 0n, token = [0n, 0n], ...options }: CallOptions = {},
    ) => {
      const contract = call(senderOf(options), chain.contract(name), value, input, token);
      return send(contract, { feeLimit: FEE_LIMIT, ...options });
    },
    /** Makes blocks, the first of all pending transactions. Returns the last one. */
    mine: (blocks = 1) => {
      for (let n = 0; n < blocks; n++) chain.mine();
      return chain.head();
    },
  };
}

interface CallOptions extends SendOptions {
  readonly value?: bigint;
  readonly token?: bigint[];
}
