import type { Chain, ChainsAndAssets } from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import { CHAIN, IDS, TOKEN } from './model-chain';
import { LYING_TOKEN } from './model-plans';

/** Small, so that reorgs come near to it. */
export const WINDOW = 8;
const OWN_POLICY: FinalityV1 = { kind: 'depth', confirmations: 3 };
const TOKEN_POLICY: FinalityV1 = { kind: 'tag', tag: 'finalized' };

export const chain: Chain = {
  id: CHAIN,
  family: 'evm',
  name: 'Model',
  blockTimeMs: null,
  finality: OWN_POLICY,
  thresholds: [],
  minimumFinality: null,
  reorgWindow: WINDOW,
};

/** Three listed assets, one with a policy of its own. */
export const registry: ChainsAndAssets = {
  chains: [chain],
  assets: [IDS.native, IDS.erc20(TOKEN), IDS.erc20(LYING_TOKEN)].map((id) => {
    return { id, chain: CHAIN, currency: id, decimals: 18, minimum: 1n };
  }),
  assetFinality: new Map([[IDS.erc20(TOKEN), TOKEN_POLICY]]),
  assetBands: new Map(),
  connections: [],
};

/** Events of a watch that no test looks at. */
export const silent = {
  matching() {},
  matched() {},
  reorganised() {},
  rescanned() {},
  reset() {},
  quarantined() {},
  paused() {},
  changed() {},
  learned() {},
};
