import type { OutflowCommand, Parties, ReplenishmentCommand } from '@daybook/domain';
import * as a from '../../../libs/domain/testing/a';

const COIN = 'eip155:1/slip44:60';
const { id: TOKEN, decimals } = a.asset();
export const ASSETS = [COIN, TOKEN] as const;
/** As the registry has them: a ledger that starts on this history refuses others. */
export const decimalsOf = (asset: string): number => (asset === COIN ? 18 : decimals);

/** What was reported of each transfer or outflow. */
export type Told = Map<number, { version: number; inBlock: boolean }>;

export function amountOf(t: number): bigint {
  return BigInt(1 + (t % 7)) * 10n ** 20n;
}

/** Some transfers are below it. */
export function minimumOf(t: number): bigint {
  return t % 8 === 3 ? 10n ** 22n : 1n;
}

/** The release of transfer `t`, which is below the minimum, in a sum. */
export function release(t: number, version: number, isBlocked: boolean): ReplenishmentCommand {
  const parts = [a.replenishmentId, `transfer ${t}`];
  return {
    ...{ type: 'ReleaseReplenishment', amount: `${amountOf(t)}` },
    blockHash: a.block(`block ${t} ${version}`).hash,
    sum: { first: a.replenishmentId, amount: `${minimumOf(t)}`, count: 2, parts },
    facts: { customerBlocked: isBlocked },
  };
}

/** That a sweep covers the last known block of transfer `t`, or no longer does. */
export function settlement(t: number, version: number, isCovered: boolean): ReplenishmentCommand {
  const blockHash = a.block(`block ${t} ${version}`).hash;
  const sweep = isCovered ? { outflowId: `outflow ${t}`, txHash: `0x${t}` } : null;
  return { type: 'SettleReplenishment', blockHash, amount: `${amountOf(t)}`, sweep };
}

const FIRST = ['detected', 'final', 'final'] as const;
const LATER = ['final', 'final', 'reverted'] as const;
const DESTINATIONS = ['account-wallet', 'purse-of-account', 'elsewhere'] as const;

/** The next report of outflow `t`: a new block, its finality, or its reversal; to places of each kind. */
export function outflowReport(
  t: number,
  number: (below: number) => number,
  told: Told,
  parties: Parties,
): OutflowCommand {
  const known = told.get(t) ?? { version: 0, inBlock: false };
  const version = known.version + 1;
  const status = (known.inBlock ? LATER : FIRST)[number(3)] ?? 'final';
  const isOut = status === 'reverted';
  told.set(t, { version, inBlock: !isOut });
  return a.recordOutflow(
    {
      ...{ version, status, amount: amountOf(t), asset: ASSETS[t % 2] as string },
      ...(t % 4 === 1 && { netted: '10' }),
      ...(t % 5 === 0 ? { to: null, ordinal: 'fee:0' } : {}),
      outflowId: `outflow ${t}`,
      txHash: `0x${t.toString(16).padStart(64, '0')}`,
      block: isOut ? null : a.block(`block ${t} ${version}`, version),
    },
    {
      parties,
      asset: t % 7 === 0 ? null : a.asset({ id: ASSETS[t % 2] as string }),
      destination: DESTINATIONS[t % 3] ?? 'elsewhere',
    },
  );
}
