import { backOffMs, pause } from '@daybook/platform/plain';
import { type BlockWorkers, blockWorkersHere, sharedBlockWorkers } from '../block-threads';
import type { BlockHeader, ChainBlock, ChainClient } from '../chain-client';
import {
  type Chain,
  type ChainsAndAssets,
  contractsOf,
  type ProviderConnection,
} from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure, type Unparsed } from '../node-http';
import { WrongChain } from '../wrong-chain';
import { digitsOf, type Fields, fieldsOf, integerOf } from './answer';
import { createTronBalanceReader, createTronUseReader } from './balances';
import { catchUpNotes, createProgress } from './catch-up';
import { createInternalsJudge } from './internal-transactions';
import { listenForPending } from './pending';
import {
  checkSigner,
  type MaySign,
  type ProvenHeader,
  proveHeader,
  toHeader,
} from './prove-header';
import type { ContentRule } from './prove-transactions';
import { readTronHeader } from './read-block';
import { createSolidified } from './solidified';
import { tronAssetIds } from './transfers';
import { createTronNode, type TronNode } from './tron-node';
import { createWitnesses } from './witnesses';

/** Infos follow their block within moments. A node that lacks them for longer does not keep them. */
const INFOS_ATTEMPTS_MAX = 4;
const INFOS_BACK_OFF = { firstMs: 100, longestMs: 400 };
/** Pending transactions are asked for three times per block time, within these bounds. */
const PENDING_MS_MIN = 500;
const PENDING_MS_ON_DEMAND = 1_000;
const ID = /^[0-9a-f]{64}$/;
const ID_ABOVE = 'id must be legal block hash';

export function openTronChain(
  chain: Chain,
  provider: ProviderConnection,
  registry: Pick<ChainsAndAssets, 'assets'>,
): ChainClient {
  const { rpcUrl, headers, requestsPerSecond: perSecondMax, tron = {} } = provider;
  const { solidityUrl = null, callsPerDay = null, pending = false } = tron;
  const node = createTronNode({
    ...{ fullUrl: rpcUrl, solidityUrl, headers, callsPerDay, perSecondMax },
  });
  const worker = sharedBlockWorkers().tron;
  const listed = contractsOf(chain.id, 'trc20', registry);
  return createTronClient(node, chain, { isPendingAsked: pending, worker, listed });
}

export interface TronClientOptions {
  readonly isPendingAsked?: boolean;
  /** How often the node is asked for witnesses that are not known. */
  readonly witnessesEveryMs?: number;
  /** Contracts of the listed tokens. Canonical. */
  readonly listed?: readonly string[];
  /** Parses and proves blocks. In the thread of the caller by default. */
  readonly worker?: BlockWorkers['tron'];
}

let lastId = 0;

