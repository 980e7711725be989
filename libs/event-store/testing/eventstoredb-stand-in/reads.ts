import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { nameOf } from './appends';
import type { Faults } from './faults';
import type { ServerLog } from './log';
import {
  caughtUp,
  checkpoint,
  confirmation,
  eventRead,
  rpcError,
  streamNotFound,
} from './messages';
import type { StoredEvent } from './stored-event';

type Call = ServerWritableStream<ReadReq, ReadResp>;
type Options = ReadReq.Options;

/** The server reads so many events at a time (`ReadBatchSize`). */
const READ_BATCH = 32;
/** A read that is to break does so after this many events. */
const BREAKS_AFTER = 3;
/** Between checks of whether a muted subscription may go on. */
const MUTED_LOOK_MS = 10;

/** Reads of one stream or all, forwards and backwards, filtered or not, and subscriptions. */
export async function read(call: Call, log: ServerLog, faults: Faults): Promise<void> {
  call.on('error', () => undefined);
  const options = call.request.getOptions() as Options;
  const requiresLeader = call.metadata.get('requires-leader').length > 0;
  const fault = faults.ofRead(requiresLeader);
  if (fault === 'read-not-leader') return void call.emit('error', faults.notLeader());
  if (fault === 'read-silent') return;
  if (fault === 'read-unavailable') return fail(call, 'The server is not available.');
  const output = writer(call, fault === 'read-breaks' ? BREAKS_AFTER : Number.POSITIVE_INFINITY);
  try {
    if (options.hasStream() && !options.hasSubscription()) {
      const end = requiresLeader ? undefined : faults.behindFrom;
      await readStream(options, log, end, output);
    } else if (options.hasSubscription()) await subscribe(call, options, log, faults, output);
    else await readAll(options, log, output);
    call.end();
  } catch (error) {
    if (error !== CANCELLED) call.emit('error', error);
  }
}

const CANCELLED = Symbol('the client went away');

function fail(call: Call, details: string): void {
  call.emit('error', rpcError(status.UNAVAILABLE, details));
}

type Output = (response: ReadResp) => Promise<void>;

/** Writes with back-pressure; rejects when the client has gone or the read is to break. */
function writer(call: Call, eventsMax: number): Output {
  let events = 0;
  const gone = new Promise((resolve) => call.once('cancelled', () => resolve(CANCELLED)));
  return async (response) => {
    if (call.cancelled) throw CANCELLED;
    if (response.hasEvent()) {
      events += 1;
      if (events > eventsMax) throw rpcError(status.UNAVAILABLE, 'The read broke.');
    }
    if (!call.write(response) && (await Promise.race([once(call, 'drain'), gone])) === CANCELLED) {
      throw CANCELLED;
    }
  };
}

async function readStream(
  options: Options,
  log: ServerLog,
  end: number | undefined,
  output: Output,
): Promise<void> {
  const wanted = options.getStream() as ReadReq.Options.StreamOptions;
  const name = wanted.getStreamIdentifier()?.getStreamName() ?? '';
  const stream = nameOf(name);
  if (log.isTombstoned(stream)) {
    const trailers = { exception: 'stream-deleted', 'stream-name': stream };
    throw rpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, trailers);
  }
  const history = log
    .readable(stream)
    .filter(({ position }) => end === undefined || position < end);
  const isNew = history.length === 0 && end !== undefined;
  if (isNew || log.stream(stream).length === 0 || log.isDeleted(stream)) {
    return output(streamNotFound(name));
  }
  const backwards = options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
  const from = wanted.hasStart()
    ? 0
    : wanted.hasEnd()
      ? Number.POSITIVE_INFINITY
      : Number(wanted.getRevision());
  const part = backwards
    ? history.filter(({ revision }) => revision <= from).reverse()
    : history.filter(({ revision }) => revision >= from);
  for (const event of part.slice(0, Number(options.getCount()))) await output(eventRead(event));
}

async function readAll(options: Options, log: ServerLog, output: Output): Promise<void> {
  const backwards = options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
  const isWanted = filterOf(options);
  const all = options.getAll() as ReadReq.Options.AllOptions;
  const step = backwards ? -1 : 1;
  // Forwards from a position begins with the event there, backwards with the one before it.
  let at = startOf(all, log) + (backwards ? -1 : 0);
  let left = Number(options.getCount());
  for (; left > 0; at += step) {
    const event = log.records[at];
    if (event === undefined) return;
    if (!isWanted(event)) continue;
    left -= 1;
    await output(eventRead(event));
  }
}

function startOf(all: ReadReq.Options.AllOptions, log: ServerLog): number {
  if (all.hasStart()) return 0;
  if (all.hasEnd()) return log.records.length;
  const position = all.getPosition()?.getCommitPosition() ?? '';
  const index = log.indexAt(Number(position));
  if (index === undefined) throw rpcError(status.INVALID_ARGUMENT, `No record is at ${position}.`);
  return index;
}

/** Everything after the position (exclusive), checkpoints of a filter, and then what comes. */
async function subscribe(
  call: Call,
  options: Options,
  log: ServerLog,
  faults: Faults,
  output: Output,
): Promise<void> {
  const all = options.getAll() as ReadReq.Options.AllOptions;
  const isWanted = filterOf(options);
  const filter = options.getFilter();
  const window = filter?.hasMax() ? filter.getMax() : READ_BATCH;
  const interval = filter ? window * filter.getCheckpointintervalmultiplier() : 0;
  let at = startOf(all, log) + (all.hasPosition() ? 1 : 0);
  let considered = 0;
  let live = false;
  await output(confirmation(randomUUID()));
  faults.subscriptions += 1;
  while (!call.cancelled) {
    if (faults.isMuted()) {
      await faults.pause(MUTED_LOOK_MS);
      continue;
    }
    const event = log.records[at];
    if (event === undefined) {
      if (!live) await output(caughtUp());
      live = true;
      await growth(call, log, () => log.records.length > at);
      continue;
    }
    at += 1;
    if (isWanted(event)) await output(eventRead(event));
    considered += 1;
    if (filter && considered % interval === 0) await output(checkpoint(event.position));
  }
  throw CANCELLED;
}

/** Resolves when the log has grown, or the client has gone. */
function growth(call: Call, log: ServerLog, hasGrown: () => boolean): Promise<void> {
  if (hasGrown() || call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      forget();
      call.removeListener('cancelled', done);
      resolve();
    };
    const forget = log.onCommit(done);
    call.once('cancelled', done);
  });
}

function filterOf(options: Options): (event: StoredEvent) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const onStream = filter.getStreamIdentifier();
  const expression = onStream ?? filter.getEventType();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex()) : undefined;
  return (event) => {
    const text = onStream ? event.stream : event.type;
    return regex ? regex.test(text) : prefixes.some((prefix) => text.startsWith(prefix));
  };
}
