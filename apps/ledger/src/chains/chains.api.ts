import { finalityOf } from '@daybook/chains';
import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { wholeList } from '../edge/paging';
import { AssetRegistry } from './asset-registry';
import { ChainRegistry } from './chain-registry';
import { type AssetList, type ChainList, toAsset, toChain } from './chains.dto';
import { ListChainHeads } from './get-chain-heads';

/** What clients can ask of the registry, whichever edge they come in by. */
@Injectable()
export class ChainsApi {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly chains: ChainRegistry,
  ) {}

  async listChains(): Promise<ChainList> {
    const heads = await this.queries.execute(new ListChainHeads());
    const headOf = new Map(heads.map((head) => [head.chain, head]));
    const { chains } = this.chains.registry;
    return wholeList(chains.map((chain) => toChain(chain, headOf.get(chain.id))));
  }

  listAssets(): AssetList {
    const { registry } = this.chains;
    const data = registry.chains.flatMap((chain) =>
      registry.assets
        .filter((asset) => asset.chain === chain.id)
        .map((asset) => toAsset(asset, finalityOf(registry, chain, asset.id), this.assets)),
    );
    return wholeList(data);
  }
}
