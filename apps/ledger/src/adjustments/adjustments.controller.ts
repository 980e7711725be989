import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetNames, assetNamed } from '../chains';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest } from '../edge/paging';
import { found } from '../edge/problem';
import type { RequestContext } from '../edge/request-context';
import { parseTime } from '../edge/time';
import {
  ForceDebitRequest,
  GetAdjustmentRequest,
  ListAdjustmentsRequest,
  MakeAdjustmentRequest,
  PreviewAdjustmentRequest,
} from './adjustments.dto';
import { GetAdjustment, ListAdjustments, PreviewAdjustment } from './get-adjustments';
import { MakeAdjustment } from './make-adjustment';

@ApiTags('Adjustments')
@Controller()
export class AdjustmentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
  ) {}

  @Operation({
    http: 'POST /v1/adjustments',
    rpc: 'AdjustmentService/MakeAdjustment',
    scope: 'adjustments:write',
    tier: 'financial',
    creates: '/v1/adjustments/:id',
    refuses: [
      ...(['customer-not-found', 'purse-not-found', 'asset-unknown', 'invalid-amount'] as const),
      ...(['reference-reused', 'insufficient-balance'] as const),
    ],
  })
  makeAdjustment(context: RequestContext, { owner: _, ...request }: MakeAdjustmentRequest) {
    return this.commands.execute(new MakeAdjustment(context, { ...request, forced: false }));
  }

  @Operation({
    http: 'GET /v1/adjustments/preview',
    rpc: 'AdjustmentService/PreviewAdjustment',
    scope: 'adjustments:read',
    refuses: ['customer-not-found', 'asset-unknown', 'invalid-amount'],
  })
  previewAdjustment(
    { accountId }: AccountCaller,
    { customerId, asset, amount, direction }: PreviewAdjustmentRequest,
  ) {
    const request = { customerId, asset, amount, direction };
    return this.queries.execute(new PreviewAdjustment(accountId, request));
  }

  @Operation({
    http: 'GET /v1/adjustments/:adjustmentId',
    rpc: 'AdjustmentService/GetAdjustment',
    scope: 'adjustments:read',
    refuses: ['adjustment-not-found'],
  })
  async getAdjustment({ accountId }: AccountCaller, { adjustmentId }: GetAdjustmentRequest) {
    const asked = new GetAdjustment(accountId, adjustmentId);
    return found(await this.queries.execute(asked), 'adjustment-not-found');
  }

  @Operation({
    http: 'GET /v1/adjustments',
    rpc: 'AdjustmentService/ListAdjustments',
    scope: 'adjustments:read',
    refuses: ['asset-unknown', 'invalid-cursor', 'epoch-ended'],
  })
  async listAdjustments(
    { accountId }: AccountCaller,
    { customerId, asset, direction, reference, from, to, ...list }: ListAdjustmentsRequest,
  ) {
    const filter = {
      ...{ customerId, direction, reference },
      asset: asset && assetNamed(await this.assets.now(), asset).id,
      from: (from && parseTime(from)) ?? undefined,
      to: (to && parseTime(to)) ?? undefined,
    };
    const request = { filter, page: pageRequest(list) };
    return this.queries.execute(new ListAdjustments(accountId, request));
  }

  @Operation({
    http: 'POST /v1/operations/forced-debits',
    rpc: 'CorrectionService/ForceDebit',
    scope: 'operations:write',
    tier: 'financial',
    refuses: [
      ...(['customer-not-found', 'purse-not-found', 'asset-unknown', 'invalid-amount'] as const),
      ...(['account-not-found', 'reference-reused'] as const),
    ],
  })
  forceDebit(context: RequestContext, { owner: _, accountId: __, ...request }: ForceDebitRequest) {
    const debit = { ...request, direction: 'debit', forced: true } as const;
    return this.commands.execute(new MakeAdjustment(context, debit));
  }
}
