import { type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { PROBLEMS, type ProblemCode } from '../src/edge/problems';
import { detailsOf } from './grpc-details';
import { CHAINS_FILE, fill, type Known } from './grpc-known';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';
import { bytesNear, messagesOf } from './grpc-requests';
import {
  callsOf,
  messageOf,
  methodOf,
  type OperationCall,
  rpcOf,
  samplesOf,
  sharedOperations,
} from './operation-calls';

/** Requests of the fuzz; CONTRIBUTING says how to send more. */
const REQUESTS = Number(process.env.DAYBOOK_TEST_FUZZ_REQUESTS ?? 700);
/** Far above what a request takes, for the time limit of the tests. */
const MS_PER_REQUEST = 50;
/** Each is ended by its reader after a while. */
const TAILS_MAX = 5;
/** What a request may be refused with that came to a service in good health. */
const REFUSED: ReadonlySet<status> = new Set([
  ...[status.INVALID_ARGUMENT, status.NOT_FOUND, status.ALREADY_EXISTS, status.OUT_OF_RANGE],
  ...[status.FAILED_PRECONDITION, status.DEADLINE_EXCEEDED],
]);

let ledger: GrpcLedger;
let api: Reflected;
let known: Known;

beforeAll(async () => {
  ledger = await createGrpcLedger({ chains: CHAINS_FILE });
  api = await reflect(ledger.address, ledger.apiKey);
  known = await fill(ledger);
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

function meaningful(): Record<string, readonly string[]> {
  return {
    customer_id: [known.customerId],
    account_id: [known.accountId],
    operator_id: [known.operatorId],
    key_id: [known.keyId],
    name: ['somebody'],
    scopes: ['read', 'write'],
    purse_id: [known.purseId],
    replenishment_id: [known.replenishmentId],
    external_id: ['ann', 'bob', 'carl'],
    address: [known.address, known.address.toLowerCase()],
    asset: ['ETH', 'USDT_ETH', 'NOPE'],
    currency: ['ETH', 'USDT_ETH', 'NOPE'],
    as_of: ['0', '2', known.position, '2026-01-01T00:00:00Z', '2999-01-01T00:00:00+01:00'],
    reason: ['a test'],
    subject_kinds: ['customer', 'purse', 'replenishment'],
    types: ['CustomerCreated', 'ReplenishmentConfirmed'],
  };
}

/** Operators have services of their own. */
function keyOf(service: string): Record<string, string> {
  const isOperators = /(Account|Operator|Operations|WatchRequest|Correction)Service$/.test(service);
  return isOperators ? { authorization: `Bearer ${known.operatorKey}` } : {};
}

/** Holds an answer to what every answer is: if it is a refusal, it has a reason, and nothing was written since `head`. */
async function hold(error: ServiceError | null, head: bigint): Promise<void> {
  if (error === null) return;
  // What the client's own deadline ended has no details; everything else says why.
  if (error.code === status.DEADLINE_EXCEEDED) return;
  const { info, code, requestId } = detailsOf(error);
  expect(PROBLEMS[info.reason as ProblemCode].rpc).toBe(code);
  // The quotas of look-ups and rescans are small.
  if (info.reason !== 'rate-limited') expect(REFUSED).toContain(error.code);
  const { events } = await ledger.store.readAll({ after: head, limit: 1_000 });
  expect(events.filter(({ metadata }) => metadata.correlationId === requestId)).toEqual([]);
}

describe('whatever is sent', () => {
  const timeLimitMs = 120_000 + REQUESTS * MS_PER_REQUEST;

  it(
    `is answered or refused with a reason, by every method: ${REQUESTS} requests`,
    async () => {
      const services = api.services.filter((service) => service.startsWith('daybook.v1.'));
      const methods = services.flatMap((service) =>
        api.methodsOf(service).map((method) => ({ service, ...method })),
      );
      const runs = Math.ceil(REQUESTS / methods.length);
      for (const { service, name, request } of methods) {
        // A stream without an end is ended by its reader.
        const timeoutMs = name === 'Tail' ? 100 : 1_000;
        const numRuns = name === 'Tail' ? Math.min(TAILS_MAX, runs) : runs;
        const metadata = keyOf(service);
        const property = fc.asyncProperty(messagesOf(request, meaningful()), async (message) => {
          const head = await ledger.store.head();
          await hold((await api.call(service, name, message, { timeoutMs, metadata })).error, head);
        });
        await fc.assert(property, { numRuns });
      }
    },
    timeLimitMs,
  );

  it(
    'is answered or refused with a reason, also when it is no message',
    async () => {
      const samples = samplesOf(known);
      // The one with the most fields has the most bytes to be wrong in.
      const size = ({ fields }: OperationCall) => Object.keys(fields).length;
      const calls = sharedOperations(ledger.app).map((operation) =>
        callsOf(operation, samples).reduce((most, call) => (size(call) > size(most) ? call : most)),
      );
      const numRuns = Math.ceil(REQUESTS / 2 / calls.length);
      for (const call of calls) {
        const { service, method } = rpcOf(call.operation);
        const path = `/${service}/${method}`;
        const request = messageOf(call, methodOf(api, call.operation).request);
        const right = api.bytesOf(service, method, request);
        const property = fc.asyncProperty(bytesNear(right), async (bytes) => {
          const head = await ledger.store.head();
          await hold(await api.callRaw(path, bytes, keyOf(service)), head);
        });
        await fc.assert(property, { numRuns });
      }
    },
    timeLimitMs,
  );

  it('leaves the service as well as before', async () => {
    const failures = ledger.logged.filter(({ msg }) => msg === 'call failed');
    expect(failures).toEqual([]);
    const { answer, error } = await api.call('daybook.v1.PurseService', 'GetPurse', {
      purse_id: known.purseId,
    });
    expect(error).toBeNull();
    expect(answer.purse.address).toBe(known.address);
  });
});
