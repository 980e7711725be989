// What other features may use of this one.
export { accountsProjection } from './accounts.projection';
