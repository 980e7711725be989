import { finalityOf } from '@daybook/chains';
import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetRegistry } from '../asset-registry';
import { ListChainHeads } from '../read-models/chains/get-chain-heads';
import { Reads } from '../rest/describe';
import { ReadQuery, wholeList } from '../rest/paging';
import { ChainRegistry } from './chain-registry';
import { AssetList, ChainList, toAsset, toChain } from './chains.dto';

@ApiTags('Chains')
@Controller('v1')
export class ChainsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly chains: ChainRegistry,
  ) {}

  @Get('chains')
  @Reads(ChainList, 'What is watched, and how far')
  async listChains(@Query() _: ReadQuery): Promise<ChainList> {
    const heads = await this.queries.execute(new ListChainHeads());
    const headOf = new Map(heads.map((head) => [head.chain, head]));
    const { chains } = this.chains.registry;
    return wholeList(chains.map((chain) => toChain(chain, headOf.get(chain.id))));
  }

  @Get('assets')
  @Reads(AssetList, 'What is credited')
  listAssets(@Query() _: ReadQuery): AssetList {
    const { registry } = this.chains;
    const data = registry.chains.flatMap((chain) =>
      registry.assets
        .filter((asset) => asset.chain === chain.id)
        .map((asset) => toAsset(asset, finalityOf(registry, chain, asset.id), this.assets)),
    );
    return wholeList(data);
  }
}
