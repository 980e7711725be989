import type { json } from '@daybook/contracts';
import { AsOfRequest } from '../edge/as-of';
import { IdField } from '../edge/fields';
import { type KnownAssets, toMoney } from '../edge/money';
import type { AssetFigures } from './get-figures';

export class CustomerFiguresRequest extends AsOfRequest {
  @IdField()
  readonly customerId!: string;
}

export class PurseFiguresRequest extends AsOfRequest {
  @IdField()
  readonly purseId!: string;
}

export function toBalance({ asset, figures }: AssetFigures, assets: KnownAssets): json.Balance {
  const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
  return {
    asset,
    claim: money(figures.claimCustomer),
    accountClaim: money(figures.claimAccount),
    suspense: money(figures.suspense),
    custody: money(figures.custody),
  };
}

export function toThroughput(
  { asset, figures }: AssetFigures,
  assets: KnownAssets,
): json.Throughput {
  const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
  const { received, reversed, receipts } = figures;
  return {
    asset,
    received: money(received),
    reversed: money(reversed),
    receipts: receipts.toString(),
  };
}
