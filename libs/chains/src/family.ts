import { FAMILIES, type Family } from '@daybook/domain';
import { getAddress } from 'ethers/address';
import { keccak256 } from 'ethers/crypto';
import type { ChainClient, ProviderPool, ProviderStatus } from './chain-client';
import type {
  Chain,
  ChainConnection,
  ChainsAndAssets,
  ProviderConnection,
} from './chains-and-assets';
import type { DevelopmentNode } from './development-node';
import { openAnvil } from './evm/anvil';
import { openEvmChain } from './evm/evm-client';
import { inspectEvmNode } from './evm/inspect-evm';
import { canonicalEvmAddress } from './evm/raw';
import type { Inspection } from './inspection';
import { createPool } from './providers/pool';
import { inspectTronNode } from './tron/inspect-tron';
import {
  canonicalTronAddress,
  tronAddressKey,
  tronAddressOfKey,
  tronAddressOfPublicKey,
} from './tron/tron-address';
import { openTronChain } from './tron/tron-client';
import { openTronStandIn } from './tron/tron-stand-in';

/** What a CAIP-19 namespace contains. A `collectible` is not fungible: it is never listed or credited. */
export type AssetNamespace =
  | { readonly kind: 'coin' | 'contract' | 'issued'; isReference(text: string): boolean }
  | { readonly kind: 'collectible' };

/** Everything that differs from one address family to another. */
export interface FamilyRules {
  /** The CAIP-2 namespace of its chains. The chain's number follows the colon. */
  readonly chainNamespace: string;
  readonly addressForm: string;
  /** The form in which addresses are stored and compared; null if the text is not an address. */
  canonicalAddress(text: string): string | null;
  displayAddress(address: string): string;
  /** The 20 bytes of a canonical address as `0x` and 40 lower-case hexadecimal digits. */
  addressKey(address: string): string;
  addressOfKey(key: string): string;
  readonly transactionForm: string;
  /** The form in which hashes of transactions are compared; null if the text is not one. */
  canonicalTransaction(text: string): string | null;
  readonly wallet: WalletRules;
  /** By CAIP-19 namespace. */
  readonly assets: ReadonlyMap<string, AssetNamespace>;
  readonly assetExamples: string;
  /** Opens a client for one provider of a chain. Sends no request yet. */
  readonly open: OpenProvider;
  /** Opens one provider for a check. Sends no request yet. */
  readonly inspect: InspectProvider;
  /** Opens the node of a development chain for deposits of the sandbox. Sends no request yet. */
  readonly openDevelopment: (chain: string, provider: ProviderConnection) => DevelopmentNode;
}

type OpenProvider = (
  chain: Chain,
  provider: ProviderConnection,
  registry: ChainsAndAssets,
) => ChainClient;

type InspectProvider = (
  chain: Chain,
  provider: ProviderConnection,
  registry: ChainsAndAssets,
) => Inspection;

/** How a family's addresses are derived, with test vectors. */
export interface WalletRules {
  /** BIP-44, down to the account, whose extended public key is configured. */
  readonly accountPath: string;
  /** Of the mnemonic "test" eleven times, then "junk". Its keys are public: never for real money. */
  readonly developmentXpub: string;
  /** The first receive address of that mnemonic. */
  readonly developmentAddress: string;
  /** CAIP-2 ids of chains whose coins have no value. */
  readonly developmentChains: readonly string[];
  /** The canonical address of an uncompressed public key: its 65 bytes begin with 4. */
  addressOf(publicKey: Uint8Array): string;
}

/** A chain's number in its CAIP-2 id. */
const CHAIN_REFERENCE = /^[1-9][0-9]{0,17}$/;

