import { rebuild, replay } from '@daybook/audit';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { until } from '../../../test/dependencies';
import type { Reply } from '../../../test/ledger-harness';
import { ApiKeys } from '../src/edge/api-keys';
import { IssueApiKey } from '../src/edge/keys';
import { PROBLEMS, type ProblemCode } from '../src/edge/problems';
import { systemContext } from '../src/edge/request-context';
import { scopeWords } from '../src/edge/scopes';
import { AUDITED } from '../src/operations/read-models';
import { differences, saidBy, shapeOf, unsaidBy } from './edge-differences';
import { detailsOf } from './grpc-details';
import { CHAINS_FILE, fill, type Known } from './grpc-known';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';
import {
  callsOf,
  methodOf,
  type OperationCall,
  overGrpc,
  overRest,
  rpcOf,
  samplesOf,
  sharedOperations,
} from './operation-calls';

// What the declarations promise, tried on each of them over both edges of one running ledger.

/**
 * One purse a family is all that a customer can have here, a key is shown once, the event log is in PostgreSQL, and
 * the status has the rest only while something is wrong.
 */
const NEVER_SAID = [
  'Clocks/event_log_ahead_ms',
  'ConsumerState/detail',
  'Engine/detail',
  'EventLogEngine/detail',
  'EventLogEngine/refused',
  'FollowerState/detail',
  'ReactionNote/is_error',
  'ReactionNote/note',
  'ReactionNote/rows',
  'ReactionState/notes',
  'Transaction/retry_after_seconds',
  'IssueApiKeyResponse/key',
  'IssueOperatorKeyResponse/key',
  'ListCustomerPursesResponse/next_cursor',
];
/** Each call has an effect of its own, so both edges are asked with the same idempotency key. */
const KEYED = /^(Issue|Retry|RequestWatch)/;
/** What may change between two calls: times, and what runs beside them. */
const CHANGES =
  /\/(at|problems\[\d+\]|secondsSince\w+|clockDifferenceMs|databaseAheadMs|checkedPosition|messages): /;
const OTHER_ACCOUNT = '3f1c0b54-1111-4222-8333-444455556666';
const STRANGE_ID = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';

let ledger: GrpcLedger;
let api: Reflected;
let known: Known;

