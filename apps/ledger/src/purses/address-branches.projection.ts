import { rowByRow } from '../projections/row-by-row';

const INSERT = 'INSERT INTO address_branch (branch, opened_at, position) VALUES ($1, $2, $3)';

/** The branches of the xpubs from which addresses were or are given. */
export const addressBranchesProjection = rowByRow(
  'branch',
  { name: 'address-branches', tables: ['address_branch'] },
  ({ event, recorded }) => {
    switch (event.type) {
      case 'AddressBranchOpened':
        return [INSERT, [event.data.branch, event.data.openedAt, recorded.position]];
    }
  },
);
