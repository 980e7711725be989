import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import {
  type ChannelCredentials,
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import {
  loadFileDescriptorSetFromBuffer,
  loadSync,
  type PackageDefinition,
} from '@grpc/proto-loader';

const LOADING = {
  longs: String,
  enums: String,
  arrays: true,
  defaults: true,
} as const;

// biome-ignore lint/suspicious/noExplicitAny: what is called is known only by what the server says.
type Answer = any;

export interface ReflectedMethod {
  readonly name: string;
  readonly isStream: boolean;
  readonly request: ReflectedType;
  readonly response: ReflectedType;
}

/** A message type, as the server describes it. */
export interface ReflectedType {
  readonly name: string;
  readonly fields: readonly ReflectedField[];
}

export interface ReflectedField {
  readonly name: string;
  readonly number: number;
  /** Such as `TYPE_UINT64`. */
  readonly kind: string;
  readonly isRepeated: boolean;
  /** The type of a field that holds messages; null for any other. */
  readonly message: ReflectedType | null;
  /** The values of a field that holds words; empty for any other. */
  readonly words: readonly string[];
}

/** A client made of nothing but what the server tells about itself, as grpcurl is. */
export interface Reflected {
  readonly services: readonly string[];
  /** The methods of a service, as the server describes them. */
  methodsOf(service: string): readonly ReflectedMethod[];
  /** The answer of a stream is the list of its messages up to its end. */
  call(
    service: string,
    method: string,
    request: object,
    options?: { readonly metadata?: Record<string, string>; readonly timeoutMs?: number },
  ): Promise<{ readonly answer: Answer; readonly error: ServiceError | null }>;
  /** A request as it goes over the wire. */
  bytesOf(service: string, method: string, request: object): Buffer;
  /** An answer as it came over the wire. */
  answerOf(service: string, method: string, bytes: Buffer): Answer;
  /** A call with these bytes as its message. */
  callRaw(
    path: string,
    message: Buffer,
    more?: Record<string, string>,
  ): Promise<ServiceError | null>;
  client(service: string): Client & Record<string, Answer>;
  metadata(more?: Record<string, string>): Metadata;
  close(): void;
}

export async function reflect(
  address: string,
  apiKey: string,
  channel: ChannelCredentials = credentials.createInsecure(),
): Promise<Reflected> {
  const { services, files } = await askReflection(address, channel);
  const definitions = definitionsIn(files);
  const loaded = loadPackageDefinition(definitions) as Answer;
  const constructors = new Map<string, ServiceClientConstructor>(
    services
      .filter((name) => name.startsWith('daybook.'))
      .map((name) => [name, name.split('.').reduce((part, step) => part[step], loaded)]),
  );
  const definitionOf = (service: string, method: string) => {
    const definition = constructors.get(service)?.service[method];
    if (definition === undefined) throw new Error(`The server has no ${service}/${method}.`);
    return definition;
  };
  const clients = new Map<string, Client>();
  const client = (service: string) => {
    let made = clients.get(service);
    if (made === undefined) {
      const Service = constructors.get(service);
      if (Service === undefined) throw new Error(`The server has no ${service}.`);
      made = new Service(address, channel);
      clients.set(service, made);
    }
    return made as Client & Record<string, Answer>;
  };
  /** By service. Reading a message with all that it holds takes longer than a call. */
  const described = new Map<string, readonly ReflectedMethod[]>();
  const typeOf = typeReader(definitions);
  const methodsOf = (service: string): readonly ReflectedMethod[] => {
    const methods =
      described.get(service) ??
      Object.values(constructors.get(service)?.service ?? {}).map((method) => ({
        name: method.path.slice(method.path.lastIndexOf('/') + 1),
        isStream: method.responseStream,
        request: typeOf((method as Answer).requestType),
        response: typeOf((method as Answer).responseType),
      }));
    described.set(service, methods);
    return methods;
  };
  const metadata = (more: Record<string, string> = {}) => {
    const made = new Metadata();
    const all = { authorization: `Bearer ${apiKey}`, ...more };
    for (const [name, value] of Object.entries(all)) made.set(name, value);
    return made;
  };
  return {
    services,
    client,
    metadata,
    methodsOf,
    call: (service, method, request, { metadata: more, timeoutMs = 20_000 } = {}) =>
      new Promise((resolve) => {
        const options = { deadline: Date.now() + timeoutMs };
        const made = client(service);
        if (!definitionOf(service, method).responseStream) {
          made[method](
            request,
            metadata(more),
            options,
            (error: ServiceError | null, answer: Answer) => resolve({ answer, error }),
          );
          return;
        }
        const answer: Answer[] = [];
        const stream = made[method](request, metadata(more), options);
        stream.on('data', (message: Answer) => answer.push(message));
        stream.on('error', (error: ServiceError) => resolve({ answer, error }));
        stream.on('end', () => resolve({ answer, error: null }));
      }),
    bytesOf: (service, method, request) => definitionOf(service, method).requestSerialize(request),
    answerOf: (service, method, bytes) => definitionOf(service, method).responseDeserialize(bytes),
    callRaw: (path, message, more) =>
      new Promise((resolve) => {
        const [service = ''] = path.slice(1).split('/');
        client(service).makeUnaryRequest(
          path,
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          message,
          metadata(more),
          { deadline: Date.now() + 20_000 },
          (error) => resolve(error),
        );
      }),
    close: () => {
      for (const made of clients.values()) made.close();
    },
  };
}

/**
 * The services, and the files that describe those of Daybook and `more`, by `grpc.reflection.v1`. A
 * file comes with those that its messages need; what else it imports is asked for by name.
 */
export async function askReflection(
  address: string,
  channel: ChannelCredentials,
  more: readonly string[] = [],
): Promise<{ readonly services: readonly string[]; readonly files: readonly Buffer[] }> {
  const client = new (reflectionService())(address, channel);
  const ask = (request: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const stream = client.serverReflectionInfo();
      stream.once('data', (answer: Answer) => {
        resolve(answer);
        stream.end();
      });
      stream.once('error', reject);
      stream.write(request);
    });
  try {
    const listed = await ask({ listServices: '*' });
    const services: string[] = listed.listServicesResponse.service.map((s: Answer) => s.name);
    const files = new Map<string, Buffer>();
    const symbols = [...services.filter((name) => name.startsWith('daybook.')), ...more];
    const wanted: object[] = symbols.map((symbol) => ({ fileContainingSymbol: symbol }));
    for (const request of wanted) {
      const answer = await ask(request);
      for (const file of answer.fileDescriptorResponse.fileDescriptorProto) {
        const { name, dependency } = fromBinary(FileDescriptorProtoSchema, file);
        if (files.has(name)) continue;
        files.set(name, file);
        wanted.push(...dependency.map((fileByFilename) => ({ fileByFilename })));
      }
    }
    return { services, files: [...files.values()] };
  } finally {
    client.close();
  }
}

