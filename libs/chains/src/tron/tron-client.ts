import { backOffMs, pause } from '@daybook/platform/plain';
import type { BlockHeader, ChainClient } from '../chain-client';
import type { Chain, ProviderConnection } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { WrongChain } from '../wrong-chain';
import { digitsOf, fieldsOf } from './answer';
import { catchUpNotes, createProgress } from './catch-up';
import { createInternalsJudge } from './internal-transactions';
import { listenForPending } from './pending';
import { type MaySign, type ProvenHeader, proveHeader } from './prove-header';
import {
  completeTronBlock,
  type ProvenBlock,
  proveTronBlock,
  readTronHeader,
  type TronBlock,
} from './read-block';
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

export function openTronChain(chain: Chain, provider: ProviderConnection): ChainClient {
  const { rpcUrl, headers, requestsPerSecond: perSecondMax, tron = {} } = provider;
  const { solidityUrl = null, callsPerDay = null, pending = false } = tron;
  const node = createTronNode({
    ...{ fullUrl: rpcUrl, solidityUrl, headers, callsPerDay, perSecondMax },
  });
  return createTronClient(node, chain, { isPendingAsked: pending });
}

export interface TronClientOptions {
  readonly isPendingAsked?: boolean;
  /** How often the node is asked for witnesses that are not known. */
  readonly witnessesEveryMs?: number;
}

/** A client of one node for the chain. Each block is proven; see `proveTronBlock` and `completeTronBlock`. */
export function createTronClient(
  node: TronNode,
  { id: chain, blockTimeMs }: Pick<Chain, 'id' | 'blockTimeMs'>,
  { isPendingAsked = false, witnessesEveryMs }: TronClientOptions = {},
): ChainClient & Required<Pick<ChainClient, 'budget' | 'notes'>> {
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
    const answer = await ask('getblock', { id_or_num: `${at}`, detail: false });
    const read = (maySign: MaySign) => readTronHeader(answer, { chain, at, maySign });
    const found = await witnesses.judge(read);
    return found && toHeader(found);
  }

  /** The proven block with its infos, which are asked for again while some are missing. */
  async function withInfos(proven: ProvenBlock, first: unknown): Promise<TronBlock> {
    const { number } = proven.header;
    let answer = first;
    for (let attempt = 1; ; attempt++) {
      const block = completeTronBlock(proven, answer, chain);
      if (block !== null) return block;
      if (attempt === INFOS_ATTEMPTS_MAX) {
        const count = Array.isArray(answer) ? answer.length : 0;
        throw new InvalidBlock(
          `The node has block ${number} with ${proven.transactions.length} transactions, but only ${count} of their infos.`,
        );
      }
      await pause(backOffMs(attempt, INFOS_BACK_OFF));
      answer = await node.full('gettransactioninfobyblocknum', { num: number });
    }
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
    /** Its id begins with the height, so the infos need not wait for the block. */
    async block(at) {
      if (!isHeightOrId(at)) return null;
      const number = typeof at === 'number' ? at : Number.parseInt(at.slice(0, 16), 16);
      const [answer, infos] = await Promise.all([
        node.full('getblock', { id_or_num: `${at}`, detail: true }),
        number === 0 ? [] : node.full('gettransactioninfobyblocknum', { num: number }),
      ]);
      const read = (maySign: MaySign) => proveTronBlock(answer, { chain, at, maySign });
      const proven = await witnesses.judge(read);
      if (proven === null) return null;
      try {
        const block = await withInfos(proven, infos);
        internals.note(block.calls);
        progress.read(number);
        return block;
      } catch (error) {
        if (!(error instanceof InvalidBlock)) throw error;
        // Infos come by height: the block was replaced between the answers, or is not on the node's branch.
        if ((await header(number))?.hash !== proven.header.hash) return null;
        throw error;
      }
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
  return ID.test(at) && Number.isSafeInteger(Number.parseInt(at.slice(0, 16), 16));
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

function toHeader({ number, hash, parentHash, time }: ProvenHeader): BlockHeader {
  return { number, hash, parentHash, time };
}

function pendingMsOf(blockTimeMs: number | null): number {
  return blockTimeMs === null ? PENDING_MS_ON_DEMAND : Math.max(blockTimeMs / 3, PENDING_MS_MIN);
}
