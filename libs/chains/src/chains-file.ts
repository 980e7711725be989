import { readFileSync } from 'node:fs';
import { AMOUNT_MAX, type Asset, type Family, type Finality } from '@daybook/domain';
import Ajv2020 from 'ajv/dist/2020';
import schema from './chains-file.schema.json';
import { KNOWN_ASSETS, KNOWN_CHAINS } from './known-chains';
import { type Chain, type ChainConnection, parseAssetId, type Registry } from './registry';

/** The chains file cannot be used; the message lists every fault, and no address of a provider. */
export class InvalidChainsFile extends Error {
  override readonly name = 'InvalidChainsFile';

  constructor(readonly faults: readonly string[]) {
    super(
      `The chains file has ${faults.length} fault(s):\n${faults.map((f) => `- ${f}`).join('\n')}`,
    );
  }
}

interface AssetEntry {
  readonly id: string;
  readonly currency?: string;
  readonly decimals?: number;
  readonly minimum?: string;
  readonly finality?: Finality;
}

interface ChainEntry {
  readonly id: string;
  readonly rpcUrl: string;
  readonly wsUrl?: string | null;
  readonly startBlock?: number | null;
  readonly name?: string;
  readonly blockTimeMs?: number | null;
  readonly finality?: Finality;
  readonly reorgWindow?: number;
  readonly assets?: readonly AssetEntry[];
}

/** The family of every chain in a CAIP-2 namespace. */
const FAMILIES: Readonly<Record<string, Family>> = { eip155: 'evm' };

/** What an unknown chain gets when the file does not say: safe for chains that are slow to settle. */
const DEFAULT_FINALITY: Finality = { kind: 'depth', confirmations: 64 };
const DEFAULT_REORG_WINDOW = 256;
const DEFAULT_BLOCK_TIME_MS = 12_000;

const validate = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  discriminator: true,
}).compile<{
  readonly chains: readonly ChainEntry[];
}>(schema);

/**
 * The registry: what is known to everybody, with what the chains file adds and changes. Without a
 * file nothing is watched. Throws `InvalidChainsFile`.
 */
export function loadRegistry(path: string | null): Registry {
  return readChainsFile(path === null ? '{"chains":[]}' : readText(path));
}

/** The registry that the text of a chains file leads to. Throws `InvalidChainsFile`. */
export function readChainsFile(text: string): Registry {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new InvalidChainsFile(['It is not JSON.']);
  }
  if (!validate(file)) {
    const faults = (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const named = 'additionalProperty' in params ? ` (${params.additionalProperty})` : '';
      return `${instancePath || 'the file'} ${message}${named}`;
    });
    throw new InvalidChainsFile(faults);
  }
  return merge(file.chains);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidChainsFile([`${path} cannot be read (${code}).`]);
  }
}

function merge(entries: readonly ChainEntry[]): Registry {
  const faults: string[] = [];
  const chains = new Map(KNOWN_CHAINS.map((chain) => [chain.id, chain]));
  const assets = new Map(KNOWN_ASSETS.map((asset) => [asset.id, asset]));
  const assetFinality = new Map<string, Finality>();
  const connections = new Map<string, ChainConnection>();
  for (const entry of entries) {
    if (connections.has(entry.id)) faults.push(`${entry.id} is listed twice`);
    connections.set(entry.id, connectionOf(entry, faults));
    const chain = chainOf(entry, chains.get(entry.id));
    chains.set(chain.id, chain);
    for (const assetEntry of entry.assets ?? []) {
      const asset = assetOf(assetEntry, chain, assets.get(assetEntry.id), faults);
      if (asset === null) continue;
      assets.set(asset.id, asset);
      if (assetEntry.finality) assetFinality.set(asset.id, assetEntry.finality);
    }
    checkFinality(chain, [chain.finality, ...(entry.assets ?? []).map((a) => a.finality)], faults);
  }
  checkCurrencies([...assets.values()], faults);
  if (faults.length > 0) throw new InvalidChainsFile(faults);
  return {
    chains: [...chains.values()],
    assets: [...assets.values()],
    assetFinality,
    connections: [...connections.values()],
  };
}

function connectionOf(entry: ChainEntry, faults: string[]): ChainConnection {
  const wsUrl = entry.wsUrl ?? null;
  if (!URL.canParse(entry.rpcUrl)) faults.push(`${entry.id}: rpcUrl is not a URL`);
  if (wsUrl !== null && !URL.canParse(wsUrl)) faults.push(`${entry.id}: wsUrl is not a URL`);
  return { chain: entry.id, rpcUrl: entry.rpcUrl, wsUrl, startBlock: entry.startBlock ?? null };
}

function chainOf(entry: ChainEntry, known: Chain | undefined): Chain {
  const namespace = entry.id.slice(0, entry.id.indexOf(':'));
  return {
    id: entry.id,
    // The schema admits no namespace without a family.
    family: known?.family ?? (FAMILIES[namespace] as Family),
    name: entry.name ?? known?.name ?? entry.id,
    blockTimeMs:
      entry.blockTimeMs === undefined
        ? (known?.blockTimeMs ?? DEFAULT_BLOCK_TIME_MS)
        : entry.blockTimeMs,
    finality: entry.finality ?? known?.finality ?? DEFAULT_FINALITY,
    reorgWindow: entry.reorgWindow ?? known?.reorgWindow ?? DEFAULT_REORG_WINDOW,
  };
}

/** A known asset may get another minimum or policy, but never other decimals or another currency. */
function assetOf(
  entry: AssetEntry,
  chain: Chain,
  known: Asset | undefined,
  faults: string[],
): Asset | null {
  const id = parseAssetId(entry.id);
  const found = faults.length;
  if (id === null) {
    faults.push(
      `${entry.id} is no asset id such as eip155:1/erc20:0x... (lower case) or eip155:1/slip44:60`,
    );
  } else if (id.chain !== chain.id) {
    faults.push(`${entry.id} is listed under ${chain.id}`);
  }
  const currency = entry.currency ?? known?.currency;
  const decimals = entry.decimals ?? known?.decimals;
  const minimum = entry.minimum === undefined ? known?.minimum : BigInt(entry.minimum);
  if (currency === undefined) faults.push(`${entry.id} has no currency`);
  if (decimals === undefined) faults.push(`${entry.id} has no decimals`);
  if (minimum === undefined) faults.push(`${entry.id} has no minimum`);
  if (minimum !== undefined && minimum > AMOUNT_MAX)
    faults.push(`${entry.id}: minimum is above 2^256 - 1`);
  if (known && (currency !== known.currency || decimals !== known.decimals)) {
    faults.push(`${entry.id} is known as ${known.currency} with ${known.decimals} decimals`);
  }
  if (faults.length > found) return null;
  return { id: entry.id, chain: chain.id, currency, decimals, minimum } as Asset;
}

/** A reorg deeper than the window cannot be taken back, so no credit may come before it. */
function checkFinality(
  chain: Chain,
  policies: readonly (Finality | undefined)[],
  faults: string[],
): void {
  for (const policy of policies) {
    if (policy?.kind === 'depth' && policy.confirmations > chain.reorgWindow) {
      faults.push(
        `${chain.id}: ${policy.confirmations} confirmations exceed reorgWindow (${chain.reorgWindow})`,
      );
    }
  }
}

function checkCurrencies(assets: readonly Asset[], faults: string[]): void {
  const owners = new Map<string, string>();
  for (const { id, currency } of assets) {
    const owner = owners.get(currency);
    if (owner !== undefined) faults.push(`${currency} names both ${owner} and ${id}`);
    owners.set(currency, id);
  }
}
