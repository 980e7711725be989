// What other features may import.

export { AssetRegistry, ChainRegistry } from './asset-registry';
export { ListChainHeads, secondsSinceReport, watchStateOf } from './chain-heads';
export { quarantineOf } from './chain-watches';
export { confirmationsOf, type Head, Heads } from './heads';
export { keepListedAssets } from './listed-assets';
export {
  isUsable,
  publicWatchProblems,
  standsStill,
  watchProblems,
  watchWarnings,
} from './watch-warnings';
export { type Watch, Watches, type WatchOf } from './watches';
