import { EnvironmentError, type Health } from '@daybook/platform';
import {
  type MethodDefinition,
  Server,
  type ServerOptions,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import type { INestApplicationContext } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { operationsOf } from '../edge/operation';
import { Calls } from '../edge/prepare';
import { type AdmissionOptions, createAdmissionControl } from './admission-control';
import type { Method } from './call';
import { limitConnections } from './connections';
import { contractMethods, descriptorFiles } from './contract';
import type { GrpcCredentials } from './credentials';
import { observer } from './observe';
import { answerStream, HEARTBEAT_MS, type StreamEdge, StreamSlots } from './stream';
import { translatorOf } from './translate';
import { answerUnary } from './unary';

export interface GrpcOptions {
  readonly health: Health;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly tls: GrpcCredentials;
  /** Whether reflection is served. */
  readonly reflection: boolean;
  /** The heartbeat interval of an idle stream. */
  readonly heartbeatMs?: number;
  /** Overrides the default limits. */
  readonly admission?: AdmissionOptions;
  readonly connectionsMax?: number;
  /** The time for a connection to begin with HTTP/2. */
  readonly prefaceMs?: number;
}

export interface GrpcServer {
  /** Opens the port and resolves to it; 0 means any free port. */
  listen(port: number, host: string): Promise<number>;
  /** Updates the health service now. */
  showHealth(): Promise<void>;
  /** Ends streams, reports NOT_SERVING, and waits for calls in progress. */
  close(): Promise<void>;
}

/** The same limit as over REST. */
const REQUEST_BYTES_MAX = 64 * 1024;
/** The default limit of gRPC clients. */
const RESPONSE_BYTES_MAX = 4 * 1024 * 1024;
/** Concurrent calls of one connection. */
const CALLS_PER_CONNECTION_MAX = 1_000;
/** An idle connection is pinged after this time. */
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
/** A connection without calls is closed after this time. */
const IDLE_MS_MAX = 30 * 60_000;
/** Calls in progress have this long to end when the service stops. */
const CLOSE_MS_MAX = 5_000;

/** How often `grpc.health.v1` follows readiness. */
const HEALTH_MS = 1_000;

const SERVER_OPTIONS: ServerOptions = {
  'grpc.max_receive_message_length': REQUEST_BYTES_MAX,
  'grpc.max_send_message_length': RESPONSE_BYTES_MAX,
  'grpc.max_concurrent_streams': CALLS_PER_CONNECTION_MAX,
  'grpc.keepalive_time_ms': KEEPALIVE_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  'grpc.max_connection_idle_ms': IDLE_MS_MAX,
  // Channelz would only count what the metrics count already.
  'grpc.enable_channelz': 0,
};

/**
 * The gRPC edge of the operations that the controllers of `app` declare: a bare grpc-js server (decision
 * 0010). Throws if a method of the contract has no operation, or their requests do not match.
 */
export function createGrpcServer(app: INestApplicationContext, options: GrpcOptions): GrpcServer {
  const server = new Server(SERVER_OPTIONS);
  const connections = limitConnections(server, options);
  const edge = edgeOf(app, options);
  const services = methodsOf(app);
  for (const [service, methods] of services) addService(server, edge, service, methods);
  const showHealth = serveHealth(server, [...services.keys()], options.health);
  const timer = setInterval(() => void showHealth(), HEALTH_MS).unref();
  if (options.reflection) serveReflection(server);
  return {
    listen: async (port, host) => {
      const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      const bound = await bind(server, address, options);
      connections.watch();
      await showHealth();
      return bound;
    },
    showHealth,
    close: async () => {
      clearInterval(timer);
      edge.slots.close();
      await shutDown(server);
    },
  };
}

function edgeOf(app: INestApplicationContext, options: GrpcOptions): StreamEdge {
  const { registry, logger, tls, admission, heartbeatMs = HEARTBEAT_MS } = options;
  return {
    calls: app.get(Calls),
    logger,
    observe: observer(registry, logger),
    admission: createAdmissionControl(registry, admission),
    clientNames: tls.clientNames,
    slots: new StreamSlots(registry),
    heartbeatMs,
  };
}

/** The methods of the contract by service, each with the operation that declares it. */
function methodsOf(app: INestApplicationContext): ReadonlyMap<string, readonly Method[]> {
  const operations = new Map(operationsOf(app).map((operation) => [operation.rpc, operation]));
  const services = new Map<string, Method[]>();
  for (const [rpc, { parent, name }] of contractMethods()) {
    const operation = operations.get(rpc);
    if (operation === undefined) throw new Error(`No operation declares ${rpc}.`);
    const path = `/${parent.typeName}/${name}`;
    const method = { path, operation, translator: translatorOf(operation) };
    services.set(parent.typeName, [...(services.get(parent.typeName) ?? []), method]);
  }
  return services;
}

/** Serves readiness as `grpc.health.v1`, for the server and each service. The result notifies watchers. */
function serveHealth(server: Server, services: readonly string[], health: Health) {
  const names = ['', ...services];
  const implementation = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, 'NOT_SERVING'] as const)),
  );
  implementation.addToServer(server);
  let shown = false;
  return async () => {
    const { httpStatus } = await health.readyz();
    const isServing = httpStatus === 200;
    if (isServing === shown) return;
    shown = isServing;
    for (const name of names) {
      implementation.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    }
  };
}

/**
 * Serves reflection without a key, so that tools such as grpcurl need no proto files. The descriptors are
 * those of the compiler: proto-loader would merge the files of one package and lose their imports, which
 * strict readers reject.
 */
function serveReflection(server: Server): void {
  // Loaded here, as production serves no reflection.
  const { ReflectionService } = require('@grpc/reflection') as typeof import('@grpc/reflection');
  // Reflection reads only this field of a definition.
  const all = { fileDescriptorProtos: descriptorFiles() };
  new ReflectionService({ all } as unknown as PackageDefinition).addToServer(server);
}

/** Messages pass as bytes, so that the method itself refuses an invalid message with a reason. */
function addService(
  server: Server,
  edge: StreamEdge,
  service: string,
  methods: readonly Method[],
): void {
  const definition: Record<string, MethodDefinition<Buffer, Buffer>> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const method of methods) {
    const { path, operation } = method;
    const name = path.slice(service.length + 2);
    const responseStream = operation.kind === 'stream';
    definition[name] = { ...AS_BYTES, path, responseStream };
    implementation[name] = responseStream ? answerStream(edge, method) : answerUnary(edge, method);
  }
  server.addService(definition, implementation);
}

const asIs = (bytes: Buffer) => bytes;

const AS_BYTES = {
  requestStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
};

function bind(server: Server, address: string, { tls }: GrpcOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, tls.credentials, (error, port) => {
      if (error === null) return resolve(port);
      reject(new EnvironmentError([`DAYBOOK_GRPC_PORT: ${address} is not free: ${error.message}`]));
    });
  });
}

/** Waits for calls in progress, then cancels the rest. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, CLOSE_MS_MAX);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
