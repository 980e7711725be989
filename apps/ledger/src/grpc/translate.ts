import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { json } from '@daybook/contracts';
import { fieldsOf, type RequestField } from '../edge/fields';
import type { OperationDeclaration } from '../edge/operation';
import { codecsOf, contractMethods, decode, jsonFieldOf, type Message } from './contract';

// Translates between gRPC messages and the requests and answers of operations, by rule. A field has the
// same name on both sides. A path variable is a field of the request; a nested message is a group of
// request fields. The first message of a response is the resource, its list the `data` of a list.
// Exceptions are options of the field (`json.proto`).
// Everything is resolved once at the start, so a call only runs closures.

/** The content of a request message. */
export interface ReadRequest {
  readonly path: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The request id; over REST it is the `Idempotency-Key`. */
  readonly key: string | undefined;
}

/** Translates the calls of one operation. */
export interface Translator {
  /** Refuses with `malformed-request`. */
  read(bytes: Uint8Array): ReadRequest;
  /** The answer of a command has its `position`, `created` and `replayed` beside the resource's fields. */
  toMessage(answer: Message): Message;
  encode(message: Message): Uint8Array;
  /** The name of the response's list field; null if it has none. */
  readonly list: string | null;
}

/** Throws if the messages and the classes of the operation do not match. */
export function translatorOf(operation: OperationDeclaration): Translator {
  const method = contractMethods().get(operation.rpc);
  if (method === undefined) throw new Error(`The contract has no ${operation.rpc}.`);
  const { requestType, responseType } = codecsOf(method);
  const readers = readersOf(method.input, operation);
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
    toMessage: responseWriter(method.output),
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

function readersOf(
  input: DescMessage,
  { request, pathFields }: OperationDeclaration,
): readonly FieldReader[] {
  const known = new Map(fieldsOf(request).map((field) => [field.name, field]));
  const read = new Set<string>();
  const inside = (
    type: DescMessage,
    open: (message: Message) => Message | undefined,
  ): readonly FieldReader[] =>
    type.fields.flatMap((field) => {
      if (field.localName === 'requestId') return [];
      const get = getterOf(field);
      const from = (message: Message) => {
        const within = open(message);
        return within === undefined ? undefined : get(within);
      };
      if (isGroup(field)) return inside(field.message, from as typeof open);
      const { name, form } = jsonFieldOf(field);
      const documented = known.get(name);
      if (documented === undefined) {
        throw new Error(`The request of ${type.typeName} has no field ${name}.`);
      }
      read.add(name);
      const convert = form === 'null' ? nullWhenTrue : requestConverter(field, documented, form);
      const converted = (message: Message) => {
        const value = from(message);
        return value === undefined ? undefined : convert(value);
      };
      const place = pathFields.includes(name) ? 'path' : 'fields';
      return [{ place, name, from: converted } as const];
    });
  const readers = inside(input, (message) => message);
  const unread = [...known.keys()].filter((name) => !read.has(name));
  if (unread.length > 0) throw new Error(`${input.typeName} has no field for ${unread}.`);
  return readers;
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

/** The object that a text is of; a text of anything else stays what it is, and validation refuses it. */
const objectIn: Convert = (value) => {
  try {
    return JSON.parse(String(value));
  } catch {
    return value;
  }
};

function requestConverter(
  field: DescField,
  { schema }: RequestField,
  form: string | undefined,
): Convert {
  if (form === 'text') return objectIn;
  const { enum: words } = field;
  const each: Convert = words === undefined ? (value) => value : wordConverter(words);
  if (field.fieldKind === 'list') {
    // A message cannot distinguish an absent list from an empty one.
    return (value) => {
      const list = value as readonly unknown[];
      return list.length === 0 ? undefined : list.map((item) => each(item) ?? item);
    };
  }
  if (words !== undefined || schema.type === 'integer') return each;
  // Requests represent other numbers as text, as over REST.
  return (value) => (typeof value === 'number' ? String(value) : value);
}

/** The word of an enum value; undefined if it is unspecified. Validation refuses an unknown value. */
function wordConverter({ name, values }: DescEnum): Convert {
  const words = new Map<unknown, string | undefined>(
    values.map((value) => [value.name, json.WORDS[name]?.[value.name]]),
  );
  return (value) => (words.has(value) ? words.get(value) : value);
}

type Write = (answer: Message) => Message;

function responseWriter(output: DescMessage): Write {
  const resource = resourceOf(output);
  const list = listOf(output);
  const writers = output.fields.map((field): readonly [string, (answer: Message) => unknown] => {
    if (field === resource) return [field.localName, messageWriter(field.message)];
    const source = field === list && resource === undefined ? 'data' : jsonFieldOf(field).name;
    const convert = answerConverter(field);
    return [field.localName, (answer) => convert(answer[source])];
  });
  return (answer) => {
    const message: Record<string, unknown> = {};
    for (const [name, from] of writers) message[name] = from(answer);
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
  const write: Write = (answer) => {
    const message: Record<string, unknown> = {};
    for (const { localName, name, form, convert } of fields) {
      const value = answer[name];
      const isObject = form === 'text' && value !== null;
      message[localName] = isObject ? JSON.stringify(value) : convert(value);
    }
    return message;
  };
  messageWriters.set(type.typeName, write);
  return write;
}

/** Null becomes an unset field: of a text that is not optional, an empty one. */
function answerConverter(field: DescField): Convert {
  const { proto3Optional } = field.proto;
  const isText = field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING;
  const unspecified = field.enum?.values.find(({ number }) => number === 0)?.name;
  const unset = proto3Optional ? undefined : isText ? '' : unspecified;
  const each = elementConverter(field);
  const convert: Convert =
    field.fieldKind === 'list' ? (value) => (value as readonly unknown[]).map(each) : each;
  return (value) => (value === null || value === undefined ? unset : convert(value));
}

const WIDE: ReadonlySet<ScalarType | undefined> = new Set([ScalarType.UINT64, ScalarType.INT64]);

function elementConverter({ message, enum: words, scalar }: DescField): Convert {
  if (message !== undefined && message.typeName !== TIMESTAMP) {
    const write = messageWriter(message);
    return (value) => write(value as Message);
  }
  if (words !== undefined) {
    const values = new Map<unknown, string>(
      Object.entries(json.WORDS[words.name] ?? {}).map(([value, word]) => [word, value]),
    );
    return (word) => {
      const value = values.get(word);
      if (value === undefined) throw new Error(`${words.typeName} has no value for ${word}.`);
      return value;
    };
  }
  return WIDE.has(scalar) ? String : (value) => value;
}
