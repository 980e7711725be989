export {
  canonicalAddress,
  DEVELOPMENT_XPUB,
  deriveEvmAddress,
  displayAddress,
  type EvmXpub,
  InvalidXpub,
  parseEvmXpub,
  refuseDevelopmentXpub,
} from './addresses';
export { InvalidChainsFile, loadRegistry, readChainsFile } from './chains-file';
export {
  type Chain,
  type ChainConnection,
  finalityOf,
  findChain,
  parseAssetId,
  type Registry,
} from './registry';
