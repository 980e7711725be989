import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { OperationDeclaration } from '../edge/declaration';
import { fieldsOf, type RequestField } from '../edge/fields';
import { codecsOf, contractMethods, decode, jsonFieldOf, type Message } from './contract';

// Translates between gRPC messages and the requests and answers of operations, by rule. A field has the
// same name on both sides. A path variable is a field of the request; a nested message is a group of
// request fields. The first message of a response is the resource, its list the `data` of a list;
// `created` and `replayed` are a command's outcome. Exceptions are options of the field (`json.proto`).
// Everything is resolved once at the start, so a call only runs closures.

/** The content of a request message. */
export interface ReadRequest {
  readonly path: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The request id; over REST it is the `Idempotency-Key`. */
  readonly key: string | undefined;
}

/** The outcome of a command. */
export interface CommandOutcome {
  readonly created: boolean;
  readonly replayed: boolean;
}

/** Translates the calls of one operation. */
export interface Translator {
  /** Refuses with `malformed-request`. */
  read(bytes: Uint8Array): ReadRequest;
  toMessage(answer: Message, outcome?: CommandOutcome): Message;
  encode(message: Message): Uint8Array;
  /** The name of the response's list field; null if it has none. */
  readonly list: string | null;
}

/** Throws if the messages and the classes of the operation do not match. */
export function translatorOf(operation: OperationDeclaration): Translator {
  const method = operation.rpc && contractMethods().get(operation.rpc);
  if (method === undefined) throw new Error(`The contract has no ${operation.rpc}.`);
  const { requestType, responseType } = codecsOf(method);
  const readers = readersOf(method.input, operation);
  const write = responseWriter(method.output);
  return {
    read(bytes) {
      const message = decode(requestType, bytes);
      const read = { path: {}, fields: {} } as Record<Place, Record<string, unknown>>;
      for (const { place, name, from } of readers) {
        const value = from(message);
        if (value !== undefined) read[place][name] = value;
      }
      return { ...read, key: message.requestId as string | undefined };
    },
    toMessage: write,
    encode: (message) => responseType.encode(message).finish(),
    list: resourceOf(method.output) ? null : (listOf(method.output)?.localName ?? null),
  };
}

type Place = 'path' | 'fields';
type Convert = (value: unknown) => unknown;

/** Reads one field of a request; undefined if it is not set. */
interface FieldReader {
  readonly place: Place;
  readonly name: string;
  from(message: Message): unknown;
}

function readersOf(input: DescMessage, operation: OperationDeclaration): readonly FieldReader[] {
  const known = new Map(fieldsOf(operation.request).map((field) => [field.name, field]));
  const readers = inside(input, (message) => message, known, operation.pathFields);
  const unread = [...known.keys()].filter((name) => !readers.some((r) => r.name === name));
  if (unread.length > 0) throw new Error(`${input.typeName} has no field for ${unread}.`);
  return readers;
}

function inside(
  input: DescMessage,
  open: (message: Message) => Message | undefined,
  known: ReadonlyMap<string, RequestField>,
  pathFields: readonly string[],
): readonly FieldReader[] {
  return input.fields.flatMap((field) => {
    if (field.localName === 'requestId') return [];
    const get = getterOf(field);
    if (isGroup(field)) {
      const into = (message: Message) => get(message) as Message | undefined;
      return inside(field.message, into, known, pathFields);
    }
    const { name, form } = jsonFieldOf(field);
    const documented = known.get(name);
    if (documented === undefined) {
      throw new Error(`The request of ${input.typeName} has no field ${name}.`);
    }
    const convert = form === 'null' ? nullWhenTrue : requestConverter(field, documented);
    const from = (message: Message) => {
      const within = open(message);
      const value = within === undefined ? undefined : get(within);
      return value === undefined ? undefined : convert(value);
    };
    return [{ place: pathFields.includes(name) ? 'path' : 'fields', name, from }] as const;
  });
}

const nullWhenTrue: Convert = (value) => (value === true ? null : undefined);

/** The generated code represents this message as text. */
const TIMESTAMP = 'google.protobuf.Timestamp';

function isGroup(field: DescField): field is DescField & { message: DescMessage } {
  return field.fieldKind === 'message' && field.message.typeName !== TIMESTAMP;
}

/** Reads a field of a message. The generated code represents a `oneof` as a nested object. */
function getterOf({ localName, oneof }: DescField): (message: Message) => unknown {
  if (oneof === undefined) return (message) => message[localName];
  return (message) => {
    const chosen = message[oneof.localName] as { $case: string; value: unknown } | undefined;
    return chosen?.$case === localName ? chosen.value : undefined;
  };
}

