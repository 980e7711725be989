// What other features may import.
export { replenishmentsProjection } from './replenishments.projection';
