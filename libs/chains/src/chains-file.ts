import { readFileSync } from 'node:fs';
import { AMOUNT_MAX, type Asset, FAMILIES, type Finality } from '@daybook/domain';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { Chain, ChainConnection, ChainsAndAssets } from './chains-and-assets';
import schema from './chains-file.schema.json';
import { type CoinFields, coinOf, refuseCoinAsToken, refuseCreditByBalance } from './coin-entries';
import { FAMILY_RULES, familyOfChain, parseAssetId } from './family';
import { type FinalityFields, policiesOf } from './finality-entries';
import { KNOWN_ASSETS, KNOWN_CHAINS, UNKNOWN_CHAINS } from './known-chains';
import { knownBand } from './known-policies';
import { type ProofFields, proofOf } from './proof-entries';
import { type ProviderFields, providersOf, refuseOfOtherFamily } from './provider-entries';

/** The chains file is invalid. The message lists every fault, and never a provider's URL. */
export class InvalidChainsFile extends Error {
  override readonly name = 'InvalidChainsFile';

  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`The chains file has ${count}:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
  }
}

interface AssetEntry extends Partial<Pick<Asset, 'currency' | 'decimals'>> {
  readonly id: string;
  readonly minimum?: string;
  readonly finality?: Finality;
  readonly band?: string | null;
  readonly credit?: 'by-log' | 'by-balance';
}

interface ChainEntry
  extends Partial<Omit<Chain, 'id' | 'family' | 'proof' | 'coin' | keyof FinalityFields>>,
    FinalityFields,
    ProviderFields {
  readonly id: string;
  readonly singleProvider?: ChainConnection['singleProvider'];
  readonly startBlock?: number | null;
  readonly balanceReadsPerMinute?: number;
  readonly proof?: ProofFields;
  readonly coin?: CoinFields;
  readonly assets?: readonly AssetEntry[];
}

interface ChainsFile {
  readonly chains: readonly ChainEntry[];
}

let validator: ValidateFunction<ChainsFile> | undefined;

/** Compiled for the first file, as most processes read none or one. */
function validatorOfFiles(): ValidateFunction<ChainsFile> {
  if (validator !== undefined) return validator;
  const { Ajv2020 } = require('ajv/dist/2020') as typeof import('ajv/dist/2020');
  // That the schema itself is valid is tested: checking it takes longer than compiling it.
  validator = new Ajv2020({
    validateSchema: false,
    allErrors: true,
    allowUnionTypes: true,
    discriminator: true,
    formats: { url: URL.canParse },
    verbose: true,
  }).compile<ChainsFile>(schema);
  return validator;
}

/**
 * The known chains and assets, with the additions and changes of the chains file at `path`. Without a file
 * no chain is watched. Throws `InvalidChainsFile`.
 */
export function loadChainsFile(path: string | null): ChainsAndAssets {
  return path === null ? merge([]) : readChainsFile(readText(path));
}

/** The same from the text of a file. */
export function readChainsFile(text: string): ChainsAndAssets {
  return merge(entriesOf(text));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidChainsFile([`${path} cannot be read (${code}). Name a readable JSON file.`]);
  }
}

function entriesOf(text: string): readonly ChainEntry[] {
  const fault = faultOfJson(text);
  if (fault !== null) throw new InvalidChainsFile([fault]);
  const file: unknown = JSON.parse(text);
  const validate = validatorOfFiles();
  if (!validate(file)) throw new InvalidChainsFile((validate.errors ?? []).map(schemaFault));
  return file.chains;
}

/** Why the text of a file is not JSON, with line and column; null if it is. */
export function faultOfJson(text: string): string | null {
  // A UTF-16 file also begins with a mark, whose bytes are invalid in UTF-8.
  if (/^[\uFEFF\uFFFD]/.test(text)) {
    return 'Line 1, column 1: the file begins with a byte order mark. Save it as UTF-8 without one.';
  }
  try {
    JSON.parse(text);
    return null;
  } catch {
    return syntaxFault(text);
  }
}

/** Names the first syntax error; later ones may only be its consequence. */
function syntaxFault(text: string): string {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined) return 'The file is not JSON.';
  const { error, offset } = first;
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  // Such as `CommaExpected`.
  const words = printParseErrorCode(error)
    .replace(/(?!^)[A-Z]/g, ' $&')
    .toLowerCase();
  return `Line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: this is not JSON (${words}).`;
}

/** Says what the schema expects. Never repeats a value, because a URL may contain a key. */
function schemaFault({ instancePath, message, params, parentSchema }: ErrorObject): string {
  const where = instancePath || 'the file';
  if ('additionalProperty' in params) {
    const known = Object.keys(parentSchema?.properties ?? {}).join(', ');
    return `${where} has no property ${params.additionalProperty}. It may have ${known}.`;
  }
  const { description } = parentSchema ?? {};
  return description === undefined ? `${where} ${message}.` : `${where} must be ${description}.`;
}

function merge(entries: readonly ChainEntry[]): ChainsAndAssets {
  const faults: string[] = [];
  const chains = new Map(KNOWN_CHAINS.map((chain) => [chain.id, chain]));
  const assets = new Map(KNOWN_ASSETS.map((asset) => [asset.id, asset]));
  const assetFinality = new Map<string, Finality>();
  const assetBands = new Map<string, bigint>();
  const creditedByBalance = new Set<string>();
  for (const asset of KNOWN_ASSETS) setBand(assetBands, asset.id, knownBand(asset));
  const connections = new Map<string, ChainConnection>();
  for (const chainEntry of entries) {
    const { singleProvider = 'wait', startBlock = null, assets: listed = [] } = chainEntry;
    const { balanceReadsPerMinute } = chainEntry;
    const { id } = chainEntry;
    if (connections.has(id)) faults.push(`${id} is listed twice; list it once.`);
    const providers = providersOf(id, chainEntry, faults);
    connections.set(id, {
      ...{ chain: id, singleProvider, startBlock, providers },
      ...(balanceReadsPerMinute !== undefined && { balanceReadsPerMinute }),
    });
    const family = familyOfChain(id);
    if (family === null) {
      const right = FAMILIES.map((each) => `${FAMILY_RULES[each].chainNamespace}:<number>`);
      faults.push(`${id} is no chain that Daybook knows how to read: ${right.join(' or ')}.`);
      continue;
    }
    refuseOfOtherFamily(id, family, providers, faults);
    const known = { name: id, ...UNKNOWN_CHAINS[family], ...chains.get(id) };
    const { name = known.name, blockTimeMs = known.blockTimeMs } = chainEntry;
    const { reorgWindow = known.reorgWindow } = chainEntry;
    const own = listed.flatMap(({ finality }) => finality ?? []);
    const chain: Chain = {
      ...{ ...known, id, family, name, blockTimeMs, reorgWindow },
      ...proofOf(known.proof, chainEntry.proof),
      ...coinOf(id, family, chainEntry.coin, faults),
      ...policiesOf(id, known, chainEntry, own, reorgWindow, faults),
    };
    chains.set(id, chain);
    for (const { finality, band, credit, ...assetEntry } of listed) {
      const asset = assetOf(assetEntry, chain, assets.get(assetEntry.id), faults);
      if (asset !== null) assets.set(asset.id, asset);
      if (finality) assetFinality.set(assetEntry.id, finality);
      if (band !== undefined)
        setBand(assetBands, assetEntry.id, band === null ? null : BigInt(band));
      if (credit === 'by-balance') {
        refuseCreditByBalance(assetEntry.id, family, faults);
        creditedByBalance.add(assetEntry.id);
      }
    }
  }
  refuseCoinAsToken(chains.values(), assets, faults);
  const owners = new Map<string, string>();
  for (const { id, currency } of assets.values()) {
    const owner = owners.get(currency);
    if (owner !== undefined) {
      faults.push(`${currency} names both ${owner} and ${id}; give each its own currency code.`);
    }
    owners.set(currency, id);
  }
  if (faults.length > 0) throw new InvalidChainsFile(faults);
  return {
    chains: [...chains.values()],
    assets: [...assets.values()],
    assetFinality,
    assetBands,
    creditedByBalance,
    connections: [...connections.values()],
  };
}

function setBand(bands: Map<string, bigint>, asset: string, band: bigint | null): void {
  if (band === null) bands.delete(asset);
  else bands.set(asset, band);
}

/** What a new asset needs, with an example. */
const ASSET_FIELDS = {
  currency: 'currency, such as "USDT_ETH"',
  decimals: 'decimals, such as 6',
  minimum: 'minimum in base units, such as "1000000"',
} as const;

/** A known asset may get another minimum or policy, but never other decimals or another currency. */
function assetOf(
  { minimum, ...entry }: Omit<AssetEntry, 'finality' | 'band' | 'credit'>,
  chain: Chain,
  known: Asset | undefined,
  faults: string[],
): Asset | null {
  const id = parseAssetId(entry.id);
  const found = faults.length;
  if (id === null) {
    const { assetExamples } = FAMILY_RULES[chain.family];
    faults.push(`${entry.id} is no asset id such as ${assetExamples}.`);
  } else if (id.chain !== chain.id) {
    faults.push(`${entry.id} is listed under ${chain.id}; list it under ${id.chain}.`);
  }
  const given = { ...entry, ...(minimum !== undefined && { minimum: BigInt(minimum) }) };
  const asset: Partial<Asset> = { ...known, ...given, chain: chain.id };
  for (const field of ['currency', 'decimals', 'minimum'] as const) {
    if (asset[field] === undefined) faults.push(`${entry.id} has no ${ASSET_FIELDS[field]}.`);
  }
  if ((asset.minimum ?? 0n) > AMOUNT_MAX) {
    faults.push(`${entry.id}: minimum is above 2^256 - 1, which no transfer can reach.`);
  }
  if (known && (asset.currency !== known.currency || asset.decimals !== known.decimals)) {
    faults.push(
      `${entry.id} is known as ${known.currency} with ${known.decimals} decimals; leave both out.`,
    );
  }
  return faults.length > found ? null : (asset as Asset);
}
