import { blockWorkersHere, sharedBlockWorkers } from '../block-threads';
import type { Announcements, BlockHeader, ChainClient, PendingTransaction } from '../chain-client';
import {
  type Chain,
  type ChainsAndAssets,
  type CoinRules,
  coinOf,
  contractsOf,
  type Proof,
  type ProviderConnection,
} from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure, type Unparsed } from '../node-http';
import { WrongChain } from '../wrong-chain';
import { createUseReader } from './address-uses';
import { listenForAnnouncements } from './announcements';
import { askAgain } from './ask-again';
import { type AssetIds, assetIds } from './asset-ids';
import { createBalanceReader } from './balances';
import { type EvmBlockWorker, fetchBlock, type Reading } from './fetch-block';
import { createTransactionFinder } from './find-transaction';
import { ETHEREUM_PROOF, proveHeader } from './header';
import { createJsonRpc, type JsonRpc } from './json-rpc';
import { loadKeccak } from './keccak';
import { nullIfMissing } from './missing-block';
import { toPending } from './pending';
import { maySettleLater, refuseOtherHash } from './prove-block';
import { createProvenBalances } from './proven-balance';
import { fieldsOf, list, refuseField, toHash } from './raw';
import { toHeader } from './read-block';
import { createReceiptsSource } from './receipts';
import { resultOf } from './result-of';
import { proveSettled, type SettlingSource } from './settled-receipts';
import { createTraceSource, USUAL_COIN } from './trace-source';
import type { ContractRules } from './transfers';

/** A connection without a block for this many block times is broken; fewer may be chance. */
const SILENCE_BLOCKS = 20;
const SILENCE_MIN_MS = 30_000;
/** Lookups of pending transactions in progress. Sightings are best effort, so further ones are skipped. */
const PENDING_LOOKUPS_MAX = 64;
/** A tag that fails so often in a row while the head is answered is one that the node does not have. */
const TAG_FAILURES_MAX = 3;

export function openEvmChain(
  chain: Chain,
  provider: ProviderConnection,
  registry: ChainsAndAssets,
): ChainClient {
  const { rpcUrl, wsUrl, headers, requestsPerSecond } = provider;
  const rpc = createJsonRpc(rpcUrl, { headers, perSecondMax: requestsPerSecond });
  const client = createEvmClient(rpc, chain.id, idsOf(chain, registry), {
    ...rulesOf(chain, registry),
    worker: sharedBlockWorkers().evm,
  });
  const { blockTimeMs } = chain;
  if (wsUrl === null) return client;

  let lookups = 0;
  /** Nodes announce whole transactions or only their hashes. */
  function pending(answer: unknown, listener: Announcements): void {
    const announced = toPending(answer, client.ids, client.contracts);
    if (announced) listener.pending(announced);
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
        ...{ wsUrl, headers, silenceMs, newHead: () => listener.newHead() },
        pending: (answer) => pending(answer, listener),
      }),
  };
}

/** The asset ids of a chain, with its own coin. */
export function idsOf(
  chain: Pick<Chain, 'id' | 'family'>,
  registry: Pick<ChainsAndAssets, 'assets'>,
) {
  return assetIds(chain.id, coinOf(registry, chain));
}

/** How the blocks of a chain are read. */
export function rulesOf(
  { id, proof = ETHEREUM_PROOF, coin = USUAL_COIN }: Pick<Chain, 'id' | 'proof' | 'coin'>,
  registry: Pick<ChainsAndAssets, 'assets'>,
) {
  return { proof, coin, listed: contractsOf(id, 'erc20', registry) };
}

/** The rule by which an operator may accept a block that the rule of its chain refuses. */
const WEAKER_RULE = {
  roots: 'bloom-and-counts',
  'bloom-and-counts': 'two-providers',
  'two-providers': null,
} as const;

