// What other features may use of this one.
export { BooksModule } from './books.module';
export { booksProjection } from './books.projection';
export { FIGURES_TABLE } from './figure-columns';
export type { InvariantChecker } from './invariant-checker';
