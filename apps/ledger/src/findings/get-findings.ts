import { displayAddress, familyOfChain } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import type { FindingKind } from '@daybook/domain';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames } from '../chains';
import { type KnownAssets, toMoney } from '../edge/money';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { FindingRow } from './finding.row';

/** One finding, or null. `accountId` null finds those of every account, for operators. */
export class GetFinding extends Query<json.Finding | null> {
  constructor(
    readonly accountId: string | null,
    readonly id: string,
  ) {
    super();
  }
}

/** Findings, newest first. `accountId` null lists those of every account, for operators. */
export class ListFindings extends Query<Page<json.Finding>> {
  constructor(
    readonly accountId: string | null,
    readonly request: ListOf<{
      accountId: string;
      status: FindingRow['status'];
      kind: FindingKind;
      purseId: string;
    }>,
  ) {
    super();
  }
}

/** How many findings are open, by kind, and since when the oldest of each is. */
export class GetOpenFindings extends Query<readonly OpenFindings[]> {}

export interface OpenFindings {
  readonly kind: FindingKind;
  readonly open: number;
  readonly oldestAt: Date;
}

@QueryHandler(GetFinding)
export class GetFindingHandler implements IQueryHandler<GetFinding> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId, id }: GetFinding): Promise<json.Finding | null> {
    const where = { id, ...(accountId !== null && { accountId }) };
    const row = await this.dataSource.getRepository(FindingRow).findOneBy(where);
    return row && toResponse(row, await this.assets.now());
  }
}

@QueryHandler(ListFindings)
export class ListFindingsHandler implements IQueryHandler<ListFindings> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId, request }: ListFindings): Promise<Page<json.Finding>> {
    const assets = await this.assets.now();
    const rows = this.dataSource.getRepository(FindingRow).createQueryBuilder('r');
    const where = { ...request.filter, ...(accountId !== null && { accountId }) };
    return listNewest(rows, where, request, (row) => toResponse(row, assets));
  }
}

const OPEN = `
  SELECT kind, count(*)::int AS open, min(opened_at) AS "oldestAt"
    FROM ledger.finding WHERE status = 'open' GROUP BY kind ORDER BY kind`;

@QueryHandler(GetOpenFindings)
export class GetOpenFindingsHandler implements IQueryHandler<GetOpenFindings> {
  constructor(private readonly dataSource: DataSource) {}

  execute(): Promise<readonly OpenFindings[]> {
    return this.dataSource.query(OPEN);
  }
}

export function toResponse(row: FindingRow, assets: KnownAssets): json.Finding {
  const { id, kind, status, accountId, customerId, purseId, chain, subject, end, creditedTo } = row;
  const { reason, reference, watchRequestId } = row;
  const family = familyOfChain(chain);
  const number = (block: string | null) => (block === null ? null : Number(block));
  return {
    ...{ id, kind, status, accountId, customerId, purseId, chain, subject, end, creditedTo },
    ...{ reason, reference, watchRequestId },
    address: family === null ? row.address : displayAddress(family, row.address),
    difference: toMoney({ asset: row.asset, baseUnits: BigInt(row.difference) }, assets),
    fromBlock: number(row.fromBlock),
    toBlock: number(row.toBlock),
    opening: Number(row.opening),
    openedAt: new Date(row.openedAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
    position: String(row.lastPosition),
  };
}
