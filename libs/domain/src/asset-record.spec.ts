import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { assetRecord } from './asset-record';

const given = specification(assetRecord);
const { asset, currency, decimals } = a.assetRecorded().data;
const use = { type: 'RecordAsset', asset, currency, decimals } as const;

describe('using an asset', () => {
  it('records its currency and decimals with the first use', () => {
    given().when(use).emits(a.assetRecorded());
  });

  it('records nothing for whoever uses it later', () => {
    given(a.assetRecorded()).when(use).changesNothing();
  });

  it('records another currency, and the first one again when it comes back', () => {
    const other = { ...use, currency: 'USDT0_ETH' };
    given(a.assetRecorded()).when(other).emits(a.assetRenamed());
    given(a.assetRecorded(), a.assetRenamed()).when(other).changesNothing();
    given(a.assetRecorded(), a.assetRenamed()).when(use).emits(a.assetRenamed({ currency }));
  });

  it('never records other decimals, whatever the currency is', () => {
    const other = { ...use, decimals: 8 };
    given(a.assetRecorded()).when(other).changesNothing();
    given(a.assetRecorded())
      .when({ ...other, currency: 'USDT0_ETH' })
      .changesNothing();
  });
});
