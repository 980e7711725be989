// What other features may import.
export { leftIn } from './outflow.row';
export { outflowsProjection } from './outflows.projection';
