import {
  FINDING_CAUSE_KINDS,
  finding,
  findingCauseOf,
  idOf,
  streamName,
  upcast,
} from '@daybook/domain';
import {
  decideAndAppendMany,
  type EventStore,
  type Follower,
  follow,
  type RecordedEvent,
  type Sql,
} from '@daybook/event-store';
import { uuidArray } from '@daybook/platform/plain';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { findingIdOf } from '../edge/identity';
import { checkpointsOf } from '../runtime/checkpoints';

/** Events read in one transaction; hardly any of them is about a finding. */
const BATCH_MAX = 1_000;

const CAUSED = 'SELECT id FROM ledger.finding_caused WHERE id = ANY ($1::uuid[])';
const CAUSE = `
  INSERT INTO ledger.finding_caused (id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING`;

const logger = new Logger('OpenFindings');

/** Opens findings because of events, and closes those that an event explains. */
export function startOpeningFindings(store: EventStore, dataSource: DataSource): Follower {
  return follow({
    name: 'findings',
    store,
    kinds: FINDING_CAUSE_KINDS,
    checkpoints: checkpointsOf(dataSource),
    limit: BATCH_MAX,
    handle: (events, sql) => openFindings(store, sql, events),
    onError: (error) => logger.error({ msg: 'findings not opened', error }),
  });
}

/**
 * The events are appended before the checkpoint is stored, so they may be sent again: the id of the command is
 * that of the causing event, and a repeat has no effect. Of several events about one finding only the last one tells:
 * one before it that changed nothing has left no id, and would be decided anew on what came later.
 */
async function openFindings(
  store: EventStore,
  sql: Sql,
  events: readonly RecordedEvent[],
): Promise<void> {
  const causes = events.flatMap((recorded) => {
    const cause = findingCauseOf(upcast(recorded), idOf(recorded.stream));
    return cause === null ? [] : [{ recorded, ...cause, id: findingIdOf(cause.name) }];
  });
  if (causes.length === 0) return;
  const opening = causes.filter(({ command }) => command.type === 'OpenFinding');
  const ids = uuidArray([...new Set(causes.map(({ id }) => id))]);
  const known = (await sql.query(CAUSED, [ids])) as { id: string }[];
  const opened = new Set([...known, ...opening].map(({ id }) => id));
  if (opening.length > 0) await sql.query(CAUSE, [uuidArray(opening.map(({ id }) => id))]);
  const lastOf = new Map(causes.map((cause) => [cause.id, cause]));
  const results = await decideAndAppendMany(
    store,
    finding,
    [...lastOf.values()]
      .filter(({ id }) => opened.has(id))
      .map(({ id, command, accountId, recorded }) => ({
        stream: streamName('finding', id),
        command,
        commandId: recorded.id,
        metadata: {
          ...{ accountId, actor: 'system', causationId: recorded.id },
          correlationId: recorded.metadata.correlationId ?? recorded.id,
        },
      })),
  );
  for (const result of results) if (result instanceof Error) throw result;
}
