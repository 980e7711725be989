import { type Projection } from '@daybook/event-store';
import { accountsProjection } from '../accounts';
import { adjustmentsProjection } from '../adjustments';
import {
  accountFiguresProjection,
  booksProjection,
  depositsProjection,
  FIGURES_TABLE,
} from '../books';
import { assetsProjection } from '../chains';
import { customerTransfersProjection } from '../customer-transfers';
import { customersProjection } from '../customers';
import { accountClaimsProjection } from '../debits';
import { commandsProjection } from '../edge/commands.projection';
import { findingsProjection } from '../findings';
import { outflowsProjection } from '../outflows';
import { logTimesProjection } from '../projections/log-times.projection';
import { addressBranchesProjection, pursesProjection } from '../purses';
import { replenishmentsProjection } from '../replenishments';
import { operatorsProjection } from './operators.projection';
import { watchRequestsProjection } from './watch-requests.projection';

/** The read models that share one checkpoint, so that a read sees all of them at one position. */
export const READ_MODELS: readonly Projection[] = [
  accountsProjection,
  operatorsProjection,
  watchRequestsProjection,
  commandsProjection,
  assetsProjection,
  customersProjection,
  addressBranchesProjection,
  pursesProjection,
  replenishmentsProjection,
  outflowsProjection,
  findingsProjection,
  adjustmentsProjection,
  customerTransfersProjection,
  booksProjection,
  accountClaimsProjection,
  accountFiguresProjection,
  depositsProjection,
  logTimesProjection,
];

/** What an audit replays and compares. */
export const AUDITED = { projections: READ_MODELS, figures: FIGURES_TABLE } as const;
