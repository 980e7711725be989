import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { v1 } from '@daybook/client';
import { surviveErrors } from '@daybook/platform/plain';
import { closedLoop, type Latency } from '../support/closed-loop';
import { answerWith, endWith, readRequest } from '../support/processes';

/** Callers in a closed loop that create customers. */
export interface CallerRequest {
  readonly edge: 'rest' | 'grpc';
  /** Of REST the URL of the collection, of gRPC that of the server. */
  readonly url: string;
  readonly apiKey: string;
  readonly callers: number;
  readonly seconds: number;
}

export interface CallerAnswer extends Latency {
  readonly rate: number;
  /** All calls, including those before and after the measured time. */
  readonly calls: number;
  /** Processor time per call on the caller's side. */
  readonly callerUs: number;
}

/** An HTTP/2 connection has 100 concurrent calls by default, so several connections are needed. */
const SESSIONS = 4;
const METHOD = '/daybook.v1.CustomerService/CreateCustomer';
/** No compression flag and the length of the message (gRPC over HTTP/2, length-prefixed message). */
const PREFIX_BYTES = 5;

/** Both callers are minimal, because they share the machine with the measured process. */
function restCaller({ url, apiKey, callers }: CallerRequest): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  return () =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ externalId: randomUUID() });
      const sent = request(
        url,
        { agent, method: 'POST', headers: { ...headers, 'content-length': body.length } },
        (response) => {
          response.resume();
          response.once('end', () => {
            if (response.statusCode === 201) resolve();
            else reject(new Error(`REST answered ${response.statusCode}.`));
          });
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
}

function grpcCaller({ url, apiKey }: CallerRequest): () => Promise<void> {
  const sessions = Array.from({ length: SESSIONS }, () => surviveErrors(connect(url)));
  const headers = {
    ':method': 'POST',
    ':path': METHOD,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${apiKey}`,
  };
  let turn = 0;
  return () =>
    new Promise((resolve, reject) => {
      const session = sessions[turn++ % SESSIONS] as ClientHttp2Session;
      const stream = session.request(headers);
      let status: unknown;
      stream.on('response', (received) => (status = received['grpc-status']));
      stream.on('trailers', (received) => (status = received['grpc-status']));
      stream.once('error', reject);
      stream.once('close', () => {
        if (status === '0') resolve();
        else reject(new Error(`gRPC answered with status ${status}.`));
      });
      stream.resume();
      stream.end(framed({ externalId: randomUUID() }));
    });
}

function framed(given: { readonly externalId: string }): Buffer {
  const message = v1.CreateCustomerRequest.encode(v1.CreateCustomerRequest.fromPartial(given));
  const bytes = message.finish();
  const frame = Buffer.alloc(PREFIX_BYTES + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, PREFIX_BYTES);
  return frame;
}

async function main(): Promise<void> {
  const load = await readRequest<CallerRequest>();
  endWith(async () => undefined);
  const call = load.edge === 'rest' ? restCaller(load) : grpcCaller(load);
  let calls = 0;
  const once = async () => {
    await call();
    calls += 1;
    return 1;
  };
  const before = process.cpuUsage();
  const loop = await closedLoop(load.callers, load.seconds, once, () => undefined);
  const { user, system } = process.cpuUsage(before);
  const answer: CallerAnswer = { ...loop, calls, callerUs: (user + system) / calls };
  answerWith(answer);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
