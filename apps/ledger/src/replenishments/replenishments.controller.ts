import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Reads } from '../edge/describe';
import { ReadQuery } from '../edge/paging';
import { AccountId } from '../rest/context';
import { PathId } from '../rest/path-id';
import { ReplenishmentApi } from './replenishments.api';
import { ReplenishmentList, ReplenishmentsQuery, ReplenishmentWire } from './replenishments.dto';

@ApiTags('Replenishments')
@Controller('v1/replenishments')
export class ReplenishmentController {
  constructor(private readonly api: ReplenishmentApi) {}

  @Get()
  @Reads(ReplenishmentList, "The account's replenishments", 'asset-unknown', 'invalid-cursor')
  async listReplenishments(
    @AccountId() accountId: string,
    @Query() query: ReplenishmentsQuery,
  ): Promise<ReplenishmentList> {
    return this.api.list(accountId, query);
  }

  @Get(':id')
  @Reads(ReplenishmentWire, 'One replenishment', 'replenishment-not-found')
  async getReplenishment(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<ReplenishmentWire> {
    return this.api.get(accountId, id);
  }
}
