import { type Metadata, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { commandContext } from '../edge/idempotency';
import { reach } from '../edge/positions';
import { Problem } from '../edge/problem';
import { traceparentOf } from '../edge/request-id';
import { admit } from './admit';
import { type Begun, begin, replyMetadata } from './begun';
import { type Edge, refusalOf } from './edge';
import type { UnaryMethod } from './method';
import type { Passage } from './turnstile';

/** For a call without a deadline, or with a later one. */
const DEADLINE_MS_MAX = 10_000;

type Call = ServerUnaryCall<Buffer, Buffer>;

/** Answers the calls of one method. */
export function answerUnary(edge: Edge, path: string, method: UnaryMethod) {
  return (call: Call, reply: sendUnaryData<Buffer>): void => {
    const begun = begin(call);
    const until = Math.min(Number(call.getDeadline()), Date.now() + DEADLINE_MS_MAX);
    let isOver = false;
    const end = (code: status) => {
      isOver = true;
      clearTimeout(timer);
      edge.observe(path, method.scope, begun, code);
    };
    const refuse = (error: unknown) => {
      if (isOver) return;
      const refusal = refusalOf(edge, error, begun, path);
      end(refusal.code);
      reply(refusal, null);
    };
    let passage: Passage | null = null;
    const timer = setTimeout(
      () => {
        passage?.over('deadline');
        refuse(new Problem('timeout', 'The call was not answered in time.'));
      },
      Math.max(0, until - Date.now()),
    );
    call.once('cancelled', () => {
      passage?.over(Date.now() < until ? 'cancelled' : 'deadline');
      if (!isOver) end(status.CANCELLED);
    });
    try {
      passage = edge.turnstile.enter(until);
    } catch (error) {
      refuse(error);
      return;
    }
    respond(edge, method, call, begun, until, passage)
      .then((message) => {
        if (isOver) return;
        end(status.OK);
        call.sendMetadata(replyMetadata(begun));
        reply(null, Buffer.from(message.buffer, message.byteOffset, message.byteLength));
      }, refuse)
      .finally(() => passage?.leave());
  };
}

async function respond(
  edge: Edge,
  method: UnaryMethod,
  call: Call,
  begun: Begun,
  until: number,
  passage: Passage,
): Promise<Uint8Array> {
  const caller = await admit(edge, call, begun, method.scope);
  passage.belongsTo(caller.keyId);
  if (method.scope === 'read') {
    const { minPosition, answer } = method.read(call.request);
    if (minPosition !== undefined) await reach(edge.position, minPosition, until - Date.now());
    await passage.work('read');
    return answer(edge.apis, caller.accountId);
  }
  const { path, body, requestId, answer } = method.read(call.request);
  await passage.work('write');
  const context = await commandContext(edge.idempotency, caller, {
    method: method.twin.slice(0, method.twin.indexOf(' ')),
    path,
    body,
    key: keyOf(requestId, call.metadata),
    correlationId: begun.requestId,
    traceparent: traceparentOf(begun),
  });
  try {
    return await answer(edge.apis, context);
  } catch (error) {
    if (context.fingerprint !== undefined) edge.idempotency.release(context.commandId);
    throw error;
  }
}

/** The request id, as a field or as metadata; in both places only when it is the same. */
function keyOf(
  field: string | undefined,
  metadata: Metadata,
): string | readonly string[] | undefined {
  const sent = metadata.get('idempotency-key').map(String);
  const all = field === undefined || sent.includes(field) ? sent : [field, ...sent];
  return all.length > 1 ? all : all[0];
}