export const FAMILY_RULES: Readonly<Record<Family, FamilyRules>> = {
  evm: {
    chainNamespace: 'eip155',
    addressForm: '0x and 40 hexadecimal digits (EVM)',
    canonicalAddress: canonicalEvmAddress,
    // With the checksum of EIP-55 in the case of its letters.
    displayAddress: getAddress,
    // The canonical form is the key, so no conversion is needed per transfer.
    addressKey: (address) => address,
    addressOfKey: (key) => key,
    transactionForm: '0x and 64 hexadecimal digits',
    canonicalTransaction: (text) => (/^0x[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : null),
    wallet: {
      accountPath: "m/44'/60'/0'",
      developmentXpub:
        'xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP',
      developmentAddress: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      // Anvil and Hardhat, and geth in development mode.
      developmentChains: ['eip155:31337', 'eip155:1337'],
      addressOf: (publicKey) => `0x${keccak256(publicKey.subarray(1)).slice(-40)}`,
    },
    assets: new Map<string, AssetNamespace>([
      ['slip44', { kind: 'coin', isReference: (text) => /^[0-9]{1,10}$/.test(text) }],
      ['erc20', { kind: 'contract', isReference: (text) => /^0x[0-9a-f]{40}$/.test(text) }],
      ['erc721', { kind: 'collectible' }],
      ['erc1155', { kind: 'collectible' }],
    ]),
    assetExamples: 'eip155:1/erc20:0x... (lower case) or eip155:1/slip44:60',
    open: openEvmChain,
    inspect: inspectEvmNode,
    openDevelopment: openAnvil,
  },
  tron: {
    chainNamespace: 'tron',
    addressForm: 'T and 33 letters and digits in base58, or 41 and 40 hexadecimal digits (TRON)',
    canonicalAddress: canonicalTronAddress,
    displayAddress: (address) => address,
    addressKey: tronAddressKey,
    addressOfKey: tronAddressOfKey,
    transactionForm: '64 hexadecimal digits without 0x',
    canonicalTransaction: (text) => (/^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : null),
    wallet: {
      accountPath: "m/44'/195'/0'",
      developmentXpub:
        'xpub6BuRy7ZmkGfP2RWhoor1kWB1w9DvrtmJbFBvnC1bQ4SB5NbCHTyQYCJSXZtxDbFyHTmC7wkU2he3nYYdpZ3Vf6qUAkXSnL6RPif4BDtDEKr',
      developmentAddress: 'TWer2Ygk5TEheHp3TPuYeqxmB6SsGZmaL6',
      // Private networks: their numbers are in the ids of their genesis blocks, so others cannot be known in advance.
      developmentChains: ['tron:1351433853', 'tron:2892671049'],
      addressOf: tronAddressOfPublicKey,
    },
    assets: new Map<string, AssetNamespace>([
      ['slip44', { kind: 'coin', isReference: (text) => text === '195' }],
      ['trc10', { kind: 'issued', isReference: (text) => /^[1-9][0-9]{0,18}$/.test(text) }],
      ['trc20', { kind: 'contract', isReference: (text) => canonicalTronAddress(text) === text }],
      ['trc721', { kind: 'collectible' }],
      ['trc1155', { kind: 'collectible' }],
    ]),
    assetExamples: 'tron:728126428/trc20:T... (base58), .../trc10:1000001 or .../slip44:195',
    open: openTronChain,
    inspect: inspectTronNode,
    openDevelopment: openTronStandIn,
  },
};

let lastChain = '';
let lastFamily: Family | null = null;

/** The family of a chain by its CAIP-2 id; null if no family has such ids. */
export function familyOfChain(id: string): Family | null {
  // Called for every transfer, and consecutive transfers are mostly of one chain.
  if (id !== lastChain) {
    lastFamily = findFamily(id);
    lastChain = id;
  }
  return lastFamily;
}

function findFamily(id: string): Family | null {
  const [namespace, reference = '', ...rest] = id.split(':');
  if (rest.length > 0 || !CHAIN_REFERENCE.test(reference)) return null;
  return FAMILIES.find((each) => FAMILY_RULES[each].chainNamespace === namespace) ?? null;
}

/** The canonical form of an address; null if the text is not an address of the family. */
export function canonicalAddress(family: Family, text: string): string | null {
  return FAMILY_RULES[family].canonicalAddress(text);
}

export function displayAddress(family: Family, address: string): string {
  return FAMILY_RULES[family].displayAddress(address);
}

/** The canonical form of a transaction's hash; null if the text is not one of the family. */
export function canonicalTransaction(family: Family, text: string): string | null {
  return FAMILY_RULES[family].canonicalTransaction(text);
}

/** What the hash of a transaction has, as the end of a sentence. */
export function transactionForm(family: Family): string {
  return FAMILY_RULES[family].transactionForm;
}

export const ADDRESS_FORMS = FAMILIES.map((each) => FAMILY_RULES[each].addressForm).join(' or ');

/** The canonical form and the family of an address; null if the text is not an address of any family. */
export function readAddress(text: string) {
  for (const family of FAMILIES) {
    const address = canonicalAddress(family, text);
    if (address !== null) return { family, address };
  }
  return null;
}

/** The providers of a chain. Sends no request yet; `changed` hears each new state of a provider. */
export function openChain(
  chain: Chain,
  connection: ChainConnection,
  registry: ChainsAndAssets,
  changed?: (provider: ProviderStatus) => void,
): ProviderPool {
  const { open } = FAMILY_RULES[chain.family];
  const clients = connection.providers.map((provider) => ({
    name: provider.name,
    client: open(chain, provider, registry),
  }));
  return createPool(chain, clients, { ...(changed && { changed }) });
}

/** One provider of a chain, for a check. */
export function inspectProvider(
  chain: Chain,
  provider: ProviderConnection,
  registry: ChainsAndAssets,
): Inspection {
  return FAMILY_RULES[chain.family].inspect(chain, provider, registry);
}

export interface AssetId {
  /** CAIP-2. */
  readonly chain: string;
  readonly family: Family;
  readonly kind: Exclude<AssetNamespace['kind'], 'collectible'>;
  /** The token's contract; null if the asset has none. */
  readonly contract: string | null;
}

const CAIP_19 = /^([^/]+)\/([a-z0-9-]+):(.+)$/;

/** The parts of an asset id; null if no asset with this id can be listed. */
export function parseAssetId(id: string): AssetId | null {
  const parts = partsOf(id);
  if (parts === null) return null;
  const { chain, family, namespace, reference } = parts;
  if (namespace.kind === 'collectible' || !namespace.isReference(reference)) return null;
  const { kind } = namespace;
  return { chain, family, kind, contract: kind === 'contract' ? reference : null };
}

/** Whether units of the asset are interchangeable. An unknown kind of asset counts as fungible. */
export function isFungible(id: string): boolean {
  return partsOf(id)?.namespace.kind !== 'collectible';
}

function partsOf(id: string) {
  const [, chain = '', name = '', reference = ''] = CAIP_19.exec(id) ?? [];
  const family = familyOfChain(chain);
  const namespace = family === null ? undefined : FAMILY_RULES[family].assets.get(name);
  if (family === null || namespace === undefined) return null;
  return { chain, family, namespace, reference };
}
