import type { TransferV1 } from '@daybook/contracts';
import type { Asset } from '@daybook/domain';
import type { Message } from '@daybook/messaging';
import {
  DEFAULT_ACCOUNT_ID,
  purseIdOf,
  unkeyedCustomerIdOf,
} from '../../apps/ledger/src/edge/identity';
import { hexOf, randomOf, shuffle } from './random';

/** The chain of the bench. */
export const CHAIN = 'eip155:31337';
export const TOKEN = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
export const TOKEN_ASSET: Asset = {
  id: `${CHAIN}/erc20:${TOKEN}`,
  chain: CHAIN,
  currency: 'USD_BENCH',
  decimals: 6,
  minimum: 1n,
};

/** The registry of the bench: one local chain, one token with 6 decimals. `more` are further fields of the chain. */
export function chainsFile(
  rpcUrl: string,
  startBlock: number | null = null,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const { id, currency, decimals, minimum } = TOKEN_ASSET;
  const token = { id, currency, decimals, minimum: String(minimum) };
  const finality = { kind: 'depth', confirmations: 12 };
  const chain = {
    id: CHAIN,
    name: 'Bench',
    rpcUrl,
    startBlock,
    finality,
    assets: [token],
    ...{ blockTimeMs: null, reorgWindow: 64 },
    ...more,
  };
  return JSON.stringify({ chains: [chain] });
}

export interface PlannedPurse {
  readonly externalId: string;
  readonly customerId: string;
  readonly purseId: string;
  readonly address: string;
}

/** The n-th purse; all its values are derived from the number. */
export function purseAt(n: number): PlannedPurse {
  const externalId = `bench-${n}`;
  const customerId = unkeyedCustomerIdOf(DEFAULT_ACCOUNT_ID, externalId);
  const purseId = purseIdOf(DEFAULT_ACCOUNT_ID, customerId, 'evm');
  return { externalId, customerId, purseId, address: hexOf(`purse ${n}`, 20) };
}

/** With `hot`, this part of the purses ... */
const HOT_PURSES = 0.01;
/** ... gets this part of the transfers. */
const HOT_TRANSFERS = 0.5;

/** The purse of each of `count` transfers: all equally often, or (`isHot`) a few far more often. */
export function targets(count: number, purses: number, isHot: boolean, seed: number): number[] {
  if (!isHot) {
    return shuffle(
      Array.from({ length: count }, (_, i) => i % purses),
      seed,
    );
  }
  const hot = Math.max(1, Math.floor(purses * HOT_PURSES));
  const random = randomOf(seed);
  return Array.from({ length: count }, () =>
    random() < HOT_TRANSFERS
      ? Math.floor(random() * hot)
      : hot + Math.floor(random() * (purses - hot)),
  );
}

/** Final transfers, one per target, as a watcher publishes them. `series` makes the ids of runs different. */
export function finalTransfers(
  purseNumbers: readonly number[],
  addresses: readonly string[],
  series: string,
): TransferV1[] {
  return purseNumbers.map((purse, i) => {
    const txHash = hexOf(`${series} transaction ${i}`, 32);
    const number = 1_000_000 + Math.floor(i / 200);
    return {
      transferId: `${CHAIN}/${txHash}/log:0`,
      version: 1_700_000_000_000 + i,
      status: 'final',
      chain: CHAIN,
      asset: TOKEN_ASSET.id,
      amount: String(1_000_000 + (i % 1_000) * 1_000),
      from: hexOf(`payer ${i % 5_000}`, 20),
      to: addresses[purse] as string,
      txHash,
      block: { number, hash: hexOf(`block ${number}`, 32), time: '2026-01-31T12:00:00.000Z' },
      finality: { kind: 'depth', confirmations: 12 },
    };
  });
}

/** A transfer on the log, with the headers of CloudEvents 1.0 in binary mode. */
export function messageOf(transfer: TransferV1): Message {
  return {
    id: `${transfer.transferId}#${transfer.version}`,
    key: `${transfer.chain}/${transfer.to}`,
    value: JSON.stringify(transfer),
    headers: {
      ce_specversion: '1.0',
      ce_type: 'daybook.transfer.v1',
      ce_source: '/bench',
      'content-type': 'application/json',
    },
  };
}
