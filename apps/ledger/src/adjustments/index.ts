// What other features may import.
export { adjustmentsProjection } from './adjustments.projection';
