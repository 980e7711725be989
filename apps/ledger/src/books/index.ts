// What other features may import.
export { BooksModule } from './books.module';
export { booksProjection } from './books.projection';
export { FIGURES_TABLE } from './figure-columns';
export type { InvariantChecker } from './invariant-checker';
