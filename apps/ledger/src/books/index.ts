// What other features may import.
export { BooksModule } from './books.module';
export { booksProjection } from './books.projection';
export { FIGURES_TABLE } from './figure-columns';
export { GetCustody } from './get-custody';
export type { InvariantChecker } from './invariant-checker';
export { ListNegativeClaims } from './negative-claims';
