// What other features may import.

export { assetNamed, type NamedAsset } from './asset-named';
export { AssetNames, assetIdOf, type NamedAssets } from './asset-names';
export { AssetRegistry, ChainRegistry } from './asset-registry';
export { assetsProjection } from './assets.projection';
export { AssetsInUse } from './assets-in-use';
export {
  ListChainHeads,
  REPORT_SECONDS_MAX,
  secondsSinceReport,
  watchStateOf,
} from './chain-heads';
export { quarantineOf } from './chain-watches';
export { confirmationsOf, type Head, Heads } from './heads';
export {
  isUsable,
  publicWatchProblems,
  standsStill,
  watchProblems,
  watchWarnings,
} from './watch-warnings';
export { type Watch, Watches, type WatchOf } from './watches';
