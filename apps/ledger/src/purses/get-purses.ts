import { type Family, fold, type PurseEvent, purse, streamName, upcast } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { requireExisted } from '../edge/as-of';
import { AccountQuery } from '../edge/request-context';
import { versioned } from '../edge/versions';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { PurseRow } from './purse.row';
import { PURSE_STATUS, type Purse, purseResource } from './purse-resource';

/**
 * One purse of the account, or null: now, or as it was at the position `asOf`. Refuses with
 * `as-of-too-early` if it was not minted by then.
 */
export class GetPurse extends AccountQuery<
  { readonly id: string; readonly asOf: bigint | null },
  Purse | null
> {}

/** The account's purses, newest first. `address` is in the canonical form of its family. */
export class ListPurses extends AccountQuery<
  ListOf<{ customerId: string; status: Purse['status']; family: Family; address: string }>,
  Page<Purse>
> {}

@QueryHandler(GetPurse)
export class GetPurseHandler implements IQueryHandler<GetPurse> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
  ) {}

  async execute({ accountId, request: { id, asOf } }: GetPurse): Promise<Purse | null> {
    const row = await this.dataSource.getRepository(PurseRow).findOneBy({ id, accountId });
    if (row === null || asOf === null) return row && versioned(toResource(row), row.lastPosition);
    const mintPosition = BigInt(row.firstPosition);
    requireExisted(mintPosition, asOf);
    // The stream of a purse has few events, so it is folded here instead of keeping a history table.
    const history = await this.store.readStream(streamName('purse', id));
    const until = history.filter(({ position }) => position <= asOf);
    const state = fold(purse, until.map(upcast) as PurseEvent[]);
    if (state.status === 'absent') throw new Error(`Purse ${id} is in no event up to ${asOf}.`);
    // What it had before it got an address of its own was never its own.
    const address = state.address === row.address ? row.address : null;
    return purseResource(id, { ...state, address }, mintPosition);
  }
}

@QueryHandler(ListPurses)
export class ListPursesHandler implements IQueryHandler<ListPurses> {
  constructor(private readonly dataSource: DataSource) {}

  execute({ accountId, request }: ListPurses): Promise<Page<Purse>> {
    const { status: shown, ...filter } = request.filter;
    const [status] = Object.entries(PURSE_STATUS).find(([, word]) => word === shown) ?? [];
    const rows = this.dataSource.getRepository(PurseRow).createQueryBuilder('r');
    return listNewest(rows, { accountId, ...filter, status }, request, toResource);
  }
}

function toResource(row: PurseRow): Purse {
  const purse = { ...row, mintedAt: row.mintedAt.toISOString() };
  return purseResource(row.id, purse, BigInt(row.addressPosition ?? row.firstPosition));
}
