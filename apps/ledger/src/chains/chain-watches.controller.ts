import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { ChainField } from '../edge/fields';
import { Operation } from '../edge/operation';
import { wholeList } from '../edge/paging';
import { ListChainWatches } from './chain-watches';

export class ListChainWatchesRequest {
  @ChainField()
  readonly chain?: string;
}

/** For operators only: it names providers. */
@ApiTags('Operations')
@Controller()
export class ChainWatchesController {
  constructor(private readonly queries: QueryBus) {}

  @Operation({
    http: 'GET /v1/operations/chains',
    rpc: 'OperationsService/ListChainWatches',
    scope: 'operations:read',
    refuses: ['chain-unknown'],
  })
  async listChainWatches(_: OperatorCaller, { chain }: ListChainWatchesRequest) {
    return wholeList(await this.queries.execute(new ListChainWatches(chain ?? null)));
  }
}
