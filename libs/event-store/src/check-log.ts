import { randomUUID } from 'node:crypto';
import { type LogCommand, log, streamName } from '@daybook/domain';
import { newEvents, streamState } from './decision';
import {
  ConcurrencyConflict,
  EventStoreError,
  type FoldedEvent,
  type Histories,
  type LogIdentity,
  type LogSource,
  type Position,
  type RecordedEvent,
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
  const identity = identityFound(histories, readers, source.streamPrefix);

  for (const { name, log: known } of readers) {
    if (known === null) continue;
    if (identity?.id !== known.id) {
      const has = identity === null ? 'has no identity yet' : `has the identity ${identity.id}`;
      throw new WrongLog(
        `The event log ${place} is another one: it ${has}, and "${name}" has read the log ${known.id}. ` +
          `Name the log from which the read models come, or an empty database with this one. If that log is lost, ${ADOPT}`,
      );
    }
    if (identity.epoch !== known.epoch) {
      throw new WrongLog(
        `The event log ${place} is in epoch ${identity.epoch}, and "${name}" has read epoch ${known.epoch}: ` +
          `the tables were restored from before the log lost its end. ${ADOPT}`,
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

/**
 * The identity that the log has or, where events of its stream are gone, the one that its readers know: one deleted
 * stream must not stop all others. In the first epoch they know all that the stream said, and what they have folded proves
 * the log. Throws `StreamIncomplete` where they do not.
 */
function identityFound(
  histories: Histories,
  readers: readonly ReaderPlace[],
  streamPrefix: string,
): LogIdentity | null {
  if (!isIncomplete(histories, LOG_STREAM)) return identityOf(histories.get(LOG_STREAM));
  const known = readers.flatMap(({ log }) => (log === null ? [] : [log]));
  const [first] = known;
  const agree = known.every(({ id, epoch }) => id === first?.id && epoch === 1);
  const isProven = readers.some(
    ({ last }) => last !== null && !isIncomplete(histories, last.stream),
  );
  if (first !== undefined && agree && isProven) return { ...first, streamPrefix, ended: [] };
  return identityOf(histories.get(LOG_STREAM));
}

/** The identity of a log, null if it has none yet. Rejects with `StoreUnavailable`. */
export async function identityIn(
  source: Pick<LogSource, 'readStreams'>,
): Promise<LogIdentity | null> {
  return identityOf((await source.readStreams([{ stream: LOG_STREAM }])).get(LOG_STREAM));
}

function identityOf(history: readonly RecordedEvent[] = []): LogIdentity | null {
  const { state } = streamState(log, history);
  if (state.status === 'absent') return null;
  const { logId, epoch, streamPrefix, ended } = state;
  return { id: logId, epoch, streamPrefix, ended };
}

const ADOPT = '"npx daybook log adopt" says what going on with this one means, and does it.';
const REMEDY = `Restore a backup of the log that is newer than the tables. If there is none, ${ADOPT}`;

/** Gives a log without an identity one. Rejects with `StoreUnavailable`. */
export async function beginLog(source: LogSource): Promise<void> {
  const { streamPrefix } = source;
  const at = new Date().toISOString();
  const command = { type: 'BeginLog', logId: randomUUID(), streamPrefix, at } as const;
  const sentence = 'The event log could not be given an identity';
  await write(source, [], { command, actor: 'system', sentence });
}

interface NewEpoch {
  readonly epoch: number;
  readonly validThrough: Position;
  readonly reason: string;
  /** Who had it begun. */
  readonly actor: string;
}

/**
 * Begins an epoch of a log with an identity, once: positions after `validThrough` mean something else than before.
 * Rejects with `StoreUnavailable`.
 */
export async function beginEpoch(source: LogSource, begun: NewEpoch): Promise<void> {
  const { actor, validThrough, ...epoch } = begun;
  const at = new Date().toISOString();
  const through = String(validThrough);
  const command = { type: 'BeginEpoch', ...epoch, validThrough: through, at } as const;
  const history = (await source.readStreams([{ stream: LOG_STREAM }])).get(LOG_STREAM) ?? [];
  await write(source, history, { command, actor, sentence: 'The epoch could not be begun' });
}

async function write(
  source: LogSource,
  history: readonly RecordedEvent[],
  { command, actor, sentence }: { command: LogCommand; actor: string; sentence: string },
): Promise<void> {
  const { state, revision } = streamState(log, history);
  const metadata = { accountId: '', actor };
  const written = { stream: LOG_STREAM, command, commandId: randomUUID(), metadata };
  const events = newEvents(written, revision + 1n, log.decide(command, state));
  if (events.length === 0) return;
  const expected = revision < 0n ? 'no-stream' : revision;
  const result = await source.append({ stream: LOG_STREAM, expected, events });
  // After a conflict another process has done it.
  if (result instanceof ConcurrencyConflict || !(result instanceof EventStoreError)) return;
  throw new StoreUnavailable(`${sentence}: ${result.message}`, { cause: result });
}
