import type { Reply } from '../../../test/ledger-harness';
import type { ReflectedType } from './grpc-reflected';
import { snake } from './operation-calls';

/**
 * An answer of REST in the shape of the message: its first message is the resource, its list the `data`,
 * and `created` and `replayed` are a status and a header.
 */
export function shapeOf({ status, headers, body }: Reply, { fields }: ReflectedType): object {
  const isResource = ({ message, isRepeated }: ReflectedType['fields'][number]) =>
    message !== null && message.name !== 'Timestamp' && !isRepeated;
  const resource = fields.find(isResource);
  const rest = { ...body };
  const shape: Record<string, unknown> = {};
  for (const { name, isRepeated } of fields.filter((field) => field !== resource)) {
    if (name === 'created') shape.created = status === 201;
    else if (name === 'replayed') shape.replayed = headers.has('idempotency-replayed');
    else {
      const source = isRepeated && resource === undefined ? 'data' : camel(name);
      shape[name] = rest[source];
      // A resource may have the same field; in JSON it is one.
      if (!resource?.message?.fields.some((field) => field.name === name)) delete rest[source];
    }
  }
  // A list without a cursor field has all there is.
  if (rest.nextCursor === null) delete rest.nextCursor;
  return resource === undefined ? { ...shape, ...rest } : { ...shape, [resource.name]: rest };
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

const SECOND_NANOS = 1_000_000_000;

/** Texts that are empty over gRPC where JSON has null: they are null so seldom that they were not made optional. */
const EMPTY_FOR_NULL = /\/(address|txHash)$/;

/**
 * What differs between a resource of REST and a message, as paths; nothing when they say the same.
 * Null is absent or unspecified there, a word is the end of its enum value, a time is a Timestamp.
 */
export function differences(rest: unknown, rpc: unknown, path = ''): readonly string[] {
  if (rpc instanceof SameJson) {
    const isSame = text(rest) === text(rpc.value);
    return isSame ? [] : [`${path}: ${text(rest)} is ${text(rpc.value)}`];
  }
  const differs = (is: boolean) => (is ? [] : [`${path}: ${text(rest)} is ${text(rpc)}`]);
  if (rest === null || rest === undefined) {
    const isAbsent = rpc === null || rpc === undefined || (rpc === '' && EMPTY_FOR_NULL.test(path));
    return differs(isAbsent || String(rpc).endsWith('_UNSPECIFIED'));
  }
  if (Array.isArray(rest)) {
    if (!Array.isArray(rpc) || rpc.length !== rest.length) return differs(false);
    return rest.flatMap((item, i) => differences(item, rpc[i], `${path}[${i}]`));
  }
  if (typeof rest === 'object') {
    if (typeof rpc !== 'object' || rpc === null) return differs(false);
    const message = withJson(rpc as Record<string, unknown>);
    const names = Object.keys(rest).map(snake);
    const extra = Object.keys(message).filter((name) => !names.includes(name));
    const inside = Object.entries(rest).flatMap(([name, value]) =>
      differences(value, message[snake(name)], `${path}/${name}`),
    );
    return [...extra.map((name) => `${path}/${name}: only in the message`), ...inside];
  }
  if (typeof rest === 'number') return differs(String(rest) === String(rpc));
  if (typeof rest === 'string' && typeof rpc === 'object' && rpc !== null) {
    const { seconds, nanos } = rpc as { seconds: string; nanos: number };
    return differs(Date.parse(rest) === Number(seconds) * 1_000 + (nanos / SECOND_NANOS) * 1_000);
  }
  if (rest === rpc) return [];
  const word = String(rest).replaceAll('-', '_').toUpperCase();
  return differs(typeof rpc === 'string' && /^[A-Z_]+$/.test(rpc) && rpc.endsWith(`_${word}`));
}

/** A message whose fields `data_json` and `metadata` are the JSON that they hold; other texts stay text. */
function withJson({
  data_json: json,
  metadata,
  ...message
}: Record<string, unknown>): Record<string, unknown> {
  return {
    ...message,
    ...(json !== undefined && { data: new SameJson(json) }),
    ...(metadata !== undefined && { metadata: metadata === null ? null : new SameJson(metadata) }),
  };
}

/** JSON that is compared as JSON: its names are its own, whatever their letters. */
class SameJson {
  readonly value: unknown;
  constructor(text: unknown) {
    this.value = JSON.parse(String(text));
  }
}

/** Adds the fields of a message, and of those inside it, that hold something: `<type>/<field>`. */
// biome-ignore lint/suspicious/noExplicitAny: answers as a client without types reads them.
export function saidBy(message: any, type: ReflectedType, said: Set<string>): void {
  for (const field of type.fields) {
    const values = [message[field.name] ?? []].flat();
    const isSaid = values.some((value) => value !== '' && !String(value).endsWith('_UNSPECIFIED'));
    if (isSaid) said.add(`${type.name}/${field.name}`);
    if (field.message === null) continue;
    for (const value of values) saidBy(value, field.message, said);
  }
}

/** The fields of these types that are missing in `said`. */
export function unsaidBy(types: readonly ReflectedType[], said: ReadonlySet<string>): string[] {
  const unsaid = new Set<string>();
  const look = (type: ReflectedType) => {
    for (const { name, message } of type.fields) {
      if (!said.has(`${type.name}/${name}`)) unsaid.add(`${type.name}/${name}`);
      if (message !== null) look(message);
    }
  };
  types.forEach(look);
  return [...unsaid];
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
