import { once } from 'node:events';
import {
  type AddressPath,
  type AddressUse,
  type Chain,
  type ChainsAndAssets,
  coinOf,
  deriveAddress,
  displayAddress,
  findChain,
  InvalidBlock,
  loadChainsFile,
  openChain,
  type ProviderPool,
  RpcFailure,
  type Xpub,
} from '@daybook/chains';
import { branchesAt, formatUnits, minuteOfBranch } from '@daybook/domain';
import { type BackOff, backOffMs, messageOf, pause } from '@daybook/platform/plain';
import { EXIT, type ExitCode, Failure } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { csvLine, remark, say, sayJson } from '../cli/output';
import { countingBar, grouped } from '../cli/progress';
import { pathOf, xpubsFor } from './derive';
import { knownBranches } from './known-branches';
import { PATHS_AT_ONCE, type SearchPlan, searchBranches } from './search';

/** The addresses from before there were branches are in this one. */
const FIRST_BRANCH = 0;
/** A node that fails so often in a row is out of order. */
const FAILURES_MAX = 8;
const BACK_OFF: BackOff = { firstMs: 500, longestMs: 30_000 };
/** Questions about a part of the addresses of a look are asked at the same time. */
const PARTS = 2;

interface ScanOptions {
  readonly data?: string | undefined;
  readonly chains?: string | undefined;
  readonly chain?: readonly string[] | undefined;
  readonly xpub?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly known?: readonly string[] | undefined;
  readonly branch?: readonly number[] | undefined;
  readonly gap: number;
  readonly json?: boolean | undefined;
}

/** A chain whose node is asked. */
interface Scanned {
  readonly chain: Chain;
  readonly client: ProviderPool;
  readonly assets: readonly Listed[];
  /** How many answers are missing, by asset; `history` for that of the address itself. */
  readonly missing: Map<string, number>;
}

interface Listed {
  readonly id: string;
  /** Null for a coin that the chains file does not list. */
  readonly currency: string | null;
  readonly decimals: number | null;
}

const COLUMNS = [
  ...(['address', 'family', 'xpubFingerprint', 'path', 'chain', 'hasHistory'] as const),
  ...(['asset', 'currency', 'amount', 'baseUnits'] as const),
] as const;

/** Finds addresses with funds or a history by the xpub and the chains alone, and lists them as they are found. */
export function scan({ gap, json, ...options }: ScanOptions): Promise<void> {
  return operate(options, async (operation) => {
    const period = periodOf(options);
    const scanned = await openChains(operation, options);
    const families = [...new Set(scanned.map(({ chain }) => chain.family))];
    const xpubs = xpubsFor(operation, options.xpub, families);
    if (!json) say(csvLine(COLUMNS));
    let exitCode: ExitCode = EXIT.ok;
    for (const xpub of xpubs) {
      const known = await knownBranches(options.known ?? [], xpub.fingerprint, operation.signal);
      if (options.known !== undefined && known.size === 0) {
        remark(
          `No path in ${options.known.join(', ')} is of ${xpub.fingerprint} (${xpub.family}).`,
        );
      }
      for (const branch of [FIRST_BRANCH, ...(options.branch ?? [])]) {
        if (!known.has(branch)) known.set(branch, 0);
      }
      const of = scanned.filter(({ chain }) => chain.family === xpub.family);
      await scanXpub(operation, xpub, of, { gap, known, period }, json ?? false);
    }
    for (const sentence of scanned.flatMap(sentencesOfMissing)) {
      remark(sentence);
      exitCode = EXIT.failed;
    }
    return exitCode;
  });
}

function periodOf({ from, to, known, branch }: Omit<ScanOptions, 'gap'>): SearchPlan['period'] {
  if (from === undefined) {
    if (to === undefined && (known !== undefined || branch !== undefined)) return null;
    throw new Failure(
      'Which branches are to be searched? Give --from, and --to if it is not now; or files of "npx daybook addresses export" with --known, or numbers with --branch.',
      EXIT.usage,
    );
  }
  const period = {
    first: Math.max(branchesAt(from.getTime()).first, FIRST_BRANCH + 1),
    last: branchesAt(to?.getTime() ?? Date.now()).last,
  };
  if (period.first <= period.last) return period;
  throw new Failure('--from lies after --to, or in the future.', EXIT.usage);
}

async function openChains(
  operation: Operation,
  { chains: file, chain: named }: Pick<ScanOptions, 'chains' | 'chain'>,
): Promise<readonly Scanned[]> {
  const registry = loadChainsFile(file ?? operation.env.chainsFile ?? null);
  const listed = registry.connections.map(({ chain }) => chain);
  const strange = named?.find((each) => !listed.includes(each));
  if (strange !== undefined || listed.length === 0) {
    const right = listed.length === 0 ? 'It lists none.' : `It lists ${listed.join(', ')}.`;
    throw new Failure(
      `The chains file has no chain ${strange ?? 'to search'}. ${right}`,
      EXIT.usage,
    );
  }
  const scanned = registry.connections.flatMap((connection) => {
    const chain = findChain(registry, connection.chain);
    if (chain === null || !(named?.includes(chain.id) ?? true)) return [];
    const client = openChain(chain, connection, registry);
    return [{ chain, client, assets: assetsOf(registry, chain), missing: new Map() }];
  });
  await Promise.all(scanned.map(({ client }) => client.verify()));
  return scanned;
}