beforeAll(async () => {
  ledger = await createGrpcLedger({ chains: CHAINS_FILE });
  api = await reflect(ledger.address, ledger.apiKey);
  known = await fill(ledger);
  const headers = bearer(known.operatorKey);
  const status = () => ledger.request('GET', '/v1/operations/status', { headers });
  const isSeen = async () => (await status()).body.books.violations.length > 0;
  await until(isSeen, { timeoutMs: 20_000, description: 'The checker, which sees the held purse' });
  const { store, databaseUrl } = ledger;
  await replay({ ...AUDITED, store, databaseUrl, id: 'kept', keep: true });
  await rebuild({ ...AUDITED, store, ownerUrl: databaseUrl, readModel: 'all', actor: 'a test' });
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

const everyCall = () => {
  const samples = samplesOf(known);
  return sharedOperations(ledger.app).flatMap((operation) => callsOf(operation, samples));
};
const firstCalls = () => {
  const samples = samplesOf(known);
  return sharedOperations(ledger.app).map((operation) => callsOf(operation, samples)[0]);
};
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** The refusal of both edges, which must be the same. */
async function refusalOf(
  call: OperationCall,
  headers: Record<string, string> = {},
): Promise<{ code: ProblemCode; detail: string; pointers: readonly string[] }> {
  const reply = await overRest(ledger, call, headers);
  const { error, answer } = await overGrpc(api, call, headers);
  const of = call.operation.rpc;
  if (error === null) throw new Error(`${of} was answered: ${JSON.stringify(answer)}`);
  const { info, code, message, violations } = detailsOf(error);
  const { code: reason, detail, errors = [] }: Reply['body'] = reply.body;
  expect({ of, reason: info.reason, code }).toEqual({
    ...{ of, reason, code: PROBLEMS[reason as ProblemCode]?.rpc },
  });
  const faults: { pointer: string; code: string }[] = errors;
  expect(violations.map((violation) => violation.reason)).toEqual(faults.map((f) => f.code));
  if (faults.length === 0) expect(message).toBe(detail);
  return { code: reason, detail, pointers: faults.map(({ pointer }) => pointer) };
}

/** Not of the call but of its effects in the background: purses that are due, a parked key that is retried. */
const NOT_OF_CALL = ['ExpirePurse', 'GetPurseReplenishments', 'ListChainHeads', 'RecordTransfers'];
const isOfCall = (name: string) => !NOT_OF_CALL.includes(name);

it('answers the same over both edges, with the same on the buses', async () => {
  const seen: string[] = [];
  const said = new Set<string>();
  const note = (message: object) => seen.push(message.constructor.name);
  const subscriptions = [CommandBus, QueryBus].map((bus) => ledger.app.get(bus).subscribe(note));
  try {
    for (const [n, call] of everyCall().entries()) {
      seen.length = 0;
      const { method } = rpcOf(call.operation);
      const keyed = KEYED.test(method) ? { 'idempotency-key': `${method}-${n}` } : {};
      const reply = await overRest(ledger, call, keyed);
      const byRest = seen.splice(0).filter(isOfCall);
      const { answer, error } = await overGrpc(api, call, keyed);
      const { response } = methodOf(api, call.operation);
      const of = { rpc: call.operation.rpc, fields: call.fields };
      expect({ of, error, body: reply.status < 400 || reply.body }).toEqual({
        ...{ of, error: null, body: true },
      });
      const shape = KEYED.test(method)
        ? { ...shapeOf(reply, response), key: null, replayed: true }
        : shapeOf(reply, response);
      const difference = differences(shape, answer).filter((line) => !CHANGES.test(line));
      // The commands leave things as they are, so the second answer is the first.
      expect({ of, difference, seen: seen.filter(isOfCall) }).toEqual({
        of,
        difference: [],
        seen: byRest,
      });
      saidBy(answer, response, said);
      // What was done is in the next list, whichever edge asks for it first.
      if (KEYED.test(method)) {
        await ledger.request('GET', `/v1/customers?minPosition=${await ledger.store.head()}`);
      }
    }
    const responses = sharedOperations(ledger.app).map((o) => methodOf(api, o).response);
    // A field that is always empty would be equal without being compared.
    expect(new Set(unsaidBy(responses, said))).toEqual(new Set(NEVER_SAID));
  } finally {
    for (const subscription of subscriptions) subscription.unsubscribe();
  }
});

it('is refused without a key, in the same words', async () => {
  for (const call of firstCalls()) {
    const refusal = await refusalOf(call, { authorization: 'Bearer garbage' });
    expect(refusal.code).toBe('unauthenticated');
  }
});

it('needs its scope, and no more than that', async () => {
  const calls = firstCalls();
  for (const scope of new Set(calls.map(({ operation }) => operation.scope))) {
    // Without the words that stand for groups of scopes.
    const others = (kind: 'account' | 'operator') =>
      scopeWords(kind).filter((word) => word.includes(':') && word !== scope);
    const isAccounts = scopeWords('account').includes(scope);
    const enough = isAccounts
      ? await ledger.issueKey({ scopes: [scope] })
      : await issueOperatorKey([scope]);
    // Whatever else a key may do is not enough.
    const tooLittle = [
      await ledger.issueKey({ scopes: others('account') }),
      await issueOperatorKey(others('operator')),
    ];
    for (const call of calls.filter(({ operation }) => operation.scope === scope)) {
      expect((await overRest(ledger, call, bearer(enough))).status).toBeLessThan(300);
      expect((await overGrpc(api, call, bearer(enough))).error).toBeNull();
      for (const key of tooLittle) {
        const { code, detail } = await refusalOf(call, bearer(key));
        expect(code).toBe('forbidden');
        expect(detail).toContain(`"${scope}"`);
      }
    }
  }
});

/** Resolves when the read model has the key. One that is tried before is refused for a second. */
async function issueOperatorKey(scopes: readonly string[]): Promise<string> {
  const owner = { kind: 'operator', id: known.operatorId } as const;
  const command = new IssueApiKey(systemContext(''), { owner, scopes });
  const { resource } = await ledger.app.get(CommandBus).execute(command);
  const key = resource.key ?? '';
  await until(() => ledger.app.get(ApiKeys).isIssued(key), { description: 'The new key' });
  return key;
}

it('finds of another account exactly what it finds of what does not exist', async () => {
  const scopes = ['read', 'write'];
  const headers = bearer(await ledger.issueKey({ scopes, accountId: OTHER_ACCOUNT }));
  const ids = [known.customerId, known.purseId, known.replenishmentId];
  let tried = 0;
  for (const call of everyCall()) {
    const { minPosition: _, ...fields } = call.fields;
    if (!ids.some((id) => Object.values(fields).includes(id))) continue;
    const asked = { ...call, fields };
    const stranger = {
      ...call,
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          name,
          ids.includes(String(value)) ? STRANGE_ID : value,
        ]),
      ),
    };
    const reply = await overRest(ledger, asked, headers);
    if (reply.status < 400) {
      expect(reply.body.data).toEqual([]);
      expect((await overRest(ledger, stranger, headers)).body).toEqual(reply.body);
    } else {
      const refusal = await refusalOf(asked, headers);
      expect(refusal.code).toMatch(/-not-found$/);
      expect(await refusalOf(stranger, headers)).toEqual(refusal);
    }
    tried += 1;
  }
  expect(tried).toBeGreaterThan(20);
});

