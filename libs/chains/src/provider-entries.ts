import type { Family } from '@daybook/domain';
import type { ProviderConnection, TronConnection } from './chains-and-assets';
import { isThisMachine } from './http-post';

interface ReachFields {
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it only this machine is reached without TLS. */
  readonly allowHttp?: boolean;
  readonly tron?: TronConnection;
}

type ProviderEntry = Pick<ProviderConnection, 'name' | 'rpcUrl'> &
  Partial<Pick<ProviderConnection, 'wsUrl' | 'requestsPerSecond'>> &
  ReachFields;

/** How an entry of the chains file says which providers serve its chain: one by its URLs, or a list. */
export interface ProviderFields extends ReachFields {
  readonly rpcUrl?: string;
  readonly wsUrl?: string | null;
  readonly providers?: readonly ProviderEntry[];
}

/** The name of a provider that the file does not name. */
const ONLY_PROVIDER = 'node';

/** The providers of a chain. Adds to `faults` what is wrong, never with a URL. */
export function providersOf(
  id: string,
  { rpcUrl, wsUrl = null, headers, allowHttp = false, tron, providers }: ProviderFields,
  faults: string[],
): readonly ProviderConnection[] {
  if (providers === undefined) {
    if (rpcUrl === undefined) {
      faults.push(
        `${id} has no provider. Give an rpcUrl, or providers with a name and an rpcUrl each.`,
      );
      return [];
    }
    refuseOpenUrls(id, { rpcUrl, wsUrl, allowHttp, ...(tron && { tron }) }, faults);
    const rest = { headers: headers ?? {}, requestsPerSecond: null, ...(tron && { tron }) };
    return [{ name: ONLY_PROVIDER, rpcUrl, wsUrl, ...rest }];
  }
  if (rpcUrl !== undefined || wsUrl !== null || headers !== undefined || tron !== undefined) {
    faults.push(
      `${id} has providers, so rpcUrl, wsUrl, headers and tron belong to one of them; move them there.`,
    );
  }
  const byName = new Map<string, string>();
  for (const { name, rpcUrl: url } of providers) {
    if (byName.has(name)) faults.push(`${id} has two providers ${name}; give each its own name.`);
    const [same] = [...byName].find(([, known]) => known === url) ?? [];
    if (same !== undefined && same !== name) {
      faults.push(
        `${id}: ${same} and ${name} have the same URL, so neither can confirm the other.`,
      );
    }
    byName.set(name, url);
  }
  return providers.map(({ allowHttp: isAllowed = allowHttp, ...provider }) => {
    const known = { wsUrl: null, headers: {}, requestsPerSecond: null, ...provider };
    refuseOpenUrls(`${id}: ${provider.name}`, { ...known, allowHttp: isAllowed }, faults);
    return known;
  });
}

/** Without TLS, every machine between here and the node can change its answers, and so invent money. */
function refuseOpenUrls(
  where: string,
  {
    rpcUrl,
    wsUrl,
    allowHttp,
    tron,
  }: Pick<ProviderConnection, 'rpcUrl' | 'wsUrl' | 'tron'> & { readonly allowHttp: boolean },
  faults: string[],
): void {
  if (allowHttp) return;
  for (const [field, url, right] of [
    ['rpcUrl', rpcUrl, 'https'],
    ['wsUrl', wsUrl, 'wss'],
    ['tron.solidityUrl', tron?.solidityUrl ?? null, 'https'],
  ] as const) {
    if (url === null || !URL.canParse(url)) continue;
    const { protocol, hostname } = new URL(url);
    if (protocol === `${right}:` || isThisMachine(hostname)) continue;
    faults.push(
      `${where}: ${field} is not encrypted, so others can change the answers. Use ${right}, or set allowHttp for a network that you trust.`,
    );
  }
}

/** What a provider of a chain of the family cannot have. */
export function refuseOfOtherFamily(
  id: string,
  family: Family,
  providers: readonly ProviderConnection[],
  faults: string[],
): void {
  const hasTron = providers.some(({ tron }) => tron !== undefined);
  if (family !== 'tron' && hasTron) faults.push(`${id} is no TRON chain; leave out tron.`);
  if (family === 'tron' && providers.some(({ wsUrl }) => wsUrl !== null)) {
    faults.push(`${id}: TRON nodes have no WebSocket; leave out wsUrl.`);
  }
}
