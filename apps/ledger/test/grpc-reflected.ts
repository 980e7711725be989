import { join } from 'node:path';
import {
  type ChannelCredentials,
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync } from '@grpc/proto-loader';

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
  readonly fields: readonly string[];
}

/** A client made of nothing but what the server tells about itself, as grpcurl is. */
export interface Reflected {
  readonly services: readonly string[];
  /** The methods of a service, as the server describes them, with the fields of their requests. */
  methodsOf(service: string): readonly ReflectedMethod[];
  call(
    service: string,
    method: string,
    request: object,
    options?: { readonly metadata?: Record<string, string>; readonly timeoutMs?: number },
  ): Promise<{ readonly answer: Answer; readonly error: ServiceError | null }>;
  /** A call with these bytes as its message. */
  callRaw(path: string, message: Buffer): Promise<ServiceError | null>;
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
  const definitions = loadFileDescriptorSetFromBuffer(descriptorSet(files), LOADING);
  const loaded = loadPackageDefinition(definitions) as Answer;
  const constructors = new Map<string, ServiceClientConstructor>(
    services
      .filter((name) => name.startsWith('daybook.'))
      .map((name) => [name, name.split('.').reduce((part, step) => part[step], loaded)]),
  );
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
    methodsOf: (service) =>
      Object.values(constructors.get(service)?.service ?? {}).map((method) => ({
        name: method.path.slice(method.path.lastIndexOf('/') + 1),
        isStream: method.responseStream,
        fields: fieldsOf(method),
      })),
    call: (service, method, request, { metadata: more, timeoutMs = 20_000 } = {}) =>
      new Promise((resolve) => {
        const options = { deadline: Date.now() + timeoutMs };
        client(service)[method](
          request,
          metadata(more),
          options,
          (error: ServiceError | null, answer: Answer) => resolve({ answer, error }),
        );
      }),
    callRaw: (path, message) =>
      new Promise((resolve) => {
        const [service = ''] = path.slice(1).split('/');
        client(service).makeUnaryRequest(
          path,
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          message,
          metadata(),
          { deadline: Date.now() + 20_000 },
          (error) => resolve(error),
        );
      }),
    close: () => {
      for (const made of clients.values()) made.close();
    },
  };
}

/** The services and the files that describe them, by `grpc.reflection.v1`. */
async function askReflection(
  address: string,
  channel: ChannelCredentials,
): Promise<{ readonly services: readonly string[]; readonly files: readonly Buffer[] }> {
  const proto = join(
    require.resolve('@grpc/reflection'),
    '../../proto/grpc/reflection/v1/reflection.proto',
  );
  const loaded = loadPackageDefinition(loadSync(proto, LOADING)) as Answer;
  const client = new loaded.grpc.reflection.v1.ServerReflection(address, channel);
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
    for (const service of services.filter((name) => name.startsWith('daybook.'))) {
      const answer = await ask({ fileContainingSymbol: service });
      for (const file of answer.fileDescriptorResponse.fileDescriptorProto) {
        files.set(file.toString('base64'), file);
      }
    }
    return { services, files: [...files.values()] };
  } finally {
    client.close();
  }
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

function fieldsOf(method: object): readonly string[] {
  const { requestType } = method as { requestType: { type: { field: { name: string }[] } } };
  return requestType.type.field.map(({ name }) => name);
}
