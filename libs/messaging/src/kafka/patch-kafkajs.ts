import { canEncode, encodeProduce, type ProduceArguments } from './produce/produce-request';

/** A request as kafkajs sends it, and how its answer is read. */
interface Exchange {
  readonly request: { readonly encode: () => Promise<unknown> };
  readonly response: unknown;
}

interface Produce {
  protocol: (negotiated: object) => (given: ProduceArguments) => Exchange;
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

let isPatched = false;

/** Applies our two patches to kafkajs 2.2.4, its last release. Decision 0009 says why. */
export function patchKafkajs(): void {
  if (isPatched) return;
  isPatched = true;
  encodeFaster(require('kafkajs/src/protocol/requests/produce'));
  stopIdleTimers(require('kafkajs/src/network/requestQueue').prototype);
}

/**
 * Writes Produce requests with our encoder, whose bytes are the same. kafkajs encodes what ours cannot. Their body
 * is the same in all versions from 3, which an idempotent producer needs, to 7, the last that kafkajs knows.
 */
function encodeFaster(produce: Produce): void {
  const original = produce.protocol;
  produce.protocol = (negotiated) => {
    const protocol = original(negotiated);
    return (given) => {
      const { request, response } = protocol(given);
      if (!canEncode(given)) return { request, response };
      const encode = async () => {
        const buffer = encodeProduce(given, Date.now());
        return { buf: buffer, buffer, size: () => buffer.length };
      };
      return { request: { ...request, encode }, response };
    };
  };
}

/**
 * After every answer kafkajs sets a timer to check waiting requests, even if there are none. Its delay is
 * negative then, so Node runs it every millisecond for each connection, for ever (kafkajs issue 1751).
 */
function stopIdleTimers(queue: RequestQueue): void {
  const schedule = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function scheduleWhenNeeded() {
    if (this.pending.length > 0) schedule.call(this);
  };
}
