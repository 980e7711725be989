import type { Asset, Family } from '@daybook/domain';
import type { Chain, CoinLog, CoinRules } from './chains-and-assets';
import { canonicalEvmAddress } from './evm/raw';
import { parseAssetId } from './family';
import { BY_VALUES, KNOWN_COINS } from './known-coins';

/** How an entry of the chains file changes the coin of its chain. */
export interface CoinFields {
  readonly traces?: CoinRules['traces'];
  readonly withdrawals?: boolean;
  /** Null: none, also where one is known. */
  readonly log?: CoinLog | null;
}

/** The coin of a chain, as far as it is known, with the changes of the file. */
export function coinOf(
  id: string,
  family: Family,
  entry: CoinFields | undefined,
  faults: string[],
): Pick<Chain, 'coin'> {
  if (family !== 'evm') {
    if (entry) faults.push(`${id} has coin, which is for EVM chains only; leave it out.`);
    return {};
  }
  const known = KNOWN_COINS[id] ?? BY_VALUES;
  if (entry === undefined) return { coin: known };
  const { log: knownLog, ...base } = known;
  const { traces = base.traces, withdrawals: hasWithdrawals = base.hasWithdrawals } = entry;
  const log = entry.log === undefined ? knownLog : coinLogOf(id, entry.log, faults);
  return { coin: { traces, hasWithdrawals, ...(log && { log }) } };
}

function coinLogOf(id: string, log: CoinLog | null, faults: string[]): CoinLog | null {
  if (log === null) return null;
  const address = canonicalEvmAddress(log.address);
  if (address !== null) return { ...log, address };
  faults.push(
    `${id}: coin.log.address is ${log.address}, whose capitals are no checksum (EIP-55); copy it again or write it in lower case.`,
  );
  return null;
}

/** The coin is one asset: it cannot be listed a second time by the contract that logs its movements. */
export function refuseCoinAsToken(
  chains: Iterable<Chain>,
  assets: ReadonlyMap<string, Asset>,
  faults: string[],
): void {
  for (const { id, coin } of chains) {
    const token = `${id}/erc20:${coin?.log?.address}`;
    if (!assets.has(token)) continue;
    faults.push(
      `${token} is the contract that logs movements of the coin of ${id} (coin.log), so it cannot be a token too; list the coin alone, by ${id}/slip44:.`,
    );
  }
}

/** Balances at past blocks are needed, of a token. */
export function refuseCreditByBalance(id: string, family: Family, faults: string[]): void {
  if (family === 'tron') {
    faults.push(
      `${id}: credit "by-balance" needs balances at past blocks, which TRON nodes do not serve; leave it out.`,
    );
  } else if (parseAssetId(id)?.kind === 'coin') {
    faults.push(`${id}: credit "by-balance" is for tokens, not for the coin; leave it out.`);
  }
}
