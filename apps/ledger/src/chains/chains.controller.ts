import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Reads } from '../edge/describe';
import { ReadQuery } from '../edge/paging';
import { ChainsApi } from './chains.api';
import { AssetList, ChainList } from './chains.dto';

@ApiTags('Chains')
@Controller('v1')
export class ChainsController {
  constructor(private readonly api: ChainsApi) {}

  @Get('chains')
  @Reads(ChainList, 'What is watched, and how far')
  async listChains(@Query() _: ReadQuery): Promise<ChainList> {
    return this.api.listChains();
  }

  @Get('assets')
  @Reads(AssetList, 'What is credited')
  listAssets(@Query() _: ReadQuery): AssetList {
    return this.api.listAssets();
  }
}
