import type { Chain, ChainConnection } from '@daybook/chains';

/** Balances that are read in a minute, where neither the chains file nor a plan of calls says otherwise. */
const PER_MINUTE = { evm: 2_000, tron: 300 } as const;
/** So much of the calls that a plan allows in a day may be for balances; blocks need the others. */
const SHARE_OF_CALLS = 0.05;
/** A balance of TRON that is read alone: the balance, and the last block before and after it. */
const CALLS_PER_READ_MAX = 3;
const MINUTES_A_DAY = 24 * 60;

/**
 * How many balances may be read in a minute: what the chains file says, else a default that fits the smallest plan of
 * the providers. 0 if there are too few calls in it.
 */
export function readsPerMinute(
  { family }: Pick<Chain, 'family'>,
  connection: Pick<ChainConnection, 'balanceReadsPerMinute' | 'providers'> | undefined,
): number {
  const said = connection?.balanceReadsPerMinute;
  if (said !== undefined) return said;
  const plans = (connection?.providers ?? []).flatMap(({ tron }) => tron?.callsPerDay ?? []);
  const callsPerMinute = (Math.min(...plans) * SHARE_OF_CALLS) / MINUTES_A_DAY;
  return Math.min(PER_MINUTE[family], Math.floor(callsPerMinute / CALLS_PER_READ_MAX));
}
