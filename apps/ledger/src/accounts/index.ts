// What other features may import.
export { AccountWallets } from './account-wallets';
export { accountsProjection } from './accounts.projection';
