import type { Announcements, BlockHeader, ChainClient, PendingTransaction } from '../chain-client';
import type { Chain, ChainConnection, ChainsAndAssets } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { WrongChain } from '../wrong-chain';
import { listenForAnnouncements } from './announcements';
import { checkBlock } from './check-block';
import { createJsonRpc, type JsonRpc } from './json-rpc';
import { loadKeccak } from './keccak';
import {
  isAddress,
  type RawBlock,
  type RawHeader,
  type RawReceipt,
  type RawTransaction,
  toNumber,
} from './raw';
import { type AssetIds, assetIds, blockTransfers, pendingTransfers } from './transfers';

/** A connection without a block for this many block times is broken; fewer may be chance. */
const SILENCE_BLOCKS = 20;
const SILENCE_MIN_MS = 30_000;
/** Lookups of pending transactions in progress. Sightings are best effort, so further ones are skipped. */
const PENDING_LOOKUPS_MAX = 64;
/** SLIP-44 of Ether, for chains whose coin is not in the registry. */
const ETHER = 60;

export function openEvmChain(
  chain: Chain,
  connection: ChainConnection,
  registry: ChainsAndAssets,
): ChainClient {
  const coins = `${chain.id}/slip44:`;
  const native = registry.assets.find(({ id }) => id.startsWith(coins))?.id ?? `${coins}${ETHER}`;
  const rpc = createJsonRpc(connection.rpcUrl, connection);
  const client = createEvmClient(rpc, chain.id, assetIds(chain.id, native));
  const { blockTimeMs } = chain;
  const { wsUrl } = connection;
  if (wsUrl === null) return client;

  let lookups = 0;
  /** Nodes announce whole transactions or only their hashes. */
  function pending(answer: unknown, listener: Announcements): void {
    if (isTransaction(answer)) listener.pending(toPending(answer, client.ids));
    if (typeof answer !== 'string' || lookups >= PENDING_LOOKUPS_MAX) return;
    lookups += 1;
    client
      .pendingTransaction(answer)
      .then((transaction) => transaction && listener.pending(transaction))
      // A lost sighting does no harm; the transfer will be found in its block.
      .catch(() => undefined)
      .finally(() => {
        lookups -= 1;
      });
  }

  const usualMs = Math.max(SILENCE_MIN_MS, SILENCE_BLOCKS * (blockTimeMs ?? 0));
  const silenceMs = blockTimeMs === null ? null : usualMs;
  return {
    ...client,
    listen: (listener) =>
      listenForAnnouncements({
        ...{ wsUrl, silenceMs, newHead: () => listener.newHead() },
        pending: (answer) => pending(answer, listener),
      }),
  };
}

/** A client over any JSON-RPC transport, without announcements. */
export function createEvmClient(
  rpc: JsonRpc,
  chainId: string,
  ids: AssetIds,
): ChainClient & {
  pendingTransaction(hash: string): Promise<PendingTransaction | null>;
  readonly ids: AssetIds;
} {
  async function send<Answer>(method: string, ...params: unknown[]): Promise<Answer | null> {
    return (await rpc.send(method, params)) as Answer | null;
  }

  /** The node's answer for a number, hash or tag; null if it has no such block. */
  function ask<Raw extends RawHeader>(at: number | string, isWhole = false): Promise<Raw | null> {
    const isHash = typeof at === 'string' && at.startsWith('0x');
    const method = isHash ? 'eth_getBlockByHash' : 'eth_getBlockByNumber';
    return send(method, typeof at === 'number' ? `0x${at.toString(16)}` : at, isWhole);
  }

  /** Checks the number or hash of an answer: another node behind a load balancer may be on a fork or lag. */
  function askedFor(at: number | string, raw: RawHeader): BlockHeader {
    const found = toHeader(raw);
    if (found.hash === at || found.number === at) return found;
    throw new InvalidBlock(`The node answered with block ${found.number} when asked for ${at}.`);
  }

  return {
    ids,
    async verify() {
      const answer = `eip155:${Number(await send('eth_chainId'))}`;
      if (answer !== chainId) {
        throw new WrongChain(`The node that is configured for ${chainId} serves ${answer}.`);
      }
    },
    async head() {
      const raw = await ask('latest');
      if (raw === null) throw new InvalidBlock('The node has no latest block.');
      return toHeader(raw);
    },
    async tagged(tag) {
      try {
        const raw = await ask(tag);
        return raw && toHeader(raw);
      } catch (error) {
        // Nodes without such a block or tag refuse the request instead of returning null.
        if (error instanceof RpcFailure && error.kind === 'refused') return null;
        throw error;
      }
    },
    async header(at) {
      const raw = await ask(at);
      return raw && askedFor(at, raw);
    },
    /** Both answers come from one provider; their hashes prove that they belong to one block. */
    async block(at) {
      const raw = await ask<RawBlock>(at, true);
      if (raw === null) return null;
      const found = askedFor(at, raw);
      const receipts = await send<RawReceipt[]>('eth_getBlockReceipts', found.hash);
      // The block was replaced between the two answers.
      if (receipts === null) return null;
      checkBlock(raw, receipts, await loadKeccak());
      const transfers = blockTransfers(raw.transactions, receipts, ids);
      return { ...found, transactions: raw.transactions.map(toRef), transfers };
    },
    async pendingTransaction(hash) {
      const raw = await send<RawTransaction>('eth_getTransactionByHash', hash);
      return raw === null || raw.blockHash !== null ? null : toPending(raw, ids);
    },
    listen: () => null,
    notes: () => [],
  };
}

function toHeader(raw: RawHeader): BlockHeader {
  const { hash, parentHash } = raw;
  if (typeof hash !== 'string' || typeof parentHash !== 'string') {
    throw new InvalidBlock("The node's answer has no block hash.");
  }
  return {
    number: toNumber(raw.number, 'block number'),
    hash,
    parentHash,
    time: toNumber(raw.timestamp, 'block time'),
  };
}

function toRef({ hash, from, nonce }: RawTransaction) {
  return { hash, sender: from.toLowerCase(), nonce: Number(nonce) };
}

/** Announcements are not verified, and an exception in their listener would end the process. */
function isTransaction(answer: unknown): answer is RawTransaction {
  if (typeof answer !== 'object' || answer === null) return false;
  const { hash, from, to, nonce, value, input } = answer as Partial<RawTransaction>;
  return (
    [hash, nonce, input].every((field) => typeof field === 'string') &&
    isAddress(from) &&
    (to === null || isAddress(to)) &&
    typeof value === 'string' &&
    /^0x[0-9a-f]{1,64}$/.test(value)
  );
}

function toPending(raw: RawTransaction, ids: AssetIds): PendingTransaction {
  return { ...toRef(raw), transfers: pendingTransfers(raw, ids) };
}
