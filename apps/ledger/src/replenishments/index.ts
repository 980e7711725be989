// What other features may use of this one.
export { replenishmentsProjection } from './replenishments.projection';
