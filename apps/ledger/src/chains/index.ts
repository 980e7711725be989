// What other features may import.

export { AssetRegistry, ChainRegistry } from './asset-registry';
export { ListChainHeads } from './chain-heads';
export { keepListedAssets } from './listed-assets';
export { type Watch, Watches, type WatchOf } from './watches';
