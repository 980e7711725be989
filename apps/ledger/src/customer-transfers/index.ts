// What other features may import.
export { customerTransfersProjection } from './customer-transfers.projection';