let reflectionLoaded: Answer;

function reflectionService(): Answer {
  const folder = join(require.resolve('@grpc/reflection'), '../../proto/grpc/reflection/v1');
  reflectionLoaded ??= loadPackageDefinition(loadSync(join(folder, 'reflection.proto'), LOADING));
  return reflectionLoaded.grpc.reflection.v1.ServerReflection;
}

/** By what the files hold: most servers of a suite describe themselves alike, and to load takes longer than to ask. */
const loadedBefore = new Map<string, PackageDefinition>();

function definitionsIn(files: readonly Buffer[]): PackageDefinition {
  const set = descriptorSet(files);
  const digest = createHash('sha256').update(set).digest('hex');
  const definitions = loadedBefore.get(digest) ?? loadFileDescriptorSetFromBuffer(set, LOADING);
  loadedBefore.set(digest, definitions);
  return definitions;
}

/** A FileDescriptorSet: field 1, repeated. */
function descriptorSet(files: readonly Buffer[]): Buffer {
  return Buffer.concat(files.flatMap((file) => [Buffer.from([0x0a]), varint(file.length), file]));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

interface RawField {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly typeName: string;
  readonly label: string;
}

/** What is named, by its name as a field says it: without the names of what it is in. */
function byName(definitions: PackageDefinition): ReadonlyMap<string, object> {
  const named = new Map<string, object>();
  for (const [full, definition] of Object.entries(definitions)) {
    const parts = full.split('.');
    for (const at of parts.keys()) {
      const name = parts.slice(at).join('.');
      if (!named.has(name)) named.set(name, definition);
    }
  }
  return named;
}

/** No message of the contract holds itself, so this ends. Messages that several others hold are read once. */
function typeReader(definitions: PackageDefinition): (described: object) => ReflectedType {
  const named = byName(definitions);
  const known = new Map<object, ReflectedType>();
  const fieldOf = ({ name, number, type: kind, typeName, label }: RawField): ReflectedField => {
    const definition = named.get(typeName) ?? null;
    const enumeration = definition as { type: { value?: { name: string }[] } } | null;
    return {
      ...{ name, number, kind, isRepeated: label === 'LABEL_REPEATED' },
      message: kind === 'TYPE_MESSAGE' && definition !== null ? typeOf(definition) : null,
      words: (enumeration?.type.value ?? []).map((value) => value.name),
    };
  };
  const typeOf = (described: object): ReflectedType => {
    const { type } = described as { type: { name: string; field: RawField[] } };
    const made = known.get(described) ?? { name: type.name, fields: type.field.map(fieldOf) };
    known.set(described, made);
    return made;
  };
  return typeOf;
}