it('refuses the same wrong values over both edges, and says which field is wrong', async () => {
  let tried = 0;
  for (const call of everyCall()) {
    for (const [name, value] of Object.entries(call.fields)) {
      if (typeof value !== 'string' || name === 'from' || name === 'to') continue;
      const { words, kind } = fieldOf(call, name);
      if (words > 0 || !['TYPE_STRING', 'TYPE_UINT64'].includes(kind)) continue;
      const wrong = kind === 'TYPE_UINT64' ? '18446744073709551615' : 'x\u0000'.repeat(1_000);
      const refusal = await refusalOf({ ...call, fields: { ...call.fields, [name]: wrong } });
      expect(refusal.code).toBe('validation-failed');
      expect(refusal.pointers.map((pointer) => pointer.replace('/', ''))).toEqual([name]);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(50);
});

function fieldOf({ operation }: OperationCall, name: string) {
  const { fields } = methodOf(api, operation).request;
  const field = fields.find((f) => f.name.replaceAll('_', '') === name.toLowerCase());
  return { words: field?.words.length ?? 0, kind: field?.kind ?? '' };
}

it('takes a command once for each key, whichever edge it comes by', async () => {
  for (const call of firstCalls()) {
    if (call.operation.kind !== 'command') continue;
    const key = `once-${call.operation.name}`;
    const before = await ledger.store.head();
    const changed = { ...call, fields: changedBy(call) };
    const first = await overGrpc(api, changed, { 'idempotency-key': key });
    expect(first.error).toBeNull();
    const head = await ledger.store.head();
    const again = await overRest(ledger, changed, { 'idempotency-key': key });
    const { response } = methodOf(api, call.operation);
    const { key: _, ...shown } = first.answer;
    const replayed = { ...shown, replayed: head > before };
    expect(differences(shapeOf(again, response), replayed)).toEqual([]);
    // The same key with another request.
    const other = await refusalOf(call, { 'idempotency-key': key });
    expect(other.code).toBe('idempotency-key-reused');
    expect(await ledger.store.head()).toBe(head);
  }
});

/** Texts that name what is there already, or that are numbers or one of a list of words. */
const UNCHANGED = [
  ...['family', 'expiresAt', 'topic', 'group', 'key'],
  ...['kind', 'chain', 'fromBlock', 'toBlock', 'blocksMax'],
  ...['resolution', 'creditTo', 'difference', 'phone'],
];

/** The fields of a command with other texts, so that it does something. */
function changedBy({ operation, fields, otherFields }: OperationCall): OperationCall['fields'] {
  const texts = Object.entries(fields).map(([name, value]) => {
    const isText = typeof value === 'string' && !UNCHANGED.includes(name);
    const isFree = isText && !operation.pathFields.includes(name);
    return [name, isFree ? `${value}-${operation.name}` : value];
  });
  return { ...Object.fromEntries(texts), ...otherFields };
}
