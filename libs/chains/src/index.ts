export { type AddressTable, createAddressTable } from './address-table';
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
export type {
  Announcements,
  BlockHeader,
  BlockTransfer,
  ChainBlock,
  ChainClient,
  FinalityTag,
  PendingTransaction,
  TransactionRef,
} from './chain-client';
export { InvalidChainsFile, loadRegistry, readChainsFile } from './chains-file';
export { createEvmClient, WrongChain } from './evm/evm-client';
export { type JsonRpc, RpcFailure } from './evm/json-rpc';
export { InvalidBlock } from './evm/raw';
export { assetIds } from './evm/transfers';
export { openChain } from './open-chain';
export {
  type Chain,
  type ChainConnection,
  finalityOf,
  findChain,
  parseAssetId,
  type Registry,
} from './registry';
