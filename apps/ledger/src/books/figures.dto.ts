import type { json } from '@daybook/contracts';
import { type Figures, formatUnits, totalsByUnit } from '@daybook/domain';
import { AsOfRequest } from '../edge/as-of';
import { AssetField, ChoiceField, IdField, PatternField, TimeField } from '../edge/fields';
import { type KnownAssets, toMoney } from '../edge/money';
import { Problem } from '../edge/problem';
import { PROBLEMS } from '../edge/problems';
import { parseTime } from '../edge/time';
import type { DepositFigures } from './get-deposits';
import type { AssetFigures } from './get-figures';
import type { Throughput, ThroughputPeriods } from './get-throughput';
import { boundariesOf, isTimeZone, PERIOD_LENGTHS, type PeriodLength, usualFrom } from './periods';

export class CustomerBalancesRequest extends AsOfRequest {
  @IdField()
  readonly customerId!: string;
}

export class PurseBalancesRequest extends AsOfRequest {
  @IdField()
  readonly purseId!: string;
}

export class AccountBalancesRequest extends AsOfRequest {}

export class AccountThroughputRequest extends AsOfRequest {
  @ChoiceField(PERIOD_LENGTHS, { optional: true })
  readonly by?: PeriodLength;

  @PatternField({
    pattern: /^[A-Za-z][A-Za-z0-9_+/-]*$/,
    max: 64,
    sentence: 'must be a time zone of the IANA database, such as Europe/Berlin.',
    optional: true,
  })
  readonly timeZone?: string;

  @TimeField({ optional: true })
  readonly from?: string;

  @TimeField({ optional: true })
  readonly to?: string;

  @AssetField({ optional: true })
  readonly asset?: string;
}

export class CustomerThroughputRequest extends AccountThroughputRequest {
  @IdField()
  readonly customerId!: string;
}

export class PurseThroughputRequest extends AccountThroughputRequest {
  @IdField()
  readonly purseId!: string;
}

/**
 * The boundaries of the periods that a request asks for; none if it asks for none, or for those of an empty time. Refuses
 * with `time-zone-unknown`, `too-many-periods`.
 */
export function boundariesIn(request: AccountThroughputRequest, now: number): readonly number[] {
  const { timeZone = 'UTC', from, to, asOf } = request;
  const isOfPeriods = [request.timeZone, from, to].some((field) => field !== undefined);
  const by = request.by ?? (isOfPeriods ? 'month' : null);
  if (by === null) return [];
  if (!isTimeZone(timeZone)) {
    throw new Problem('time-zone-unknown', `There is no time zone ${timeZone}.`);
  }
  const asked = [to, asOf].map((text) => text && parseTime(text)).find((time) => time);
  const end = asked ? Date.parse(asked) : now;
  const start = from === undefined ? usualFrom(by, timeZone, end) : Date.parse(from);
  if (start >= end) return [];
  const boundaries = boundariesOf({ by, timeZone, from: start, to: end });
  if (boundaries !== null) return boundaries;
  throw new Problem('too-many-periods', PROBLEMS['too-many-periods'].when);
}

/** The sums by unit of amounts by asset, each shown by `toAmount`. An asset without known decimals has no unit. */
export function unitSums<Name extends string, Shown>(
  entries: readonly { readonly asset: string; readonly amounts: Readonly<Record<Name, bigint>> }[],
  assets: KnownAssets,
  toShown: (unit: string, amount: (name: Name) => json.UnitAmount) => Shown,
): readonly Shown[] {
  const scaled = entries.flatMap(({ asset, amounts }) => {
    const scale = assets.find(asset);
    return scale === null ? [] : [{ scale, amounts }];
  });
  return totalsByUnit(scaled).map(({ unit, decimals, amounts }) =>
    toShown(unit, (name) => ({
      ...{ unit, decimals, amount: formatUnits(amounts[name], decimals) },
      baseUnits: amounts[name].toString(),
    })),
  );
}

export function toBalance({ asset, figures }: AssetFigures, assets: KnownAssets): json.Balance {
  const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
  return {
    asset,
    claim: money(figures.claimCustomer),
    accountClaim: money(figures.claimAccount),
    suspense: money(figures.suspense),
    custody: money(figures.custody),
    pending: money(figures.pendingCustomer),
    accountPending: money(figures.pendingAccount),
  };
}

export function balanceTotals(
  entries: readonly AssetFigures[],
  assets: KnownAssets,
): readonly json.UnitBalance[] {
  const amounts = entries.map(({ asset, figures }) => ({ asset, amounts: figures }));
  return unitSums<keyof Figures, json.UnitBalance>(amounts, assets, (unit, amount) => ({
    unit,
    claim: amount('claimCustomer'),
    accountClaim: amount('claimAccount'),
    suspense: amount('suspense'),
    custody: amount('custody'),
    pending: amount('pendingCustomer'),
    accountPending: amount('pendingAccount'),
  }));
}

export function toDeposits({ count, last }: DepositFigures, assets: KnownAssets): json.Deposits {
  return {
    count: count.toString(),
    lastAt: last === null ? null : last.at.toISOString(),
    lastId: last === null ? null : last.replenishmentId,
    lastAmount: last === null ? null : toMoney(last, assets),
  };
}

/** What was ever received, as figures have it. */
export function throughputIn(entries: readonly AssetFigures[]): Throughput {
  return new Map(
    entries.map(({ asset, figures: { received, reversed, receipts } }) => [
      asset,
      { received, takenBack: reversed, receipts },
    ]),
  );
}

export function toThroughputs(
  throughput: Throughput,
  assets: KnownAssets,
): readonly json.Throughput[] {
  return [...throughput].map(([asset, { received, takenBack, receipts }]) => {
    const back = toMoney({ asset, baseUnits: takenBack }, assets);
    return {
      asset,
      received: toMoney({ asset, baseUnits: received }, assets),
      reversed: back,
      receipts: receipts.toString(),
      takenBack: back,
    };
  });
}

export function throughputTotals(
  throughput: Throughput,
  assets: KnownAssets,
): readonly json.UnitThroughput[] {
  const entries = [...throughput].map(([asset, { received, takenBack }]) => {
    return { asset, amounts: { received, takenBack } };
  });
  return unitSums(entries, assets, (unit, amount) => ({
    unit,
    received: amount('received'),
    takenBack: amount('takenBack'),
  }));
}

export function toPeriods(
  periods: ThroughputPeriods['periods'],
  assets: KnownAssets,
): readonly json.ThroughputPeriod[] {
  return periods.map(({ start, end, moved }) => ({
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    throughputs: toThroughputs(moved, assets),
  }));
}
