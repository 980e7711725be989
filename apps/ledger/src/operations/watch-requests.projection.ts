import { idOf } from '@daybook/domain';
import { rowByRow } from '../projections/row-by-row';

const INSERT = `
  INSERT INTO watch_request (id, first_position, chain, kind, from_block, to_block, tx_hash,
    reason, requested_by, requested_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;
const CANCEL = 'UPDATE watch_request SET cancelled_at = $2 WHERE id = $1';

/** What operators requested of watchers. */
export const watchRequestsProjection = rowByRow(
  'watch',
  { name: 'watch-requests', tables: ['watch_request'] },
  ({ event, recorded: { stream, recordedAt, position, metadata } }) => {
    const id = idOf(stream);
    switch (event.type) {
      case 'WatchRequested': {
        const { chain, kind, from, to, transaction, reason } = event.data;
        const request = [id, position.toString(), chain, kind, from, to, transaction];
        return [INSERT, [...request, reason, metadata.actor, recordedAt]];
      }
      case 'WatchRequestCancelled':
        return [CANCEL, [id, recordedAt]];
    }
  },
);
