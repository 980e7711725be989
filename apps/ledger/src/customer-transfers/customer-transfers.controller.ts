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
  GetCustomerTransferRequest,
  ListCustomerTransfersRequest,
  MakeCustomerTransferRequest,
} from './customer-transfers.dto';
import { GetCustomerTransfer, ListCustomerTransfers } from './get-customer-transfers';
import { MakeCustomerTransfer } from './make-customer-transfer';

@ApiTags('Customer transfers')
@Controller()
export class CustomerTransfersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
  ) {}

  @Operation({
    http: 'POST /v1/customer-transfers',
    rpc: 'CustomerTransferService/MakeCustomerTransfer',
    scope: 'customer-transfers:write',
    tier: 'financial',
    creates: '/v1/customer-transfers/:id',
    refuses: [
      ...(['same-customer', 'customer-not-found', 'customer-blocked', 'asset-unknown'] as const),
      ...(['invalid-amount', 'reference-reused', 'insufficient-balance'] as const),
    ],
  })
  makeCustomerTransfer(context: RequestContext, request: MakeCustomerTransferRequest) {
    return this.commands.execute(new MakeCustomerTransfer(context, request));
  }

  @Operation({
    http: 'GET /v1/customer-transfers/:customerTransferId',
    rpc: 'CustomerTransferService/GetCustomerTransfer',
    scope: 'customer-transfers:read',
    refuses: ['customer-transfer-not-found'],
  })
  async getCustomerTransfer(
    { accountId }: AccountCaller,
    { customerTransferId }: GetCustomerTransferRequest,
  ) {
    const asked = new GetCustomerTransfer(accountId, customerTransferId);
    return found(await this.queries.execute(asked), 'customer-transfer-not-found');
  }

  @Operation({
    http: 'GET /v1/customer-transfers',
    rpc: 'CustomerTransferService/ListCustomerTransfers',
    scope: 'customer-transfers:read',
    refuses: ['asset-unknown', 'invalid-cursor', 'epoch-ended'],
  })
  async listCustomerTransfers(
    { accountId }: AccountCaller,
    { customerId, asset, reference, from, to, ...list }: ListCustomerTransfersRequest,
  ) {
    const filter = {
      ...{ customerId, reference },
      asset: asset && assetNamed(await this.assets.now(), asset).id,
      from: (from && parseTime(from)) ?? undefined,
      to: (to && parseTime(to)) ?? undefined,
    };
    const request = { filter, page: pageRequest(list) };
    return this.queries.execute(new ListCustomerTransfers(accountId, request));
  }
}
