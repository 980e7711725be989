import {
  type DevelopmentNode,
  InvalidBlock,
  openDevelopmentNode,
  RpcFailure,
  thresholdsOf,
} from '@daybook/chains';
import { isOpen, type Rescan } from '../state/rescan';
import type { SandboxDeposit } from '../state/sandbox-deposit';
import { tipOf, type WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';

/** A node that is away for a moment is soon back. So is a watch that learns of a new purse. */
const WAITING_MS_MAX = 60_000;
/** Blocks that are made for one deposit: more than any development chain needs until a block is final. */
const BLOCKS_MAX = 512;
/** Blocks that are made at once, so that a chain that needs many has them within seconds. */
const BLOCKS_AT_ONCE_MAX = 32;

type Request = Rescan & { readonly sandbox: SandboxDeposit };
/** A deposit that was sent. */
type Sent = Request & { readonly sandbox: { readonly transaction: string } };

/**
 * Sends the deposits that ledgers request on a development chain, and does with them what their scenarios say. One
 * after the other: a reorg for one must not take back another one of the same sender.
 */
export function createDeposits(context: WatchContext) {
  const { chain, client, registry, store, state, now, commit } = context;
  const thresholds = (asset: string) => thresholdsOf(registry, chain, asset);
  /** What is remembered of the deposit in turn. */
  let turn = { id: '', blocksMade: 0, waitsSince: null as number | null };
  let node: DevelopmentNode | null = null;

  async function change(request: Request, changed: Partial<SandboxDeposit>): Promise<true> {
    turn.waitsSince = null;
    const sandbox = { ...request.sandbox, ...changed };
    const changedTo = sandbox.transaction === null ? 'waiting' : 'running';
    await commit({ rescans: [{ ...request, state: changedTo, sandbox }] });
    return true;
  }

  async function end(request: Request, reason: string | null): Promise<true> {
    const ended = reason === null ? 'done' : 'refused';
    await commit({ rescans: [{ ...request, state: ended, reason }] });
    return true;
  }

  /** Nothing is to be done at once; after a while the deposit is refused. */
  async function wait(request: Request, why: string): Promise<boolean> {
    turn.waitsSince ??= now();
    if (now() - turn.waitsSince < WAITING_MS_MAX) return false;
    return end(request, `After ${WAITING_MS_MAX / 1_000} s: ${why}`);
  }

  async function reserve(of: DevelopmentNode, request: Request): Promise<boolean> {
    const { scenario } = request.sandbox;
    if (scenario === 'pending' && (await of.makesOwnBlocks())) {
      const reason = `The node of ${chain.id} makes blocks without a request, so nothing stays pending there: start anvil with --no-mining, or the stand-in for TRON without an interval.`;
      return end(request, reason);
    }
    if (scenario === 'reorg-after-credit' && isFinalByTag(request)) {
      const reason = `On ${chain.id} a tag says what is final, and no reorg takes that back. Use the scenario reorg.`;
      return end(request, reason);
    }
    const slot = await of.reserve(sendersInUse());
    if (slot !== null) return change(request, { slot });
    const reason =
      'Every account of the node is kept for a deposit that a reorg took back. Request blocks for one of them.';
    return end(request, reason);
  }

  function isFinalByTag({ sandbox: { asset } }: Request): boolean {
    return thresholds(asset).some(({ kind }) => kind === 'tag');
  }

  /** A deposit that was taken back comes back with its nonce, which nothing else may use meanwhile. */
  function sendersInUse(): ReadonlySet<string> {
    const kept = state.rescans.filter(isDeposit).filter(({ sandbox }) => sandbox.reorg !== 'none');
    return new Set(kept.flatMap(({ sandbox: { slot } }) => slot?.sender ?? []));
  }

  /** Sends what the chain does not have. */
  async function send(of: DevelopmentNode, request: Request): Promise<boolean> {
    const { id, sandbox } = request;
    const { to, asset, amount, slot, transaction } = sandbox;
    if (slot === null) return reserve(of, request);
    const hash = await of.send({ id, to, asset, amount: BigInt(amount) }, slot);
    if (hash !== null) return change(request, { transaction: hash });
    if (transaction === null) return change(request, { slot: null });
    return end(request, 'Another transaction of the account has the nonce of the deposit by now.');
  }

  async function pursue(of: DevelopmentNode, request: Sent): Promise<boolean> {
    const { sandbox } = request;
    const { transaction, scenario, reorg } = sandbox;
    const number = await client.blockOf(transaction);
    if (reorg === 'begun') {
      // A process that ended meanwhile may have made the reorg.
      if (typeof number === 'number') await of.takeBack(transaction);
      return change(request, { reorg: 'done' });
    }
    if (number === null) return send(of, request);
    if (number === 'pending') return mine(of, request, 1);
    const transfer = await transferOf(number, request);
    if (transfer === null) {
      const missing = `the watch of ${chain.id} shows no transfer of ${transaction} to the purse.`;
      return wait(request, missing);
    }
    if (transfer.transfer.status === 'failed') {
      return end(request, `Transaction ${transaction} failed on ${chain.id}.`);
    }
    const isFinal = transfer.isSettled;
    const isReorgDue = scenario === 'reorg' || (scenario === 'reorg-after-credit' && isFinal);
    if (isReorgDue && reorg === 'none') return change(request, { reorg: 'begun' });
    if (isFinal) return end(request, null);
    // What the watch has not read yet may be enough.
    if (state.head === null || tipOf(state).number < state.head.number) return false;
    const blocks = Math.min(Math.max(1, turn.blocksMade), BLOCKS_AT_ONCE_MAX);
    return mine(of, request, blocks);
  }

  /** The transfer as the watch has published it; null while it has not matched the block, or not for this purse. */
  async function transferOf(number: number, { sandbox }: Sent): Promise<TrackedTransfer | null> {
    const { to, asset, transaction } = sandbox;
    const all = await store.inBlocks(chain.id, { from: number, to: number });
    const isOurs = ({ direction, transfer }: TrackedTransfer) =>
      direction === 'in' &&
      transfer.txHash === transaction &&
      transfer.to === to &&
      transfer.asset === asset &&
      transfer.block?.number === number;
    return all.find(isOurs) ?? null;
  }

  async function mine(of: DevelopmentNode, request: Request, blocks: number): Promise<boolean> {
    if (turn.blocksMade + blocks > BLOCKS_MAX) {
      return end(request, `It is not final after ${turn.blocksMade} blocks.`);
    }
    await of.mine(blocks);
    turn.blocksMade += blocks;
    turn.waitsSince = null;
    return false;
  }

  async function advance(of: DevelopmentNode, request: Request): Promise<boolean> {
    const obstacle = await of.obstacle();
    if (obstacle !== null) return end(request, obstacle);
    return isSent(request) ? pursue(of, request) : send(of, request);
  }

  return {
    /** Does the next step of the oldest deposit that waits for nobody; returns whether more is due at once. */
    async step(): Promise<boolean> {
      const request = state.rescans.filter(isDeposit).find((each) => !isHeld(each));
      if (request === undefined) return false;
      if (turn.id !== request.id) turn = { id: request.id, blocksMade: 0, waitsSince: null };
      node ??= openDevelopmentNode(registry, chain.id);
      if (node === null) return end(request, `${chain.id} has no development node.`);
      try {
        return await advance(node, request);
      } catch (error) {
        if (!(error instanceof RpcFailure || error instanceof InvalidBlock)) throw error;
        const isRefused = error instanceof RpcFailure && error.kind === 'refused';
        return isRefused ? end(request, error.message) : wait(request, error.message);
      }
    },
  };
}

function isDeposit(rescan: Rescan): rescan is Request {
  return rescan.origin === 'sandbox-deposit' && rescan.sandbox !== null && isOpen(rescan);
}

function isSent(request: Request): request is Sent {
  return request.sandbox.transaction !== null;
}

/** Whether it waits until blocks are requested. */
function isHeld({ sandbox }: Request): boolean {
  const { scenario, isMineRequested, reorg, transaction } = sandbox;
  if (isMineRequested || transaction === null) return false;
  return scenario === 'pending' || reorg === 'done';
}
