export { type AddressTable, createAddressTable } from './address-table';
export {
  type AddressUse,
  type Announcements,
  type BlockHeader,
  type BlockTransfer,
  type ChainBlock,
  type ChainClient,
  type ClientNote,
  type FinalityTag,
  type HeaderAnswer,
  type IncludedTransaction,
  type Listening,
  type PendingTransaction,
  PROVIDER_FAULTS,
  type Proven,
  type ProviderAnswer,
  type ProviderFault,
  type ProviderPool,
  type ProviderState,
  type ProviderStatus,
  type QuotaBudget,
  type TagAnswer,
  type TransactionRef,
} from './chain-client';
export {
  type Chain,
  type ChainConnection,
  type ChainsAndAssets,
  coinOf,
  finalityOf,
  findChain,
  type ProviderConnection,
  thresholdsOf,
} from './chains-and-assets';
export { faultOfJson, InvalidChainsFile, loadChainsFile, readChainsFile } from './chains-file';
export { type ChainCheck, checkChain } from './check-chain';
export type { CheckPlan, ProviderCheck } from './check-provider';
export type { DevelopmentNode, PaymentSlot, SandboxPayment } from './development-node';
export { assetIds } from './evm/asset-ids';
export { createEvmClient } from './evm/evm-client';
export type { JsonRpc } from './evm/json-rpc';
export {
  ADDRESS_FORMS,
  canonicalAddress,
  canonicalTransaction,
  displayAddress,
  familyOfChain,
  isFungible,
  openChain,
  parseAssetId,
  readAddress,
  transactionForm,
} from './family';
export type { Finding, FindingState } from './inspection';
export { InvalidBlock } from './invalid-block';
export { publicMessageOf, RpcFailure } from './node-http';
export { openDevelopmentNode, realChainsOf } from './open-development-node';
export { movementsOf } from './packed-block';
export { type Alone, isLongAlone, stillAlone } from './providers/alone';
export { confirmedBy, contentAgreedOn } from './providers/confirm';
export { createPool } from './providers/pool';
export { HEADER_TIME_MAX } from './providers/provider';
export { silenceMsOf, UNANSWERED } from './providers/provider-health';
export { disagreementAt, type Witnesses, witnessesOf } from './providers/witnesses';
export { isOfTrace } from './traced';
export { WrongChain } from './wrong-chain';
export {
  type AddressPath,
  checkDerivation,
  deriveAddress,
  InvalidXpub,
  parseXpub,
  purseXpubs,
  type Xpub,
} from './xpub';
