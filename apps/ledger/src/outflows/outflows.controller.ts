import type { OutflowStatus, OutflowUse } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import { ChoiceField, IdField } from '../edge/fields';
import { Operation } from '../edge/operation';
import { ListRequest, pageRequest } from '../edge/paging';
import { found } from '../edge/problem';
import { GetPurse } from '../purses';
import { ListOutflows } from './get-outflows';

const USES: readonly OutflowUse[] = ['sweep', 'internal', 'network-fee', 'unplanned'];
const STATUSES: readonly OutflowStatus[] = ['detected', 'booked', 'reverted', 'rejected'];

export class ListPurseOutflowsRequest extends ListRequest {
  @IdField()
  readonly purseId!: string;

  @ChoiceField(USES, { optional: true })
  readonly use?: OutflowUse;

  @ChoiceField(STATUSES, { optional: true })
  readonly status?: OutflowStatus;
}

@ApiTags('Outflows')
@Controller()
export class OutflowsController {
  constructor(private readonly queries: QueryBus) {}

  @Operation({
    http: 'GET /v1/purses/:purseId/outflows',
    rpc: 'OutflowService/ListPurseOutflows',
    scope: 'replenishments:read',
    refuses: ['purse-not-found', 'invalid-cursor', 'epoch-ended'],
  })
  async listPurseOutflows(
    { accountId }: AccountCaller,
    { purseId, use, status, ...list }: ListPurseOutflowsRequest,
  ) {
    const filter = { purseId, use, status };
    const [purse, outflows] = await Promise.all([
      this.queries.execute(new GetPurse(accountId, { id: purseId, asOf: null })),
      this.queries.execute(new ListOutflows(accountId, { filter, page: pageRequest(list) })),
    ]);
    found(purse, 'purse-not-found');
    return outflows;
  }
}
