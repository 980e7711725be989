import { accountsProjection } from '../accounts/accounts.projection';
import { booksProjection } from '../books/books.projection';
import { customersProjection } from '../customers/customers.projection';
import { commandsProjection } from '../edge/commands.projection';
import { logTimesProjection } from '../projections/log-times.projection';
import type { Projection } from '../projections/projection';
import { pursesProjection } from '../purses/purses.projection';
import { replenishmentsProjection } from '../replenishments/replenishments.projection';
import { operatorsProjection } from './operators.projection';

/** The read models that share one checkpoint, so that a read sees all of them at one position. */
export const READ_MODELS: readonly Projection[] = [
  accountsProjection,
  operatorsProjection,
  commandsProjection,
  customersProjection,
  pursesProjection,
  replenishmentsProjection,
  booksProjection,
  logTimesProjection,
];
