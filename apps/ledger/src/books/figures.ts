import type { QueryBus } from '@nestjs/cqrs';
import { type AsOfQuery, resolveAsOf } from '../edge/as-of';
import { wholeList } from '../edge/paging';
import { found } from '../edge/problem';
import { type AssetFigures, GetFigures } from './get-figures';

/**
 * The figures of a customer or purse in one page, with the position that they are of. Refuses with
 * `customer-not-found` or `purse-not-found`, `as-of-in-future`, `as-of-too-early`.
 */
export async function figuresOf<Wire>(
  queries: QueryBus,
  accountId: string,
  owner: { readonly kind: 'customer' | 'purse'; readonly id: string },
  query: AsOfQuery,
  toWire: (entry: AssetFigures) => Wire,
) {
  const asOf = await resolveAsOf(queries, query);
  const asked = new GetFigures(accountId, owner, asOf);
  const entries = found(await queries.execute(asked), `${owner.kind}-not-found`);
  return { ...wholeList(entries.map(toWire)), asOf: asOf?.toString() ?? null };
}
