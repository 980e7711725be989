import * as shared from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { BatchAppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type ExpectedOnServer, MAX_APPEND_SIZE, type Written } from './log';
import type { StoredEvent } from './stored-event';

/** The details that the server packs into the errors of a batch append, and their messages. */
export type ErrorDetails =
  | { readonly type: 'WrongExpectedVersion'; current: number; expected: ExpectedOnServer }
  | { readonly type: 'MaximumAppendSizeExceeded' | 'AccessDenied' | 'Timeout' }
  | { readonly type: 'StreamDeleted'; readonly stream: string }
  /** What the server says of itself, with empty details: "Server Is Busy", "Server Is Not Ready". */
  | { readonly type: 'NotHandled'; readonly message: string };

export function appended(
  correlationId: shared.UUID,
  stream: string,
  written: Extract<Written, { result: 'success' }>,
): BatchAppendResp {
  const position = new shared.AllStreamPosition()
    .setCommitPosition(String(written.position))
    .setPreparePosition(String(written.position));
  const success = new BatchAppendResp.Success()
    .setCurrentRevision(String(written.revision))
    .setPosition(position);
  return answerTo(correlationId, stream).setSuccess(success);
}

export function refused(
  correlationId: shared.UUID,
  stream: string,
  details: ErrorDetails,
): BatchAppendResp {
  return answerTo(correlationId, stream).setError(statusOf(details));
}

function answerTo(correlationId: shared.UUID, stream: string): BatchAppendResp {
  return new BatchAppendResp()
    .setCorrelationId(correlationId)
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
}

function statusOf(details: ErrorDetails): Status {
  const name = `event_store.client.${details.type}`;
  switch (details.type) {
    case 'NotHandled':
      return packed(details.message, 'google.protobuf.Empty', new Uint8Array());
    case 'WrongExpectedVersion': {
      const message = new shared.WrongExpectedVersion();
      if (details.current >= 0) message.setCurrentStreamRevision(String(details.current));
      if (typeof details.expected === 'number') {
        message.setExpectedStreamPosition(String(details.expected));
      }
      return packed('WrongExpectedVersion', name, message.serializeBinary());
    }
    case 'MaximumAppendSizeExceeded': {
      const message = new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE);
      return packed('Maximum Append Size Exceeded', name, message.serializeBinary());
    }
    case 'StreamDeleted': {
      const identifier = new shared.StreamIdentifier();
      identifier.setStreamName(Buffer.from(details.stream));
      const message = new shared.StreamDeleted().setStreamIdentifier(identifier);
      return packed('StreamDeleted', name, message.serializeBinary());
    }
    default:
      return packed(details.type, name, new Uint8Array());
  }
}

/**
 * `google.rpc.Status` with an `Any` in it, written by hand: its class belongs to a package that is not
 * a dependency of ours. Each field is a tag (number, and type 2 for bytes), a length and the bytes.
 */
function packed(message: string, typeName: string, value: Uint8Array): Status {
  const any = [field(1, Buffer.from(`type.googleapis.com/${typeName}`)), field(2, value)];
  return Status.deserializeBinary(
    Buffer.concat([field(2, Buffer.from(message)), field(3, Buffer.concat(any))]),
  );
}

function field(number: number, bytes: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), bytes]);
}

export function eventRead(stored: StoredEvent): ReadResp {
  const position = String(stored.position);
  const event = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(stored.id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stored.stream)))
    .setStreamRevision(String(stored.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(stored.data)
    .setCustomMetadata(stored.metadata);
  const map = event.getMetadataMap();
  map.set('type', stored.type);
  map.set('content-type', stored.contentType);
  map.set('created', stored.created);
  return new ReadResp().setEvent(
    new ReadResp.ReadEvent().setEvent(event).setCommitPosition(position),
  );
}

export const confirmation = (id: string): ReadResp =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const caughtUp = (): ReadResp => new ReadResp().setCaughtUp(new ReadResp.CaughtUp());

export const checkpoint = (position: number): ReadResp =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position)),
  );

export function streamNotFound(stream: Uint8Array | string): ReadResp {
  const identifier = new shared.StreamIdentifier().setStreamName(stream);
  return new ReadResp().setStreamNotFound(
    new ReadResp.StreamNotFound().setStreamIdentifier(identifier),
  );
}

/** An error as gRPC carries it; `exception` is how the server names its own. */
export function rpcError(
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): Partial<ServiceError> {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, message: details, metadata };
}
