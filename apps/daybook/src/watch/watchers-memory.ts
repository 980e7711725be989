import {
  type Query,
  type WatchedChain,
  watchedChains,
} from '../../../chain-watcher/src/operator/request-rescan';
import { EXIT, Failure } from '../cli/exit-codes';
import type { Operation } from '../cli/operate';

export {
  cancelRequest,
  findRequest,
  latestRequests,
  type Query,
  type RescanRequest,
  requestRescan,
  type WatchedChain,
} from '../../../chain-watcher/src/operator/request-rescan';
export { isOpen as isOpenRequest } from '../../../chain-watcher/src/state/rescan';

/** Asks the watchers' database. */
export function watchers({ query }: Operation): Query {
  return (sql, values) => query(sql, values, 'watcher');
}

/** The chain that is named, or the only one there is. Refuses with what there is. */
export async function findWatched(query: Query, named: string | undefined): Promise<WatchedChain> {
  const chains = await watchedChains(query);
  const [only] = chains;
  if (only === undefined) {
    throw new Failure(
      'No chain is watched here yet: a watcher begins with its first block. Start one with --chains.',
      EXIT.usage,
    );
  }
  const known = chains.map(({ chain }) => chain).join(', ');
  if (named === undefined && chains.length === 1) return only;
  if (named === undefined) {
    throw new Failure(`Several chains are watched; name one with --chain: ${known}.`, EXIT.usage);
  }
  const found = chains.find(({ chain }) => chain === named);
  if (found) return found;
  throw new Failure(`${named} is not watched here; there is ${known}.`, EXIT.usage);
}
