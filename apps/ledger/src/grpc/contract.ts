import {
  createFileRegistry,
  type DescField,
  type DescMethod,
  fromBinary,
  getOption,
} from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { DESCRIPTORS, v1 } from '@daybook/contracts';
import type { Rpc } from '../edge/declaration';
import { Problem } from '../edge/problem';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, DESCRIPTORS));

/** `FORM_TEXT` and `FORM_NULL` of `daybook/options/v1/json.proto`. */
const FORMS = ['as-is', 'text', 'null'] as const;

/** How a field is written in JSON: its name there, and its form. */
export interface JsonField {
  readonly name: string;
  readonly form: (typeof FORMS)[number];
}

/** What the contract says of a field of a message. */
export function jsonFieldOf(field: DescField): JsonField {
  const option = registry.getExtension('daybook.options.v1.json');
  if (option === undefined) throw new Error('The contract has lost its options.');
  // The type of an option that is found by name is not known to the compiler.
  const { name = '', form = 0 } = getOption(field, option) as { name?: string; form?: number };
  return { name: name === '' ? field.jsonName : name, form: FORMS[form] ?? 'as-is' };
}

/** The methods of `daybook.v1`, as declarations name them. */
export function contractMethods(): ReadonlyMap<Rpc, DescMethod> {
  const methods = new Map<Rpc, DescMethod>();
  for (const type of registry) {
    if (type.kind !== 'service' || type.file.proto.package !== 'daybook.v1') continue;
    for (const method of type.methods) methods.set(`${type.name}/${method.name}` as Rpc, method);
  }
  return methods;
}

/** Values of messages by the names that the generated code gives their fields. */
export type Message = Readonly<Record<string, unknown>>;

interface Codec {
  encode(message: Message): { finish(): Uint8Array };
  decode(input: BinaryReader): Message;
}

/** The generated code that writes and reads the messages of a method. */
export function codecsOf({ parent, localName }: DescMethod) {
  const services = v1 as unknown as Record<
    string,
    { methods: Record<string, { requestType: Codec; responseType: Codec }> }
  >;
  const method = services[`${parent.name}Definition`]?.methods[localName];
  if (method === undefined) throw new Error(`There is no generated code for ${localName}.`);
  return method;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Refuses with `malformed-request` bytes that are no such message, texts that are not UTF-8 included. */
export function decode(codec: Codec, bytes: Uint8Array): Message {
  try {
    // Left to itself, the reader puts U+FFFD where a text is broken, and that would be kept for ever.
    return codec.decode(new BinaryReader(bytes, (text) => utf8.decode(text)));
  } catch (cause) {
    throw new Problem('malformed-request', 'The message does not follow its type.', { cause });
  }
}
