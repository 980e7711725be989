import { exactlyOneOf, fieldsOf, type RequestField } from '../src/edge/fields';
import { operationsOf, type RunningOperation } from '../src/edge/operation';
import { scopeWords } from '../src/edge/scopes';
import {
  ASSIGN,
  CONFIRM,
  CREDIT,
  type Known,
  NOTE,
  PROFILE,
  PURSE_EXPIRY,
  VOID,
} from './grpc-known';
import type { GrpcLedger } from './grpc-ledger';
import type { Reflected, ReflectedField, ReflectedMethod, ReflectedType } from './grpc-reflected';

// Calls of every operation over both edges, made of the declarations: a new operation is tried without a
// line here, as long as its fields have names that `SAMPLES` knows.

/** One request to an operation, in the words of JSON. */
export interface OperationCall {
  readonly operation: RunningOperation;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The key of the operator, for an operation of operators. */
  readonly headers: Readonly<Record<string, string>>;
  /** Other fields with which a command does something, where other texts are not enough. */
  readonly otherFields?: Readonly<Record<string, unknown>>;
}

/** An operation that both edges have, with its service and method. */
export function sharedOperations(app: Parameters<typeof operationsOf>[0]) {
  return operationsOf(app).filter(({ http }) => http !== undefined);
}

export function rpcOf({ rpc }: RunningOperation) {
  const [service = '', method = ''] = rpc.split('/');
  return { service: `daybook.v1.${service}`, method };
}

/** Values by the name of the field. Commands repeat what is so already, so that they change nothing. */
export function samplesOf(known: Known): Readonly<Record<string, unknown>> {
  return {
    ...{ customerId: known.customerId, purseId: known.purseId, address: known.address },
    ...{ replenishmentId: known.replenishmentId, minPosition: known.position },
    ...{ externalId: 'ann', ...PROFILE, families: ['evm'], reason: 'a test' },
    ...{ family: 'evm', currency: 'ETH', outsideOrderId: 'order-1', limit: '1', after: '1' },
    log: known.log,
    ...{ accountId: known.accountId, operatorId: known.operatorId, keyId: known.keyId },
    ...{ name: 'default', scopes: ['read'], expiresAt: '2099-01-01T00:00:00.000Z' },
    operatorKey: known.operatorKey,
    ...{ watchRequestId: known.watchRequestId, chain: known.chain },
    ...{ fromBlock: '1', toBlock: '2', blocksMax: '10', transaction: known.transaction },
    hash: known.transaction,
    ...known.parkedKey,
    purseUnusedDays: PURSE_EXPIRY.unusedDays,
    purseIdleDays: PURSE_EXPIRY.idleDays,
    ...{ asOf: known.position, asset: 'USDT_ETH', from: '2026-01-01T00:00:00.500Z' },
    to: '2999-01-01T00:00:00Z',
    findingId: known.findingId,
    [OF_OPERATION]: {
      eraseCustomer: {
        customerId: known.erasedCustomerId,
        otherFields: { customerId: known.forgottenCustomerId },
      },
      voidReplenishment: {
        ...{ replenishmentId: known.voidedId, reference: VOID },
        otherFields: { replenishmentId: known.otherId },
      },
      creditReplenishment: {
        ...{ replenishmentId: known.restoredId, reference: CREDIT },
        otherFields: { replenishmentId: known.otherId },
      },
      assignAddress: {
        ...{ purseId: known.assignedPurseId, reference: ASSIGN },
        otherFields: { purseId: known.heldPurseId },
      },
      confirmOwner: {
        ...{ purseId: known.confirmedPurseId, reference: CONFIRM },
        otherFields: { purseId: known.unownedPurseId },
      },
      resolveFinding: {
        ...{ resolution: 'note', creditTo: 'customer', difference: '7', reference: NOTE },
        otherFields: { findingId: known.openFindingId },
      },
    },
  };
}

/** Samples of single operations, by their names. They count for more. */
const OF_OPERATION = Symbol('of an operation');
type Special = {
  readonly [OF_OPERATION]?: Readonly<
    Record<string, { readonly otherFields?: OperationCall['fields'] }>
  >;
};

/**
 * Requests to one operation: the required fields alone, with each optional field of a query and with all
 * of a command's that go together, and each way of a choice.
 */
export function callsOf(
  operation: RunningOperation,
  common: Readonly<Record<string, unknown>>,
): readonly [OperationCall, ...OperationCall[]] {
  const { otherFields, ...special } = (common as Special)[OF_OPERATION]?.[operation.name] ?? {};
  const samples: Readonly<Record<string, unknown>> = { ...common, ...special };
  const fields = fieldsOf(operation.request).filter(({ name }) => name !== 'cursor');
  const alternatives = exactlyOneOf(operation.request);
  const headers = isForOperators(operation)
    ? { authorization: `Bearer ${samples.operatorKey}` }
    : {};
  const pick = (chosen: readonly RequestField[]) =>
    Object.fromEntries(chosen.map((field) => [field.name, sampleOf(field, samples)]));
  const required = pick(fields.filter((field) => field.required));
  const optional = fields.filter((f) => !f.required && !alternatives.includes(f.name));
  const ways = alternatives.map((name) => pick(fields.filter((field) => field.name === name)));
  const bases = (ways.length === 0 ? [{}] : ways).map((way) => ({ ...required, ...way }));
  const more =
    operation.kind === 'command'
      ? withoutContradiction(optional).map(pick)
      : [{}, ...optional.flatMap((field) => valuesOf(field, samples))];
  const [first, ...others] = bases.flatMap((base) =>
    more.map((added) => ({
      ...{ operation, headers, fields: { ...base, ...added } },
      ...(otherFields && { otherFields }),
    })),
  );
  if (first === undefined) throw new Error(`${operation.name} cannot be called.`);
  return [first, ...others];
}

