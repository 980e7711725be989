import { randomUUID } from 'node:crypto';
import type { UUID } from '@eventstore/db-client/generated/shared_pb';
import {
  type AppendReq,
  AppendResp,
  type BatchAppendReq,
  type BatchAppendResp,
  type DeleteReq,
  DeleteResp,
  type TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import type { ServerDuplexStream, ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { Faults } from './faults';
import type { ExpectedOnServer, ProposedEvent, ServerLog, Written } from './log';
import { appended, type ErrorDetails, refused, rpcError } from './messages';

/** The server answers a write after this long at most, done or not (its write timeout). */
const SLOW_MS = 400;
/** A server gives up waiting for its followers after 2 s; here sooner, for quick tests. */
const WITHOUT_QUORUM_MS = 200;

interface Unfinished {
  readonly correlationId: UUID;
  readonly stream: string;
  readonly expected: ExpectedOnServer;
  readonly events: ProposedEvent[];
}

/** Appends over one long call; requests may come in several frames, and answers in any order. */
export function batchAppend(
  call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
  log: ServerLog,
  faults: Faults,
): void {
  const unfinished = new Map<string, Unfinished>();
  call.on('error', () => undefined);
  call.on('end', () => call.end());
  call.on('data', (request: BatchAppendReq) => {
    const correlationId = request.getCorrelationId() as UUID;
    const key = Buffer.from(correlationId.serializeBinary()).toString('hex');
    const options = request.getOptions();
    if (options) {
      const stream = nameOf(options.getStreamIdentifier()?.getStreamName());
      const expected = options.hasNoStream()
        ? 'no-stream'
        : options.hasAny()
          ? 'any'
          : options.hasStreamExists()
            ? 'exists'
            : Number(options.getStreamPosition());
      unfinished.set(key, { correlationId, stream, expected, events: [] });
    }
    const append = unfinished.get(key);
    if (append === undefined) return;
    append.events.push(...request.getProposedMessagesList().map(proposed));
    if (!request.getIsFinal()) return;
    unfinished.delete(key);
    void answer(call, append, log, faults);
  });
}

async function answer(
  call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
  { correlationId, stream, expected, events }: Unfinished,
  log: ServerLog,
  faults: Faults,
): Promise<void> {
  const fault = faults.ofAppend();
  const refuse = (details: ErrorDetails) =>
    void call.write(refused(correlationId, stream, details));
  if (!faults.hasQuorum) {
    await faults.pause(WITHOUT_QUORUM_MS);
    return refuse({ type: 'Timeout' });
  }
  switch (fault) {
    case 'busy':
      return refuse({ type: 'NotHandled', message: 'Server Is Busy' });
    case 'not-ready':
      return refuse({ type: 'NotHandled', message: 'Server Is Not Ready' });
    case 'timeout':
      return refuse({ type: 'Timeout' });
    case 'not-leader':
      call.emit('error', faults.notLeader());
      return;
    case 'unavailable':
      call.emit('error', rpcError(status.UNAVAILABLE, 'The server is shutting down.'));
      return;
    case 'request-lost':
      return faults.dropConnections();
    case 'silent':
      return;
    default:
  }
  const written = await log.write({ stream, expected, events });
  if (fault === 'answer-lost') return faults.dropConnections();
  if (fault === 'silent-after') return;
  if (fault === 'slow') await faults.pause(SLOW_MS);
  switch (written.result) {
    case 'success':
      call.write(appended(correlationId, stream, written));
      if (fault === 'answered-twice') call.write(appended(correlationId, stream, written));
      return;
    case 'wrong-expected-version':
      return refuse({ type: 'WrongExpectedVersion', current: written.current, expected });
    case 'maximum-append-size-exceeded':
      return refuse({ type: 'MaximumAppendSizeExceeded' });
    case 'stream-deleted':
      return refuse({ type: 'StreamDeleted', stream });
    case 'dropped':
      return;
  }
}

/** The older way: a call for each append. */
export function append(
  call: ServerReadableStream<AppendReq, AppendResp>,
  reply: sendUnaryData<AppendResp>,
  log: ServerLog,
): void {
  let stream = '';
  let expected: ExpectedOnServer = 'any';
  const events: ProposedEvent[] = [];
  call.on('error', () => undefined);
  call.on('data', (request: AppendReq) => {
    const options = request.getOptions();
    const message = request.getProposedMessage();
    if (message) events.push(proposed(message));
    if (!options) return;
    stream = nameOf(options.getStreamIdentifier()?.getStreamName());
    if (options.hasNoStream()) expected = 'no-stream';
    else if (options.hasStreamExists()) expected = 'exists';
    else if (!options.hasAny()) expected = Number(options.getRevision());
  });
  call.on('end', () => {
    void log.write({ stream, expected, events }).then((written) => reply(null, answerOf(written)));
  });
}

/** Deletes a stream: readers do not find it, and its revisions go on if it is written again. */
export async function deleteStream(
  request: DeleteReq,
  reply: sendUnaryData<DeleteResp>,
  log: ServerLog,
): Promise<void> {
  const stream = nameOf(request.getOptions()?.getStreamIdentifier()?.getStreamName());
  await log.write({
    stream: `$$${stream}`,
    expected: 'any',
    events: [ofServer('$metadata', GONE)],
  });
  reply(null, new DeleteResp());
}

/** Deletes a stream for good: nothing can be read from it or written to it any more. */
export async function tombstone(
  request: TombstoneReq,
  reply: sendUnaryData<TombstoneResp>,
  log: ServerLog,
): Promise<void> {
  const stream = nameOf(request.getOptions()?.getStreamIdentifier()?.getStreamName());
  await log.write({ stream, expected: 'any', events: [ofServer('$streamDeleted', '')] });
  reply(null, new TombstoneResp());
}

/** How the server notes that a stream was deleted. */
const GONE = '{"$tb":9223372036854775807}';

function ofServer(type: string, data: string): ProposedEvent {
  const contentType = 'application/json';
  return {
    id: randomUUID(),
    type,
    contentType,
    data: Buffer.from(data),
    metadata: Buffer.from(''),
  };
}

function answerOf(written: Written): AppendResp {
  const response = new AppendResp();
  if (written.result === 'success') {
    const position = new AppendResp.Position()
      .setCommitPosition(String(written.position))
      .setPreparePosition(String(written.position));
    response.setSuccess(
      new AppendResp.Success().setCurrentRevision(String(written.revision)).setPosition(position),
    );
  } else if (written.result === 'wrong-expected-version') {
    const wrong = new AppendResp.WrongExpectedVersion();
    if (written.current >= 0) wrong.setCurrentRevision(String(written.current));
    response.setWrongExpectedVersion(wrong);
  }
  return response;
}

function proposed(message: {
  getId(): UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData(): Uint8Array | string;
  getCustomMetadata(): Uint8Array | string;
}): ProposedEvent {
  return {
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: Buffer.from(message.getData() as Uint8Array),
    metadata: Buffer.from(message.getCustomMetadata() as Uint8Array),
  };
}

export function nameOf(bytes: Uint8Array | string | undefined): string {
  return Buffer.from((bytes ?? '') as Uint8Array).toString('utf8');
}
