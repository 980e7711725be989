import { finalityOf } from '@daybook/chains';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { ReadRequest, wholeList } from '../edge/paging';
import { AssetRegistry, ChainRegistry } from './asset-registry';
import { ListChainHeads } from './chain-heads';
import { toAsset, toChain } from './chains.dto';

@ApiTags('Chains')
@Controller()
export class ChainsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly chains: ChainRegistry,
  ) {}

  @Operation({
    http: 'GET /v1/chains',
    rpc: 'RegistryService/ListChains',
    scope: 'chains:read',
  })
  async listChains(_: AccountCaller, __: ReadRequest) {
    const heads = await this.queries.execute(new ListChainHeads());
    const headOf = new Map(heads.map((head) => [head.chain, head]));
    const { chains } = this.chains.registry;
    const now = Date.now();
    return wholeList(chains.map((chain) => toChain(chain, headOf.get(chain.id), now)));
  }

  @Operation({
    http: 'GET /v1/assets',
    rpc: 'RegistryService/ListAssets',
    scope: 'chains:read',
  })
  listAssets(_: AccountCaller, __: ReadRequest) {
    const { registry } = this.chains;
    const data = registry.chains.flatMap((chain) =>
      registry.assets
        .filter((asset) => asset.chain === chain.id)
        .map((asset) => {
          const finality = finalityOf(registry, chain, asset.id);
          const band = registry.assetBands.get(asset.id) ?? null;
          return toAsset(asset, { finality, band }, this.assets);
        }),
    );
    return wholeList(data);
  }
}