/** The listed assets of a chain, with its coin. */
function assetsOf(registry: ChainsAndAssets, chain: Chain): readonly Listed[] {
  const listed = registry.assets.filter((asset) => asset.chain === chain.id);
  const coin = coinOf(registry, chain);
  if (listed.some(({ id }) => id === coin)) return listed;
  return [...listed, { id: coin, currency: null, decimals: null }];
}

/** Searches the branches of one xpub on all chains of its family. */
async function scanXpub(
  { signal }: Operation,
  xpub: Xpub,
  scanned: readonly Scanned[],
  plan: SearchPlan,
  isJson: boolean,
): Promise<void> {
  const { gap, known, period } = plan;
  const branches = known.size + (period === null ? 0 : period.last + 1 - period.first);
  const questions = scanned.reduce((sum, { assets }) => sum + assets.length + 1, 0);
  remark(
    `Searching ${grouped(branches)} branches of ${xpub.fingerprint} (${xpub.family}) on ${scanned.map(({ chain }) => chain.id).join(', ')}: at least ${grouped(gap)} addresses of each, ${grouped(questions)} questions an address.`,
  );
  const bar = countingBar('Searching', 'addresses');
  const found = new Set<string>();
  let at = period?.first ?? 0;
  const write = writerOf(xpub, isJson);

  async function look(paths: readonly AddressPath[]): Promise<readonly boolean[]> {
    const addresses = paths.map((path) => deriveAddress(xpub, path));
    const used = paths.map(() => false);
    const all = await Promise.all(scanned.map((each) => usesOf(each, addresses, signal)));
    for (const [n, uses] of all.entries()) {
      for (const [i, use] of uses.entries()) {
        if (!use.hasHistory && !use.balances.some((balance) => balance)) continue;
        const path = paths[i] as AddressPath;
        used[i] = true;
        found.add(pathOf(path));
        write(scanned[n] as Scanned, path, addresses[i] as string, use);
      }
    }
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
    return used;
  }

  try {
    const end = await searchBranches(plan, look, ({ done, total, branch }) => {
      at = branch;
      bar.at(done, total);
    });
    bar.end();
    const searched = `${grouped(end.done)} addresses searched`;
    remark(`${searched}, ${grouped(found.size)} of them with funds or a history.`);
  } catch (error) {
    bar.end();
    if (period !== null) {
      const reached = new Date(minuteOfBranch(at)).toISOString();
      remark(`The search came to ${reached}. It goes on from there with "--from ${reached}".`);
    }
    throw error;
  }
}

/** What a chain shows of addresses. Throws `Failure` if no node answers for long. */
async function usesOf(
  scanned: Scanned,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<readonly AddressUse[]> {
  const size = PATHS_AT_ONCE / PARTS;
  const parts = Array.from({ length: Math.ceil(addresses.length / size) }, (_, n) =>
    addresses.slice(n * size, (n + 1) * size),
  );
  const answers = await Promise.all(parts.map((part) => ask(scanned, part, signal)));
  return answers.flat();
}

async function ask(
  { chain, client, assets, missing }: Scanned,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<readonly AddressUse[]> {
  const ids = assets.map(({ id }) => id);
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      const uses = await client.uses(addresses, ids);
      const miss = (what: string) => missing.set(what, (missing.get(what) ?? 0) + 1);
      for (const { hasHistory, balances } of uses) {
        if (hasHistory === null) miss('history');
        for (const [i, balance] of balances.entries()) if (balance === null) miss(ids[i] as string);
      }
      return uses;
    } catch (error) {
      if (!(error instanceof RpcFailure) && !(error instanceof InvalidBlock)) throw error;
      if (failures === FAILURES_MAX) {
        const times = `${chain.id} failed ${FAILURES_MAX} times in a row`;
        throw new Failure(`${times}: ${messageOf(error)}`, EXIT.unreachable, { cause: error });
      }
      await pause(backOffMs(failures, BACK_OFF), signal);
    }
  }
}

/** Writes what was found of an address on a chain: a line for each asset, or one for a history without funds. */
function writerOf({ family, fingerprint }: Xpub, isJson: boolean) {
  return ({ chain, assets }: Scanned, path: AddressPath, canonical: string, use: AddressUse) => {
    const { hasHistory } = use;
    const row = {
      ...{ address: displayAddress(family, canonical), family, xpubFingerprint: fingerprint },
      ...{ path: pathOf(path), chain: chain.id, hasHistory },
    };
    const balances = assets.flatMap(({ id, currency, decimals }, i) => {
      const baseUnits = use.balances[i];
      if (!baseUnits) return [];
      const amount = decimals === null ? null : formatUnits(baseUnits, decimals);
      return [{ asset: id, currency, amount, baseUnits: String(baseUnits) }];
    });
    if (isJson) return sayJson({ ...row, balances }, 0);
    const none = { asset: null, currency: null, amount: null, baseUnits: null };
    for (const balance of balances.length === 0 ? [none] : balances) {
      const cells = { ...row, ...balance };
      say(csvLine(COLUMNS.map((column) => String(cells[column] ?? ''))));
    }
  };
}

function sentencesOfMissing({ chain, missing }: Scanned): readonly string[] {
  return [...missing].map(([what, count]) =>
    what === 'history'
      ? `The node of ${chain.id} did not say the history of ${grouped(count)} addresses.`
      : `The node of ${chain.id} did not say the balance of ${what} for ${grouped(count)} addresses. Is it a token of this chain?`,
  );
}