/** How a client reads blocks, if not as on Ethereum and in the thread of its caller. */
export interface EvmClientOptions {
  readonly proof?: Proof;
  /** Without them, neither withdrawals nor traces are read. */
  readonly coin?: CoinRules;
  /** Contracts of the listed tokens. Canonical. */
  readonly listed?: readonly string[];
  readonly worker?: EvmBlockWorker;
}

/** A client over any JSON-RPC transport, without announcements. */
export function createEvmClient(
  rpc: JsonRpc,
  chainId: string,
  ids: AssetIds,
  { proof = ETHEREUM_PROOF, coin, listed, worker = blockWorkersHere().evm }: EvmClientOptions = {},
): ChainClient & {
  pendingTransaction(hash: string): Promise<PendingTransaction | null>;
  readonly ids: AssetIds;
  readonly contracts: ContractRules;
} {
  const { caip2, native } = ids;
  const weaker = WEAKER_RULE[proof.rule];
  const contracts = { ...(listed && { listed }), ...(coin?.log && { coinLog: coin.log }) };
  const source = createReceiptsSource(rpc);
  const tracing = createTraceSource(rpc, coin ?? { traces: 'none' });
  const maySettle = maySettleLater(proof);
  const reading: Reading = {
    rules: {
      ...{ caip2, native, proof, tracedBelow: tracing.below },
      ...(coin && { coin }),
      ...(listed && { listed }),
    },
    ...{ worker, source, tracing },
    async settled(header, receipts) {
      const shown: SettlingSource = {
        header: (at) => ask(at, false),
        receipts: async (hash) => resultOf(await source.ofBlock(hash, () => hashesOf(hash))),
      };
      const keccak = await loadKeccak();
      return proveSettled({ ...header, receipts }, shown, proof.headerFields, keccak);
    },
  };

  /** Of the transactions of a block. */
  async function hashesOf(hash: string): Promise<readonly string[]> {
    const { transactions } = fieldsOf(await ask(hash, false), 'block');
    return list(transactions, 'transactions').map((each) => toHash(each, 'transaction hash'));
  }

  /** The node's answer for a number, hash or tag. */
  function ask(at: number | string, isWhole: true): Promise<Unparsed>;
  function ask(at: number | string, isWhole: false): Promise<unknown>;
  function ask(at: number | string, isWhole: boolean): Promise<unknown> {
    const isHash = typeof at === 'string' && at.startsWith('0x');
    const method = isHash ? 'eth_getBlockByHash' : 'eth_getBlockByNumber';
    const params = [typeof at === 'number' ? `0x${at.toString(16)}` : at, isWhole];
    const isTag = at === 'safe' || at === 'finalized';
    const asked = () => rpc.send(method, params);
    if (!isWhole) return (isTag ? asked() : askAgain(asked)).catch(nullIfMissing);
    const whole = async () =>
      rpc.sendUnparsed ? await rpc.sendUnparsed(method, params) : { result: await asked() };
    return askAgain(whole).catch((error: unknown) => ({ result: nullIfMissing(error) }));
  }

  /** How often in a row each tag could not be read. */
  const tagFailures = new Map<string, number>();

  /** A header whose hash was recomputed, where the chain's headers allow it; null if there is no such block. */
  async function askHeader(at: number | string): Promise<BlockHeader | null> {
    const answer = await ask(at, false);
    if (answer === null) return null;
    const raw = fieldsOf(answer, 'block');
    const header = toHeader(raw);
    if (proof.rule === 'roots') {
      const { hash } = header;
      const found = proveHeader({ ...raw, hash }, proof.headerFields, await loadKeccak());
      refuseOtherHash(raw, found);
    }
    return header;
  }

  /** Checks the number or hash of an answer: another node behind a load balancer may be on a fork or lag. */
  function askedFor(at: number | string, found: BlockHeader): BlockHeader {
    if (found.hash === at || found.number === at) return found;
    throw new InvalidBlock(`The node answered with block ${found.number} when asked for ${at}.`);
  }

  async function blockBy(by: Proof, at: number | string, isCompared = false) {
    const rules = { ...reading.rules, proof: by, isCompared, isUntraced: tracing.isForgone() };
    const checked = (header: BlockHeader) => void askedFor(at, header);
    const [answer, early] = await Promise.all([
      ask(at, true),
      typeof at === 'number' && !maySettle ? source.early(at) : null,
    ]);
    return fetchBlock({ answer, early }, checked, { ...reading, rules });
  }

  /** Adds the header of a block that was refused, and whether its hash is that of its fields. */
  async function withHeader(error: InvalidBlock, at: number | string): Promise<InvalidBlock> {
    try {
      const answer = await ask(at, false);
      if (answer === null) return error;
      const raw = fieldsOf(answer, 'block');
      const header = askedFor(at, toHeader(raw));
      const { hash } = header;
      const { isProven } = proveHeader({ ...raw, hash }, proof.headerFields, await loadKeccak());
      return new InvalidBlock(error.message, { header, headerProven: isProven });
    } catch (another) {
      if (another instanceof InvalidBlock || another instanceof RpcFailure) return error;
      throw another;
    }
  }

  return {
    ...{ ids, contracts },
    async verify() {
      const answer = `eip155:${numberOf(await askAgain(() => rpc.send('eth_chainId', [])))}`;
      if (answer !== chainId) {
        throw new WrongChain(`The node that is configured for ${chainId} serves ${answer}.`);
      }
    },
    async head() {
      const header = await askHeader('latest');
      if (header === null) throw new InvalidBlock('The node has no latest block.');
      tracing.sawHead(header.number);
      return header;
    },
    async tagged(tag) {
      try {
        const header = await askHeader(tag);
        tagFailures.delete(tag);
        return header;
      } catch (error) {
        if (!(error instanceof RpcFailure)) throw error;
        // Nodes without such a block or tag refuse the request instead of returning null.
        if (error.kind === 'refused') return null;
        // Some answer it as if something were out of order. The head was asked for just before, and answered.
        const failures = (tagFailures.get(tag) ?? 0) + 1;
        tagFailures.set(tag, failures);
        if (error.kind === 'passing' && failures > TAG_FAILURES_MAX) return null;
        throw error;
      }
    },
    async header(at) {
      const header = await askHeader(at);
      return header && askedFor(at, header);
    },
    async block(at, isCompared) {
      try {
        return await blockBy(proof, at, isCompared);
      } catch (error) {
        throw error instanceof InvalidBlock ? await withHeader(error, at) : error;
      }
    },
    ...(weaker !== null && {
      blockByOtherRule: (hash: string) => blockBy({ ...proof, rule: weaker }, hash, true),
    }),
    balances: createBalanceReader(rpc, ids),
    uses: createUseReader(rpc, ids),
    ...(coin !== undefined &&
      coin.traces !== 'none' && {
        async traced({ hash }: Pick<BlockHeader, 'hash'>) {
          if (!tracing.isServed()) return null;
          const block = await blockBy(proof, hash);
          return block?.isUntraced ? null : block;
        },
        notes: tracing.notes,
      }),
    provenBalance: createProvenBalances(rpc, (at) => ask(at, false), proof),
    ...createTransactionFinder(rpc, ids, contracts),
    listen: () => null,
  };
}

/** A chain id: a quantity, or a decimal number as some nodes send. Throws `InvalidBlock`. */
function numberOf(answer: unknown): number {
  const isNumber = typeof answer === 'string' && /^(0x[0-9a-f]+|[1-9][0-9]*)$/i.test(answer);
  const number = isNumber || typeof answer === 'number' ? Number(answer) : Number.NaN;
  if (Number.isSafeInteger(number) && number > 0) return number;
  return refuseField(answer, 'chain id', 'a quantity such as "0x1"');
}
