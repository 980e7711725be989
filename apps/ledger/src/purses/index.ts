// What other features may use of this one.
export { GetPurseReplenishments, type PurseReplenishments } from './get-purse-replenishments';
export { PurseRow } from './purse.row';
export { pursesProjection } from './purses.projection';
