// What other features may import.
export { outflowsProjection } from './outflows.projection';
