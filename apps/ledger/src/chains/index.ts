// What other features may use of this one.
export { AssetRegistry } from './asset-registry';
export { ChainRegistry } from './chain-registry';
export { ListChainHeads } from './get-chain-heads';
export { type Watch, Watches, type WatchOf } from './watches';
