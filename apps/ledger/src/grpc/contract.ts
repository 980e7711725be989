import {
  createFileRegistry,
  type DescField,
  type DescMethod,
  fromBinary,
  getOption,
  hasOption,
} from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { DESCRIPTORS, v1 } from '@daybook/contracts';
import type { Rpc } from '../edge/operation';
import { Problem } from '../edge/problem';

const descriptors = fromBinary(FileDescriptorSetSchema, DESCRIPTORS);
const registry = createFileRegistry(descriptors);

/** The served files, each as a serialized `FileDescriptorProto`: they are the only field of the set. */
export function descriptorFiles(): readonly Buffer[] {
  const files: Buffer[] = [];
  const reader = new BinaryReader(DESCRIPTORS);
  while (reader.pos < reader.len) {
    reader.tag();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}

/** The forms of `daybook/options/v1/json.proto`. */
const FORMS = ['usual', 'text', 'null', 'number'] as const;

/** The JSON name and form of a field. */
export interface JsonField {
  readonly name: string;
  readonly form: (typeof FORMS)[number];
}

/** Reads a field's JSON name and form from its options. */
export function jsonFieldOf(field: DescField): JsonField {
  const option = registry.getExtension('daybook.options.v1.json');
  if (option === undefined) throw new Error('The contract has lost its options.');
  // Most fields have no option, and reading one that is not there takes as long.
  if (!hasOption(field, option)) return { name: field.jsonName, form: 'usual' };
  // The option is found by name, so the compiler does not know its type.
  const { name = '', form = 0 } = getOption(field, option) as { name?: string; form?: number };
  return { name: name === '' ? field.jsonName : name, form: FORMS[form] ?? 'usual' };
}

/** The methods of `daybook.v1` by the names that declarations use. */
export function contractMethods(): ReadonlyMap<Rpc, DescMethod> {
  const methods = new Map<Rpc, DescMethod>();
  for (const type of registry) {
    if (type.kind !== 'service' || type.file.proto.package !== 'daybook.v1') continue;
    for (const method of type.methods) methods.set(`${type.name}/${method.name}` as Rpc, method);
  }
  return methods;
}

/** A message as the generated code represents it. */
export type Message = Readonly<Record<string, unknown>>;

interface Codec {
  encode(message: Message): { finish(): Uint8Array };
  decode(input: BinaryReader): Message;
}

/** The generated codecs of a method's messages. */
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

/** Decodes a message. Refuses invalid bytes, including text that is not UTF-8, with `malformed-request`. */
export function decode(codec: Codec, bytes: Uint8Array): Message {
  try {
    // By default the reader replaces invalid UTF-8 with U+FFFD, which would be stored for ever.
    return codec.decode(new BinaryReader(bytes, (text) => utf8.decode(text)));
  } catch (cause) {
    throw new Problem('malformed-request', 'The message does not follow its type.', { cause });
  }
}
