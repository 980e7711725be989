import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import { EMPTY_ROOT } from '../../../libs/chains/src/evm/trie-root';
import { serve } from '../../../libs/chains/testing/serve';
import type { LocalChain } from './local-chain';
import { type Fields, type Shape, type ShapedBlock, shapeBlock } from './shaped-block';

/** A node of a chain of another shape, with the content of a local chain. */
export interface ShapedNode {
  readonly url: string;
  /** Another URL of the same node, to play a second provider. */
  readonly otherUrl: string;
  /** It leaves these logs out of its receipts. */
  hides: ((log: Fields) => boolean) | null;
  stop(): Promise<void>;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * Blocks above the height at which it starts take the shape, as after a fork: their hashes are computed anew and
 * each links to its parent by the new hash.
 */
export async function startShapedNode(
  local: LocalChain,
  shape: Shape,
  keccak: Keccak,
): Promise<ShapedNode> {
  const chain = await shapedChain(local, shape, keccak);
  const node: { hides: ShapedNode['hides'] } = { hides: null };

  function shown(receipt: Fields): Fields {
    const { hides } = node;
    if (hides === null) return receipt;
    return { ...receipt, logs: (receipt.logs as Fields[]).filter((log) => !hides(log)) };
  }

  async function resultOf({ method, params }: Request): Promise<unknown> {
    const [at, isWhole] = params as [string, boolean];
    switch (method) {
      case 'eth_getBlockByNumber':
      case 'eth_getBlockByHash': {
        const found = await chain.find(at);
        if (found === null) return null;
        const hashes = found.block.transactions.map(({ hash }) => hash);
        return isWhole ? found.block : { ...found.block, transactions: hashes };
      }
      case 'eth_getBlockReceipts':
        return (await chain.find(at))?.receipts.map(shown) ?? null;
      case 'eth_getTransactionReceipt': {
        const found = chain.receiptOf(at);
        return found ? shown(found) : null;
      }
      default:
        return local.rpc(method, ...params);
    }
  }

  const answer = async (request: Request) => {
    return { jsonrpc: '2.0', id: request.id, result: await resultOf(request) };
  };
  const { url, stop } = await serve(async (body, response) => {
    try {
      const asked = JSON.parse(body) as Request | readonly Request[];
      const answers = 'method' in asked ? answer(asked) : Promise.all(asked.map(answer));
      response.end(JSON.stringify(await answers));
    } catch (error) {
      response.end(JSON.stringify({ error: { code: -32_000, message: String(error) } }));
    }
  });
  return Object.assign(node, { url: `${url}/one`, otherUrl: `${url}/two`, stop });
}

async function shapedChain(local: LocalChain, shape: Shape, keccak: Keccak) {
  const base = await local.height();
  /** By the hash that the local chain gives a block, and by the one that it has here. */
  const byLocalHash = new Map<string, Promise<ShapedBlock>>();
  const byHash = new Map<string, ShapedBlock>();
  /** Of the blocks that were shown last, by number. */
  const receiptsRoots = new Map<number, string>();
  const receipts = new Map<string, Fields>();

  async function make(localHash: string): Promise<ShapedBlock> {
    const block = (await local.rpc('eth_getBlockByHash', localHash, true)) as ShapedBlock['block'];
    const own = (await local.rpc('eth_getBlockReceipts', localHash)) as Fields[];
    const number = Number(block.number);
    if (number <= base) return { block, receipts: own, receiptsRoot: EMPTY_ROOT };
    const parent = await find(String(block.parentHash), true);
    const at = {
      number,
      base,
      receiptsRootOf: (height: number) => receiptsRoots.get(height) ?? EMPTY_ROOT,
    };
    const shaped = shapeBlock(shape, { block, receipts: own }, parent.block.hash, at, keccak);
    receiptsRoots.set(number, shaped.receiptsRoot);
    for (const receipt of shaped.receipts) receipts.set(String(receipt.transactionHash), receipt);
    return shaped;
  }

  async function find(localHash: string, isLocal: true): Promise<ShapedBlock>;
  async function find(at: string): Promise<ShapedBlock | null>;
  async function find(at: string, isLocal = false): Promise<ShapedBlock | null> {
    const known = isLocal ? undefined : byHash.get(at);
    if (known) return known;
    let localHash = at;
    if (!isLocal) {
      const method = at.length === 66 ? 'eth_getBlockByHash' : 'eth_getBlockByNumber';
      const found = (await local.rpc(method, at, false)) as Fields | null;
      // The hashes of the local chain are unknown here, except before the fork.
      if (found === null || (at.length === 66 && Number(found.number) > base)) return null;
      localHash = String(found.hash);
    }
    const making = byLocalHash.get(localHash) ?? make(localHash);
    byLocalHash.set(localHash, making);
    const shaped = await making;
    byHash.set(shaped.block.hash, shaped);
    return shaped;
  }

  return { find: (at: string) => find(at), receiptOf: (hash: string) => receipts.get(hash) };
}
