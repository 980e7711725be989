import { randomUUID } from 'node:crypto';
import { log, streamName } from '@daybook/domain';
import { newEvents, streamState } from './decision';
import {
  ConcurrencyConflict,
  EventStoreError,
  type FoldedEvent,
  type LogIdentity,
  type LogSource,
  type Position,
  StoreUnavailable,
  WrongLog,
} from './event-store';
import { isIncomplete } from './histories';

/** The stream of the identity. */
export const LOG_STREAM = streamName('log', 'identity');

/** Where a reader of the log stands, and of which log it was. */
export interface ReaderPlace {
  readonly name: string;
  readonly position: Position;
  /** Null for a checkpoint of a version that knew no identities. */
  readonly log: Pick<LogIdentity, 'id' | 'epoch'> | null;
  /** The last event that it folded; null when it folded none, or does not know. */
  readonly last: FoldedEvent | null;
}

/**
 * Checks that a log is the one that these readers have read: it has the identity and the epoch that they know, reaches
 * as far as they stand, and has the events that they folded last. `readers` were read before this call, so that none is
 * ahead of what is read here. Resolves with the identity, null if the log has none yet. Rejects with `WrongLog`,
 * and with `StoreUnavailable`. `place` says in a refusal where the log is.
 */
export async function checkLog(
  source: LogSource,
  readers: readonly ReaderPlace[],
  place: string,
): Promise<LogIdentity | null> {
  const lasts = readers.flatMap(({ last }) => (last === null ? [] : [last]));
  const [histories, end] = await Promise.all([
    source.readStreams([
      { stream: LOG_STREAM },
      ...lasts.map(({ stream, revision }) => ({ stream, from: revision })),
    ]),
    source.end(),
  ]);
  const { state } = streamState(log, histories.get(LOG_STREAM) ?? []);
  const identity: LogIdentity | null =
    state.status === 'absent'
      ? null
      : { id: state.logId, epoch: state.epoch, streamPrefix: state.streamPrefix };

  for (const { name, log: known } of readers) {
    if (known === null) continue;
    if (identity?.id !== known.id) {
      const has = identity === null ? 'has no identity yet' : `has the identity ${identity.id}`;
      throw new WrongLog(
        `The event log ${place} is another one: it ${has}, and "${name}" has read the log ${known.id}. ` +
          'Name the log from which the read models come, or an empty database with this one.',
      );
    }
    if (identity.epoch !== known.epoch) {
      throw new WrongLog(
        `The event log ${place} is in epoch ${identity.epoch}, and "${name}" has read epoch ${known.epoch}: ` +
          'the tables were restored from before the log lost its end. Rebuild them in an empty database.',
      );
    }
  }
  for (const { name, position } of readers) {
    if (position <= end) continue;
    throw new WrongLog(
      `The event log ${place} ends at ${end}, before ${position}, up to which "${name}" has read it: ` +
        `it was restored from an older backup. ${REMEDY}`,
    );
  }
  for (const { name, last } of readers) {
    if (last === null) continue;
    // A stream of which events are gone is reported as such, and says nothing about the log.
    if (isIncomplete(histories, last.stream)) continue;
    const found = histories.get(last.stream)?.find(({ revision }) => revision === last.revision);
    if (found?.id === last.id && found.position === last.position) continue;
    throw new WrongLog(
      `The event log ${place} has not the event that "${name}" has read at ${last.position}, ${last.stream}@${last.revision}: ` +
        `it was restored from an older backup, and has gone on since. ${REMEDY}`,
    );
  }
  return identity;
}

const REMEDY = 'Restore a backup of the log that is newer than the tables.';

/** Gives a log without an identity one. Rejects with `StoreUnavailable`. */
export async function beginLog(source: LogSource): Promise<void> {
  const { streamPrefix } = source;
  const at = new Date().toISOString();
  const command = { type: 'BeginLog', logId: randomUUID(), streamPrefix, at } as const;
  const metadata = { accountId: '', actor: 'system' };
  const written = { stream: LOG_STREAM, command, commandId: randomUUID(), metadata };
  const events = newEvents(written, 0n, log.decide(command, log.initialState));
  const result = await source.append({ stream: LOG_STREAM, expected: 'no-stream', events });
  // After a conflict another process has begun it.
  if (result instanceof ConcurrencyConflict || !(result instanceof EventStoreError)) return;
  const sentence = `The event log could not be given an identity: ${result.message}`;
  throw new StoreUnavailable(sentence, { cause: result });
}
