export type AssetIds = ReturnType<typeof assetIds>;

/** Makes the ids of the assets of the chain `caip2`, whose coin is `native`. */
export function assetIds(caip2: string, native: string) {
  return {
    ...{ caip2, native },
    erc20: (contract: string) => `${caip2}/erc20:${contract.toLowerCase()}`,
    erc721: (contract: string, id: bigint) => `${caip2}/erc721:${contract.toLowerCase()}/${id}`,
    erc1155: (contract: string, id: bigint) => `${caip2}/erc1155:${contract.toLowerCase()}/${id}`,
  };
}
