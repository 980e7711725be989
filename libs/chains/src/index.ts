export { type AddressTable, createAddressTable } from './address-table';
export type {
  BlockHeader,
  BlockTransfer,
  ChainBlock,
  ChainClient,
  FinalityTag,
  PendingTransaction,
  Proven,
  TransactionRef,
} from './chain-client';
export {
  type Chain,
  type ChainConnection,
  type ChainsAndAssets,
  finalityOf,
  findChain,
} from './chains-and-assets';
export { InvalidChainsFile, loadChainsFile, readChainsFile } from './chains-file';
export { createEvmClient, WrongChain } from './evm/evm-client';
export { type JsonRpc, RpcFailure } from './evm/json-rpc';
export { assetIds } from './evm/transfers';
export {
  ADDRESS_FORMS,
  canonicalAddress,
  displayAddress,
  familyOfChain,
  isFungible,
  openChain,
  parseAssetId,
  readAddress,
} from './family';
export { InvalidBlock } from './invalid-block';
export { deriveAddress, InvalidXpub, parseXpub, purseXpubs, type Xpub } from './xpub';
