// What other features may import.
export { accountsProjection } from './accounts.projection';
