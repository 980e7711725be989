import { FAMILIES, type Family } from '@daybook/domain';
import type { ChainClient } from './chain-client';
import type { Chain, ChainConnection, ChainsAndAssets } from './chains-and-assets';
import { canonicalEvmAddress, displayEvmAddress } from './evm/evm-address';
import { openEvmChain } from './evm/evm-client';
import { canonicalTronAddress, tronAddressKey, tronAddressOfKey } from './tron/tron-address';

/**
 * What the assets of one CAIP-19 namespace are. `coin` pays the fees of its chain, `contract` is a
 * token with a contract, `issued` a token without one. Of a `collectible` every single token is
 * another: it is never listed and never credited.
 */
export type AssetNamespace =
  | {
      readonly kind: 'coin' | 'contract' | 'issued';
      isReference(text: string): boolean;
    }
  | { readonly kind: 'collectible' };

export type OpenChain = (
  chain: Chain,
  connection: ChainConnection,
  registry: ChainsAndAssets,
) => ChainClient;

/** Everything that differs from one address family to another. */
export interface FamilyRules {
  /** The CAIP-2 namespace of its chains; what follows the colon is the chain's number. */
  readonly chainNamespace: string;
  /** How an address is written, for error messages. */
  readonly addressForm: string;
  /** The form in which addresses are stored and compared; null for what is no address. */
  canonicalAddress(text: string): string | null;
  /** A canonical address as people write it. */
  displayAddress(address: string): string;
  /** The 20 bytes of a canonical address as `0x` and 40 lower-case hexadecimal digits. */
  addressKey(address: string): string;
  /** The canonical address with these 20 bytes. */
  addressOfKey(key: string): string;
  readonly wallet: WalletRules;
  /** By CAIP-19 namespace. */
  readonly assets: ReadonlyMap<string, AssetNamespace>;
  /** Asset ids as the chains file writes them, for error messages. */
  readonly assetExamples: string;
  /** Opens a client for a chain, or says why none can be opened. */
  readonly opening: { readonly open: OpenChain } | { readonly notAvailable: string };
}

/** Where a family's addresses are derived from, and how that is tested. */
export interface WalletRules {
  /** BIP-44, down to the account, whose extended public key is configured. */
  readonly accountPath: string;
  /**
   * The account-level xpub of the mnemonic that development chains fund: "test" eleven times, then
   * "junk". Everybody knows its private keys, so it is refused on chains with real money.
   */
  readonly developmentXpub: string;
  /** The first receive address of that mnemonic in every wallet. */
  readonly developmentAddress: string;
  /** CAIP-2 ids of chains whose coins are worth nothing. */
  readonly developmentChains: readonly string[];
}

/** A chain's number in its CAIP-2 id. */
const CHAIN_REFERENCE = /^[1-9][0-9]{0,17}$/;

export const FAMILY_RULES: Readonly<Record<Family, FamilyRules>> = {
  evm: {
    chainNamespace: 'eip155',
    addressForm: '0x and 40 hexadecimal digits (EVM)',
    canonicalAddress: canonicalEvmAddress,
    displayAddress: displayEvmAddress,
    // The canonical form is the key, which costs nothing for each transfer of each block.
    addressKey: (address) => address,
    addressOfKey: (key) => key,
    wallet: {
      accountPath: "m/44'/60'/0'",
      developmentXpub:
        'xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP',
      developmentAddress: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      // Anvil and Hardhat, and geth in development mode.
      developmentChains: ['eip155:31337', 'eip155:1337'],
    },
    assets: new Map<string, AssetNamespace>([
      ['slip44', { kind: 'coin', isReference: (text) => /^[0-9]{1,10}$/.test(text) }],
      ['erc20', { kind: 'contract', isReference: (text) => /^0x[0-9a-f]{40}$/.test(text) }],
      ['erc721', { kind: 'collectible' }],
    ]),
    assetExamples: 'eip155:1/erc20:0x... (lower case) or eip155:1/slip44:60',
    opening: { open: openEvmChain },
  },
  tron: {
    chainNamespace: 'tron',
    addressForm: 'T and 33 letters and digits in base58 (TRON)',
    canonicalAddress: canonicalTronAddress,
    displayAddress: (address) => address,
    addressKey: tronAddressKey,
    addressOfKey: tronAddressOfKey,
    wallet: {
      accountPath: "m/44'/195'/0'",
      developmentXpub:
        'xpub6BuRy7ZmkGfP2RWhoor1kWB1w9DvrtmJbFBvnC1bQ4SB5NbCHTyQYCJSXZtxDbFyHTmC7wkU2he3nYYdpZ3Vf6qUAkXSnL6RPif4BDtDEKr',
      developmentAddress: 'TWer2Ygk5TEheHp3TPuYeqxmB6SsGZmaL6',
      // A private network takes its number from its genesis block, so none is known beforehand.
      developmentChains: [],
    },
    assets: new Map<string, AssetNamespace>([
      ['slip44', { kind: 'coin', isReference: (text) => text === '195' }],
      ['trc10', { kind: 'issued', isReference: (text) => /^[1-9][0-9]{0,18}$/.test(text) }],
      ['trc20', { kind: 'contract', isReference: (text) => canonicalTronAddress(text) === text }],
      ['trc721', { kind: 'collectible' }],
    ]),
    assetExamples: 'tron:728126428/trc20:T... (base58), .../trc10:1000001 or .../slip44:195',
    opening: { notAvailable: 'Chains of the family tron cannot be watched yet.' },
  },
};

/** The family of a chain by its CAIP-2 id; null for what is no id of a chain of any family. */
export function familyOfChain(id: string): Family | null {
  const [namespace, reference = '', ...rest] = id.split(':');
  if (rest.length > 0 || !CHAIN_REFERENCE.test(reference)) return null;
  return FAMILIES.find((each) => FAMILY_RULES[each].chainNamespace === namespace) ?? null;
}

/** The canonical form of an address; null for what is no address of the family. */
export function canonicalAddress(family: Family, text: string): string | null {
  return FAMILY_RULES[family].canonicalAddress(text);
}

/** A canonical address as people write it. */
export function displayAddress(family: Family, address: string): string {
  return FAMILY_RULES[family].displayAddress(address);
}

/** How addresses are written, for error messages: what would be right. */
export const ADDRESS_FORMS = FAMILIES.map((each) => FAMILY_RULES[each].addressForm).join(' or ');

/** The address in its canonical form and its family; null for what is no address of any. */
export function readAddress(
  text: string,
): { readonly family: Family; readonly address: string } | null {
  for (const family of FAMILIES) {
    const address = canonicalAddress(family, text);
    if (address !== null) return { family, address };
  }
  return null;
}
