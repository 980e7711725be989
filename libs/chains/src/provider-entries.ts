import type { ProviderConnection } from './chains-and-assets';

type ProviderEntry = Pick<ProviderConnection, 'name' | 'rpcUrl'> &
  Partial<Pick<ProviderConnection, 'wsUrl' | 'requestsPerSecond'>>;

/** How an entry of the chains file says which providers serve its chain: one by its URLs, or a list. */
export interface ProviderFields {
  readonly rpcUrl?: string;
  readonly wsUrl?: string | null;
  readonly providers?: readonly ProviderEntry[];
}

/** The name of a provider that the file does not name. */
const ONLY_PROVIDER = 'node';

/** The providers of a chain. Adds to `faults` what is wrong, never with a URL. */
export function providersOf(
  id: string,
  { rpcUrl, wsUrl = null, providers }: ProviderFields,
  faults: string[],
): readonly ProviderConnection[] {
  if (providers === undefined) {
    if (rpcUrl === undefined) {
      faults.push(
        `${id} has no provider. Give an rpcUrl, or providers with a name and an rpcUrl each.`,
      );
      return [];
    }
    return [{ name: ONLY_PROVIDER, rpcUrl, wsUrl, requestsPerSecond: null }];
  }
  if (rpcUrl !== undefined || wsUrl !== null) {
    faults.push(`${id} has providers, so rpcUrl and wsUrl belong to one of them; move them there.`);
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
  return providers.map((provider) => ({ wsUrl: null, requestsPerSecond: null, ...provider }));
}
