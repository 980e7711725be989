// What other features may import.
export { addressBranchesProjection } from './address-branches.projection';
export { GetPurseReplenishments, type PurseReplenishments } from './expire-purse';
export { GetPurse, ListPurses } from './get-purses';
export { PurseRow } from './purse.row';
export { pursesProjection } from './purses.projection';
