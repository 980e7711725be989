export { type AddressTable, createAddressTable } from './address-table';
export type {
  BlockHeader,
  BlockTransfer,
  ChainBlock,
  ChainClient,
  ClientNote,
  FinalityTag,
  PendingTransaction,
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
export { createEvmClient } from './evm/evm-client';
export type { JsonRpc } from './evm/json-rpc';
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
export { RpcFailure } from './node-http';
export { WrongChain } from './wrong-chain';
export { deriveAddress, InvalidXpub, parseXpub, purseXpubs, type Xpub } from './xpub';
