// What other features may use of this one.
export { booksProjection } from './books.projection';
export { FIGURES_TABLE } from './figure-columns';
export type { InvariantChecker } from './invariant-checker';
