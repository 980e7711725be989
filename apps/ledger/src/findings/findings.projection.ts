import { type FindingEvent, idOf } from '@daybook/domain';
import type { HappenedTo } from '@daybook/event-store';
import { type Change, rowPerStream, type Written } from '../projections/projection';
import { FindingRow } from './finding.row';

/** Findings as they are now. */
export const findingsProjection = rowPerStream({
  name: 'findings',
  kind: 'finding',
  entity: FindingRow,
  change: changeIn,
});

function changeIn({
  event,
  recorded: { revision, recordedAt, position },
}: HappenedTo<'finding'>): Change<FindingRow> {
  const change = { ...changeOf(event, recordedAt), updatedAt: recordedAt, lastPosition: position };
  return revision > 0n ? change : { ...change, firstPosition: position };
}

/** The row that the whole stream of a finding leads to, as it is read. */
export function rowIn(history: readonly HappenedTo<'finding'>[]): FindingRow {
  const id = idOf(history[0]?.recorded.stream ?? '');
  const row = Object.assign({ id }, ...history.map(changeIn)) as Written<FindingRow>;
  const text = (block: Written<FindingRow>['fromBlock']) => (block === null ? null : String(block));
  return Object.assign(new FindingRow(), row, {
    fromBlock: text(row.fromBlock),
    toBlock: text(row.toBlock),
    openedAt: new Date(row.openedAt),
    updatedAt: new Date(row.updatedAt),
    lastPosition: String(row.lastPosition),
  });
}

const NOT_RESOLVED = { end: null, creditedTo: null, reason: null, reference: null };

function changeOf(event: FindingEvent, at: string): Change<FindingRow> {
  switch (event.type) {
    case 'FindingOpened': {
      const { observed: _, ...opened } = event.data;
      return { ...opened, status: 'open', openedAt: at, watchRequestId: null, ...NOT_RESOLVED };
    }
    case 'FindingUpdated': {
      const { difference, fromBlock, toBlock } = event.data;
      return { difference, fromBlock, toBlock };
    }
    case 'FindingRescanRequested': {
      const { watchRequestId, reason, reference } = event.data;
      return { watchRequestId, reason, reference };
    }
    case 'FindingClosed': {
      const { how, difference, to, reason, reference } = event.data;
      const creditedTo = how === 'credited' ? to : null;
      const closed = { status: 'closed', end: how, difference, creditedTo } as const;
      // What an operator said of a rescan stays when the finding is explained.
      return reason === null ? closed : { ...closed, reason, reference };
    }
  }
}