/** A client of one node for the chain. Each block is proven; see `answerBlockWork`. */
export function createTronClient(
  node: TronNode,
  { id: chain, blockTimeMs }: Pick<Chain, 'id' | 'blockTimeMs'>,
  {
    isPendingAsked = false,
    witnessesEveryMs,
    listed = [],
    worker = blockWorkersHere().tron,
  }: TronClientOptions = {},
): ChainClient & Required<Pick<ChainClient, 'blockByOtherRule' | 'budget' | 'notes'>> {
  const witnesses = createWitnesses(node, chain, witnessesEveryMs);
  const internals = createInternalsJudge();
  const progress = createProgress(blockTimeMs);
  const solidified = createSolidified((at) =>
    at === 'last' ? last(node.solid) : header(at, node.solid),
  );

  /** The header of the last block of a port; null while there is none. */
  async function last(ask: TronNode['full']): Promise<BlockHeader | null> {
    const answer = fieldsOf(await ask('getblock', { detail: false }), 'block');
    if (Object.keys(answer).length === 0) return null;
    return witnesses.judge((maySign) => toHeader(proveHeader(answer, chain, maySign)));
  }

  async function header(at: number | string, ask = node.full): Promise<BlockHeader | null> {
    if (!isHeightOrId(at)) return null;
    const answer = await ask('getblock', { id_or_num: `${at}`, detail: false }).catch(unlessAbove);
    const read = (maySign: MaySign) => readTronHeader(answer, { chain, at, maySign });
    const found = await witnesses.judge(read);
    return found && toHeader(found);
  }

  function askInfos(num: number): Promise<Unparsed> {
    return node.fullUnparsed('gettransactioninfobyblocknum', { num });
  }

  /** The block and its infos. Both are asked for again while some are missing: a thread has taken what was answered. */
  async function wholeBlock(
    at: number | string,
    contentRule: ContentRule,
  ): Promise<ChainBlock | null> {
    if (!isHeightOrId(at)) return null;
    // An id begins with the height, so the infos need not wait for the block.
    const number = typeof at === 'number' ? at : heightIn(at);
    for (let attempt = 1; ; attempt++) {
      const [block, infos] = await Promise.all([
        node
          .fullUnparsed('getblock', { id_or_num: `${at}`, detail: true })
          .catch((error: unknown) => ({ result: unlessAbove(error) })),
        number === 0 ? { result: [] } : askInfos(number),
      ]);
      lastId += 1;
      const answers = { id: lastId, chain, at, block, infos, contentRule, listed };
      const read = await worker.ask(answers);
      if (read.header === null) {
        if ('invalid' in read) throw new InvalidBlock(read.invalid);
        return null;
      }
      const { header } = read;
      await witnesses.judge((maySign) => checkSigner(header, maySign));
      if ('block' in read) {
        internals.note(read.block.calls);
        progress.read(number);
        return read.block;
      }
      if ('invalid' in read) return unlessReplaced(header, read.invalid);
      if (attempt === INFOS_ATTEMPTS_MAX) {
        const { found, needed } = read.missing;
        const reason = `The node has block ${number} with ${needed} transactions, but only ${found} of their infos.`;
        return unlessReplaced(header, reason);
      }
      await pause(backOffMs(attempt, INFOS_BACK_OFF));
    }
  }

  /**
   * Null if the block was replaced between the answers, or is not on the node's branch, because infos come by
   * height. Throws `InvalidBlock` if it still is there: its header is proven, its content is not.
   */
  async function unlessReplaced(proven: ProvenHeader, reason: string): Promise<null> {
    const now = await header(proven.number).catch((error: unknown) => {
      if (error instanceof InvalidBlock) return proven;
      throw error;
    });
    if (now?.hash !== proven.hash) return null;
    throw new InvalidBlock(reason, { header: toHeader(proven), headerProven: true });
  }

  return {
    async verify() {
      await verifyPort(node.full, chain, 'The node');
      await verifyPort(node.solid, chain, 'The solidity port');
    },
    async head() {
      const kept = progress.keptHead(node.budget());
      if (kept !== null) return kept;
      const head = await last(node.full);
      if (head === null) throw new InvalidBlock('The node has no latest block.');
      progress.head(head);
      return head;
    },
    // A solidified block is irreversible, which is more than `safe` asks for. There is no tag between.
    tagged: solidified.last,
    forgetFinal: solidified.forget,
    header,
    block: (at) => wholeBlock(at, 'agreeing'),
    /** The header is proven by the weaker rule too. */
    blockByOtherRule: (hash) => wholeBlock(hash, 'as-answered'),
    // Anybody can send a transaction that java-tron does not print whole: see `proveTransactions`.
    believesAgreement: true,
    balances: createTronBalanceReader(node, chain, tronAssetIds(chain)),
    uses: createTronUseReader(node, chain, tronAssetIds(chain)),
    async blockOf(hash) {
      const info = fieldsOf(await node.full('gettransactioninfobyid', { value: hash }), 'info');
      if (Object.keys(info).length > 0) return heightNamedBy(info, hash);
      // The full port also shows a transaction that is only pending, and then has no info of it.
      const shown = fieldsOf(await node.full('gettransactionbyid', { value: hash }), 'transaction');
      if (Object.keys(shown).length === 0) return null;
      requireId(shown.txID, hash);
      return 'pending';
    },
    listen(listener) {
      if (!isPendingAsked) return null;
      return listenForPending({
        ...{ node, ids: tronAssetIds(chain), everyMs: pendingMsOf(blockTimeMs) },
        pending: (transaction) => listener.pending(transaction),
      });
    },
    budget: node.budget,
    notes() {
      return [
        internals.result(),
        ...catchUpNotes(progress.state(), node.budget(), node.restsUntil()),
      ];
    },
  };
}

/** Heights and ids; anything else names no block of TRON. */
function isHeightOrId(at: number | string): boolean {
  if (typeof at === 'number') return Number.isSafeInteger(at) && at >= 0;
  return ID.test(at) && Number.isSafeInteger(heightIn(at));
}

/** The first eight bytes of the id of a block are its height. */
function heightIn(id: string): number {
  return Number.parseInt(id.slice(0, 16), 16);
}

/**
 * The answer of a node that does not have the block. java-tron says so of a height and of an id, but it refuses an
 * id whose height is above its head: `Wallet.getBlock`. Throws any other error.
 */
function unlessAbove(error: unknown): object {
  const isAbove = error instanceof RpcFailure && error.message.includes(ID_ABOVE);
  if (isAbove) return {};
  throw error;
}

/** Throws `InvalidBlock` if the info is of another transaction, or names no block. */
function heightNamedBy(info: Fields, id: string): number {
  requireId(info.id, id);
  const height = Number(integerOf(info.blockNumber, 'block number of an info'));
  if (Number.isSafeInteger(height) && height >= 0) return height;
  throw new InvalidBlock("The node's answer has no valid block number of an info.");
}

function requireId(value: unknown, asked: string): void {
  const id = digitsOf(value, 'id of a transaction');
  if (id === asked) return;
  throw new InvalidBlock(`The node answered with transaction ${id} when asked for ${asked}.`);
}

/** The chain's number is in the id of its genesis block, which is its hash. */
async function verifyPort(ask: TronNode['full'], chain: string, port: string): Promise<void> {
  const answer = await ask('getblock', { id_or_num: '0', detail: false });
  const genesis = fieldsOf(answer, 'genesis block');
  const id = digitsOf(genesis.blockID, 'id of the genesis block');
  if (id === '') throw new InvalidBlock(`${port} that is configured for ${chain} has no block 0.`);
  const served = `tron:${Number.parseInt(id.slice(-8), 16)}`;
  if (served !== chain) {
    throw new WrongChain(`${port} that is configured for ${chain} serves ${served}.`);
  }
  proveHeader(genesis, chain, () => false);
}

function pendingMsOf(blockTimeMs: number | null): number {
  return blockTimeMs === null ? PENDING_MS_ON_DEMAND : Math.max(blockTimeMs / 3, PENDING_MS_MIN);
}
