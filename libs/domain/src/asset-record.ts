import type { CommandIn, Decider, EventIn } from './decider';
import type { Asset } from './money';

/** What amounts of an asset are shown by. */
export type AssetScale = Pick<Asset, 'currency' | 'decimals'>;

export type AssetRecordCommand = CommandIn<{
  RecordAsset: AssetScale & { readonly asset: string };
}>;

export type AssetRecordEvent = EventIn<{
  AssetRecorded: {
    /** CAIP-19. */
    asset: string;
    currency: string;
    decimals: number;
  };
  AssetRenamed: { currency: string };
}>;

export type AssetRecordState =
  | { readonly status: 'absent' }
  | (AssetScale & { readonly status: 'recorded' });

/**
 * The currency and decimals of an asset, as its first use recorded them. Amounts in the books are base units, so other
 * decimals would change every amount: they are never recorded, and whoever has others compares them with the state.
 */
export const assetRecord: Decider<AssetRecordCommand, AssetRecordEvent, AssetRecordState> = {
  initialState: { status: 'absent' },

  decide({ asset, currency, decimals }, state) {
    if (state.status === 'absent') {
      return [{ type: 'AssetRecorded', data: { asset, currency, decimals } }];
    }
    if (state.decimals !== decimals || state.currency === currency) return [];
    return [{ type: 'AssetRenamed', data: { currency } }];
  },

  evolve(state, { type, data }) {
    switch (type) {
      case 'AssetRecorded':
        return { status: 'recorded', currency: data.currency, decimals: data.decimals };
      case 'AssetRenamed':
        return state.status === 'absent' ? state : { ...state, currency: data.currency };
    }
  },
};
