// What other features may import.
export { accountClaimsProjection } from './account-claims.projection';
export { ClaimDebits, type DebitedClaim } from './claim-debits';
export { DebitsModule } from './debits.module';