function requestConverter(field: DescField, { choices, name, schema }: RequestField): Convert {
  if (field.fieldKind === 'list') {
    const each = field.enum ? wordConverter(field.enum, choices ?? [], name) : (v: unknown) => v;
    // A message cannot distinguish an absent list from an empty one.
    return (value) => {
      const list = value as readonly unknown[];
      return list.length === 0 ? undefined : list.map((item) => each(item) ?? item);
    };
  }
  if (field.fieldKind === 'enum') return wordConverter(field.enum, choices ?? [], name);
  if (schema.type === 'integer') return (value) => value;
  // Requests represent other numbers as text, as over REST.
  return (value) => (typeof value === 'number' ? String(value) : value);
}

/**
 * The word of an enum value; undefined if the field is not set. An unknown value is passed on unchanged,
 * so validation refuses it.
 */
function wordConverter(type: DescEnum, choices: readonly string[], field: string): Convert {
  const words = new Map<unknown, string | undefined>();
  for (const { name, number } of type.values) {
    const word = choices.find((choice) => valueName(type, choice) === name);
    if (word === undefined && number !== 0) throw new Error(`${field} has no word for ${name}.`);
    words.set(name, word);
  }
  return (value) => (words.has(value) ? words.get(value) : value);
}

/** `CHAIN_STATE_CATCHING_UP` for the word `catching-up` of `ChainState`. */
function valueName(type: DescEnum, word: string): string {
  const prefix = type.name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`);
  return `${prefix}_${word.replaceAll('-', '_')}`.toUpperCase();
}

type Write = (answer: Message, outcome?: CommandOutcome) => Message;

function responseWriter(output: DescMessage): Write {
  const resource = resourceOf(output);
  const list = listOf(output);
  type WriteField = (answer: Message, outcome?: CommandOutcome) => unknown;
  const writers = output.fields.map((field): readonly [string, WriteField] => {
    if (field === resource) return [field.localName, messageWriter(field.message)];
    if (field.name === 'created' || field.name === 'replayed') {
      const { name } = field;
      return [field.localName, (_, outcome) => outcome?.[name] ?? false];
    }
    const source = field === list && resource === undefined ? 'data' : jsonFieldOf(field).name;
    const convert = answerConverter(field);
    return [field.localName, (answer) => convert(answer[source])];
  });
  return (answer, outcome) => {
    const message: Record<string, unknown> = {};
    for (const [name, from] of writers) message[name] = from(answer, outcome);
    return message;
  };
}

/** The field of a response that holds the resource. */
function resourceOf({ fields }: DescMessage) {
  return fields.find(isGroup);
}

function listOf({ fields }: DescMessage): DescField | undefined {
  return fields.find(({ fieldKind }) => fieldKind === 'list');
}

const messageWriters = new Map<string, Write>();

function messageWriter(type: DescMessage): Write {
  const made = messageWriters.get(type.typeName);
  if (made !== undefined) return made;
  const fields = type.fields.map((field) => ({
    localName: field.localName,
    ...jsonFieldOf(field),
    convert: answerConverter(field),
  }));
  const write: Write = (json) => {
    const message: Record<string, unknown> = {};
    for (const { localName, name, form, convert } of fields) {
      message[localName] = form === 'text' ? JSON.stringify(json[name]) : convert(json[name]);
    }
    return message;
  };
  messageWriters.set(type.typeName, write);
  return write;
}

/** Null and undefined become an unset field. */
function answerConverter(field: DescField): Convert {
  const isAbsent = (value: unknown) => value === null || value === undefined;
  const nothing = nothingOf(field);
  const convert = presentConverter(field);
  return (value) => (isAbsent(value) ? nothing : convert(value));
}

function nothingOf(field: DescField): unknown {
  if (field.fieldKind === 'list') return [];
  if (field.proto.proto3Optional || field.fieldKind === 'message') return undefined;
  if (field.fieldKind === 'enum') return field.enum.values.find(({ number }) => number === 0)?.name;
  return field.fieldKind === 'scalar' && field.scalar === ScalarType.BOOL ? false : '';
}

function presentConverter(field: DescField): Convert {
  switch (field.fieldKind) {
    case 'list': {
      const each = elementConverter(field);
      return (value) => (value as readonly unknown[]).map(each);
    }
    case 'map':
      throw new Error(`No rule says how the map ${field.name} is written.`);
    default:
      return elementConverter(field);
  }
}

const WIDE: ReadonlySet<ScalarType | undefined> = new Set([ScalarType.UINT64, ScalarType.INT64]);

function elementConverter({ message, enum: words, scalar }: DescField): Convert {
  if (message !== undefined && message.typeName !== TIMESTAMP) {
    const write = messageWriter(message);
    return (value) => write(value as Message);
  }
  if (words !== undefined) {
    const values = new Map<unknown, string>();
    return (word) => {
      const known = values.get(word) ?? valueName(words, String(word));
      if (!words.values.some(({ name }) => name === known)) {
        throw new Error(`${words.typeName} has no value for ${word}.`);
      }
      values.set(word, known);
      return known;
    };
  }
  return WIDE.has(scalar) ? String : (value) => value;
}
