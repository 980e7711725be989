// What other features may import.
export { accountFiguresProjection } from './account-figures.projection';
export { BooksModule } from './books.module';
export { booksProjection } from './books.projection';
export { depositsProjection } from './deposits.projection';
export { FIGURES_TABLE } from './figure-columns';
export { GetCustody } from './get-custody';
export type { InvariantChecker } from './invariant-checker';
export { ListNegativeClaims } from './negative-claims';
