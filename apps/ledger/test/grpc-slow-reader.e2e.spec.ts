import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { surviveErrors } from '@daybook/platform/plain';
import { until } from '../../../test/dependencies';
import { flood, type Message } from './grpc-events';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

const EVENTS = 'daybook.v1.EventService';
/** Before each message: a flag and four bytes of length. */
const PREFIX_BYTES = 5;
const MIB = 1024 * 1024;
/** Some 12 MiB over the wire: far more than any buffer on the way holds. */
const FLOOD = 5_000;
const DESCRIPTION = 'x'.repeat(2_500);
/** A page of the log, a message, and what the connections of both ends hold. */
const STOPPED_MAX_BYTES = 8 * MIB;

let ledger: GrpcLedger;
let lively: Reflected;

beforeAll(async () => {
  ledger = await createGrpcLedger({ heartbeatMs: 1_000 });
  lively = await reflect(ledger.address, ledger.apiKey);
});
afterAll(async () => {
  lively?.close();
  await ledger?.close();
});

/** What this process holds, both ends of every connection included, when all that can be freed is. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Buffers are given back a moment after nobody has them any more, and are found to be so by then.
  for (let i = 0; i < 3; i += 1) {
    collect();
    await sleep(100);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A reader on a bare connection: it takes nothing beyond what HTTP/2 lets anybody send unasked. */
function tailBare(after: bigint) {
  const session = surviveErrors(connect(`http://${ledger.address}`));
  const stream = session.request({
    ':method': 'POST',
    ':path': '/daybook.v1.EventService/Tail',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${ledger.apiKey}`,
  });
  const request = lively.bytesOf(EVENTS, 'Tail', { after: String(after) });
  const head = Buffer.alloc(PREFIX_BYTES);
  head.writeUInt32BE(request.length, 1);
  stream.end(Buffer.concat([head, request]));
  const positions: bigint[] = [];
  let rest = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + rest.readUInt32BE(1);
      if (rest.length < end) return;
      const { events } = lively.answerOf(EVENTS, 'Tail', rest.subarray(PREFIX_BYTES, end));
      for (const { position } of events) positions.push(BigInt(position));
      rest = rest.subarray(end);
    }
  };
  return {
    session,
    /** Reads on from here. */
    resume: () => stream.on('data', take),
    /** Of the events that were read. */
    positions,
  };
}

/** Reads to a position and keeps nothing. */
async function countTo(api: Reflected, after: bigint, position: bigint): Promise<number> {
  const stream = api.client(EVENTS).Tail({ after: String(after) }, api.metadata());
  let reached = 0n;
  let count = 0;
  stream.on('error', () => undefined);
  stream.on('data', (message: Message) => {
    reached = BigInt(message.position);
    count += message.events.length;
  });
  await until(() => reached >= position, { timeoutMs: 30_000, description: 'The other reader' });
  stream.cancel();
  return count;
}

describe('a reader who stops', () => {
  it('holds little, stops no other, and misses nothing when it goes on', async () => {
    const { body: customer } = await ledger.request('POST', '/v1/customers', {
      body: { externalId: 'ann' },
    });
    /** What this process holds more after a flood that another reader has read. */
    const grownBy = async (after: bigint): Promise<number> => {
      const before = await heldBytes();
      const position = await flood(ledger.store, customer.id, FLOOD, DESCRIPTION);
      expect(await countTo(lively, after, position)).toBe(FLOOD);
      const path = `/v1/customers/${customer.id}?minPosition=${position}`;
      expect((await ledger.request('GET', path)).status).toBe(200);
      return (await heldBytes()) - before;
    };
    // What a flood leaves behind, whoever reads, is not the reader's.
    const usual = await grownBy(BigInt(customer.position));
    const begin = await ledger.store.head();
    const stopped = tailBare(begin);
    const grown = await grownBy(begin);
    expect(grown - Math.max(0, usual)).toBeLessThan(STOPPED_MAX_BYTES);

    stopped.resume();
    const { positions } = stopped;
    await until(() => positions.length >= FLOOD, { description: 'All', timeoutMs: 30_000 });
    // So many were added, and so many different ones came, in order.
    expect(positions).toHaveLength(FLOOD);
    expect(positions.every((position, i) => position > (positions[i - 1] ?? begin))).toBe(true);
    expect(positions.at(-1)).toBe(await ledger.store.head());
    stopped.session.destroy();
  });
});
