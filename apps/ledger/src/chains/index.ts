// What other features may import.

export { AssetRegistry, ChainRegistry } from './asset-registry';
export { ListChainHeads, watchStateOf } from './chain-heads';
export { type Watch, Watches, type WatchOf } from './watches';