/** Optional fields of commands that are given in place of others. */
const IN_PLACE_OF = new Map([['transaction', ['fromBlock', 'toBlock']]]);

/** All of these fields that may be given at once, in each way in which they may. */
function withoutContradiction(fields: readonly RequestField[]): readonly RequestField[][] {
  const others = fields.filter(({ name }) => !IN_PLACE_OF.has(name));
  const ways = fields.flatMap(({ name }) => IN_PLACE_OF.get(name) ?? []);
  if (ways.length === 0) return [others];
  return [others, fields.filter(({ name }) => !ways.includes(name))];
}

/** Whether no account's key can have the scope. */
export function isForOperators({ scope }: RunningOperation): boolean {
  return !scopeWords('account').includes(scope);
}

function sampleOf(field: RequestField, samples: object): unknown {
  const { name } = field;
  const value = (samples as Record<string, unknown>)[name] ?? wordsOf(field)[0];
  if (value === undefined) throw new Error(`No sample for the field ${name}.`);
  return value;
}

/** An optional field with each word that it may have, or with its sample. */
function valuesOf(field: RequestField, samples: object): readonly object[] {
  const words = field.name in samples ? [] : wordsOf(field);
  const values = words.length === 0 ? [sampleOf(field, samples)] : words;
  return values.map((value) => ({ [field.name]: value }));
}

/** The closed list of words that a field accepts. */
function wordsOf({ schema }: RequestField): readonly string[] {
  const { enum: words, items } = schema as { enum?: string[]; items?: { enum?: string[] } };
  return words ?? items?.enum ?? [];
}

export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown> | undefined;
}

/** The call as a request of REST. */
export function restRequestOf({ operation, fields }: OperationCall): RestRequest {
  const [method = '', template = ''] = operation.http?.split(' ') ?? [];
  const rest = { ...fields };
  const path = template.replaceAll(/:(\w+)/g, (_, name) => {
    delete rest[name];
    return encodeURIComponent(String(fields[name]));
  });
  if (operation.kind === 'command') return { method, path, body: rest };
  const query = new URLSearchParams(rest as Record<string, string>).toString();
  return { method, path: query === '' ? path : `${path}?${query}`, body: undefined };
}

/** The call as a message, by what the server says of its type: words become values, times are taken apart. */
export function messageOf(call: OperationCall, type: ReflectedType): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(call.fields)) {
    const field = fieldFor(type, name, value);
    message[field.name] = valueIn(field, value);
  }
  return message;
}

/** `status` is a word of one of two fields. */
function fieldFor(type: ReflectedType, name: string, value: unknown): ReflectedField {
  const named = type.fields.find((field) => field.name === snake(name));
  const isOthers = named !== undefined && named.words.length > 0 && wordFor(named, value) === value;
  const field = isOthers ? type.fields.find((f) => wordFor(f, value) !== value) : named;
  if (field === undefined) throw new Error(`${type.name} has no field for ${name}.`);
  return field;
}

function valueIn(field: ReflectedField, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => valueIn(field, item));
  if (field.message?.name === 'Timestamp') {
    const ms = Date.parse(String(value));
    return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
  }
  // An object is one text in a message.
  if (typeof value === 'object') return JSON.stringify(value);
  return field.words.length === 0 ? value : wordFor(field, value);
}

function wordFor({ words }: ReflectedField, value: unknown): unknown {
  const ending = `_${String(value).replaceAll('-', '_').toUpperCase()}`;
  return words.find((word) => word.endsWith(ending)) ?? value;
}

export function methodOf(api: Reflected, operation: RunningOperation): ReflectedMethod {
  const { service, method } = rpcOf(operation);
  const found = api.methodsOf(service).find(({ name }) => name === method);
  if (found === undefined) throw new Error(`The server has no ${service}/${method}.`);
  return found;
}

export function overRest(
  ledger: Pick<GrpcLedger, 'request'>,
  call: OperationCall,
  headers: Readonly<Record<string, string>> = {},
) {
  const { method, path, body } = restRequestOf(call);
  const all = { ...call.headers, ...headers };
  return ledger.request(method, path, { headers: all, ...(body !== undefined && { body }) });
}

export function overGrpc(
  api: Reflected,
  call: OperationCall,
  metadata: Readonly<Record<string, string>> = {},
) {
  const { service, method } = rpcOf(call.operation);
  const message = messageOf(call, methodOf(api, call.operation).request);
  const all = { ...call.headers, ...metadata };
  return api.call(service, method, message, { metadata: all, timeoutMs: 8_000 });
}

export function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
