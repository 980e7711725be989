import { displayAddress } from '@daybook/chains';
import { fold, type PurseEvent, purse, streamName, upcast } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, LessThan } from 'typeorm';
import { requireExisted } from '../projections/as-of';
import { type Page, type PageRequest, pageOf, positionBefore } from '../projections/cursor';
import { PurseRow } from './purse.row';
import { PURSE_STATUS, type Purse, purseResource } from './purse-resource';

/**
 * One purse of the account, or null: now, or as it was at a position. Rejects with `AsOfRefused`
 * (as-of-too-early) when it was not minted by then.
 */
export class GetPurse extends Query<Purse | null> {
  constructor(
    readonly accountId: string,
    readonly id: string,
    readonly asOf: bigint | null = null,
  ) {
    super();
  }
}

/** The account's purses, newest first. */
export class ListPurses extends Query<Page<Purse>> {
  constructor(
    readonly accountId: string,
    readonly filter: {
      readonly customerId?: string | undefined;
      /** In the family's canonical form. */
      readonly address?: string | undefined;
      readonly status?: Purse['status'] | undefined;
    },
    readonly page: PageRequest,
  ) {
    super();
  }
}

const STATUS_OF = {
  PENDING_PAYMENT: 'active',
  ARCHIVED: 'archived',
  DECLINED: 'declined',
} as const;

@QueryHandler(GetPurse)
export class GetPurseHandler implements IQueryHandler<GetPurse> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
  ) {}

  async execute({ accountId, id, asOf }: GetPurse): Promise<Purse | null> {
    const row = await this.dataSource.getRepository(PurseRow).findOneBy({ id, accountId });
    if (row === null || asOf === null) return row === null ? null : toResource(row);
    const mintPosition = BigInt(row.firstPosition);
    requireExisted(mintPosition, asOf);
    // A purse's stream has a handful of events: folding it is what a history table would only repeat.
    const history = await this.store.readStream(streamName('purse', id));
    const until = history.filter(({ position }) => position <= asOf);
    const state = fold(purse, until.map(upcast) as PurseEvent[]);
    if (state.status === 'absent') throw new Error(`Purse ${id} is in no event up to ${asOf}.`);
    return purseResource(id, state, displayAddress, mintPosition);
  }
}

@QueryHandler(ListPurses)
export class ListPursesHandler implements IQueryHandler<ListPurses> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, filter, page }: ListPurses): Promise<Page<Purse>> {
    const before = positionBefore(page.cursor, filter);
    const rows = await this.dataSource.getRepository(PurseRow).find({
      where: {
        accountId,
        ...(filter.customerId !== undefined && { customerId: filter.customerId }),
        ...(filter.address !== undefined && { address: filter.address }),
        ...(filter.status !== undefined && { status: STATUS_OF[filter.status] }),
        ...(before !== null && { firstPosition: LessThan(before) }),
      },
      order: { firstPosition: 'DESC' },
      take: page.limit + 1,
    });
    return pageOf(rows, page.limit, filter, toResource);
  }
}

function toResource(row: PurseRow): Purse {
  const { id, customerId, family, outsideOrderId } = row;
  return {
    id,
    customerId,
    family,
    address: displayAddress(family, row.address),
    status: PURSE_STATUS[row.status],
    outsideOrderId,
    mintedAt: row.mintedAt.toISOString(),
    mintPosition: BigInt(row.firstPosition),
  };
}
