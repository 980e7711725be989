import { type Metadata, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { countedAs } from '../edge/caller';
import { Problem } from '../edge/problem';
import { type Answer, answerBody } from '../edge/request-context';
import { traceparentOf } from '../edge/request-id';
import type { AdmittedCall } from './admission-control';
import { admit, type Begun, begin, type Edge, type Method, refusalOf, replyMetadata } from './call';
import type { Message } from './contract';

/** The deadline of a call that has none, or a later one. */
const DEADLINE_MS_MAX = 10_000;

type Call = ServerUnaryCall<Buffer, Buffer>;

/** Answers the calls of one method. */
export function answerUnary(edge: Edge, method: Method) {
  const { path } = method;
  return (call: Call, reply: sendUnaryData<Buffer>): void => {
    const begun = begin(call);
    const until = Math.min(Number(call.getDeadline()), Date.now() + DEADLINE_MS_MAX);
    let isOver = false;
    const end = (code: status) => {
      isOver = true;
      clearTimeout(timer);
      edge.observe(method, begun, code);
    };
    const refuse = (error: unknown) => {
      if (isOver) return;
      const refusal = refusalOf(edge, error, begun, path);
      end(refusal.code);
      reply(refusal, null);
    };
    let admitted: AdmittedCall | null = null;
    const timer = setTimeout(
      () => {
        admitted?.abandon('deadline');
        refuse(new Problem('timeout', 'The call was not answered in time.'));
      },
      Math.max(0, until - Date.now()),
    );
    call.once('cancelled', () => {
      admitted?.abandon(Date.now() < until ? 'cancelled' : 'deadline');
      if (!isOver) end(status.CANCELLED);
    });
    try {
      admitted = edge.admission.admit(until);
    } catch (error) {
      refuse(error);
      return;
    }
    respond(edge, method, call, begun, until, admitted)
      .then((message) => {
        if (isOver) return;
        end(status.OK);
        call.sendMetadata(replyMetadata(begun));
        reply(null, Buffer.from(message.buffer, message.byteOffset, message.byteLength));
      }, refuse)
      .finally(() => admitted?.end());
  };
}

async function respond(
  edge: Edge,
  method: Method,
  call: Call,
  begun: Begun,
  until: number,
  admitted: AdmittedCall,
): Promise<Uint8Array> {
  const { operation, translator } = method;
  const caller = await admit(edge, method, call, begun);
  admitted.countFor(countedAs(caller));
  const { path, fields, key } = translator.read(call.request);
  const prepared = await edge.calls.prepare(operation, caller, {
    ...{ path, fields, place: operation.kind === 'query' ? 'query' : 'body' },
    key: keyOf(key, call.metadata),
    ifMatch: ifMatchOf(call.metadata),
    requestId: begun.requestId,
    traceparent: traceparentOf(begun),
    waitMs: until - Date.now(),
    mayWork: () => admitted.start(operation.kind === 'query' ? 'read' : 'write'),
  });
  const result = await operation.run(prepared.caller, prepared.request);
  const etag = edge.calls.etagOf(operation, result as object);
  if (etag !== null) begun.stated = { ...begun.stated, etag };
  return translator.encode(messageOf(edge, method, result));
}

function messageOf({ calls }: Edge, { operation, translator }: Method, result: unknown): Message {
  if (operation.kind === 'query') {
    return translator.toMessage(calls.answered(operation, result as object) as Message);
  }
  const answer = result as Answer<object>;
  const { outcome, replayed } = answer;
  return translator.toMessage({ ...answerBody(answer), created: outcome === 'created', replayed });
}

function ifMatchOf(metadata: Metadata): readonly string[] | undefined {
  const sent = metadata.get('if-match').map(String);
  return sent.length === 0 ? undefined : sent;
}

/** The request id, from the field or the metadata. If both are set, they must be equal. */
function keyOf(
  field: string | undefined,
  metadata: Metadata,
): string | readonly string[] | undefined {
  const sent = metadata.get('idempotency-key').map(String);
  const all = field === undefined || sent.includes(field) ? sent : [field, ...sent];
  return all.length > 1 ? all : all[0];
}
