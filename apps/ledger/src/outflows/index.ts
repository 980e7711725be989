// What other features may import.
export { leftIn, OUTFLOW_ENTRIES } from './outflow.row';
export { outflowsProjection } from './outflows.projection';
