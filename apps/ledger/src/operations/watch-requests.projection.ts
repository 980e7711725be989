import { idOf } from '@daybook/domain';
import { type HappenedTo, happenedTo, type Projection } from '@daybook/event-store';

const INSERT = `
  INSERT INTO watch_request (id, first_position, chain, kind, from_block, to_block, reason,
    requested_by, requested_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const CANCEL = 'UPDATE watch_request SET cancelled_at = $2 WHERE id = $1';

/** What operators requested of watchers. */
export const watchRequestsProjection: Projection = {
  name: 'watch-requests',
  tables: ['watch_request'],

  async apply(batch, sql) {
    // Operators make few requests, so one statement each is as good as a set.
    for (const happened of happenedTo('watch', batch)) {
      await sql.query(...statementOf(happened));
    }
  },
};

function statementOf({ event, recorded }: HappenedTo<'watch'>): [string, unknown[]] {
  const { recordedAt, position, metadata } = recorded;
  const id = idOf(recorded.stream);
  switch (event.type) {
    case 'WatchRequested': {
      const { chain, kind, from, to, reason } = event.data;
      const blocks = [from, to];
      const origin = [metadata.actor, recordedAt];
      return [INSERT, [id, position.toString(), chain, kind, ...blocks, reason, ...origin]];
    }
    case 'WatchRequestCancelled':
      return [CANCEL, [id, recordedAt]];
  }
}
