import {
  capConnections,
  type Health,
  httpLimits,
  parseProxies,
  type TlsFiles,
  type TrustedProxies,
} from '@daybook/platform';
import { type DynamicModule, type LoggerService, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { EdgeModule } from '../edge/edge.module';
import { operationsOf } from '../edge/operation';
import { Calls } from '../edge/prepare';
import type { Quotas } from '../edge/rate-limit';
import { requestIdOf } from '../edge/request-id';
import { answerClientError } from './client-errors';
import { gate, headersFor } from './gate';
import { observer } from './observe';
import { openApiDocument } from './openapi';
import { parseJsonBody } from './parse-json';
import { performOperations } from './perform';
import { HEALTH, ProbesController } from './probes.controller';
import { ProblemFilter, sendProblem } from './problem.filter';
import { RouteTable } from './route-table';
import { limitTime } from './time-limit';

export interface HttpOptions {
  readonly health: Health;
  /** The metrics that `/metrics` shows. */
  readonly registry: Registry;
  readonly logger: Logger;
  /** The logger of Nest; Nest logs nothing without it. */
  readonly nestLogger?: LoggerService;
  /** Without it the port has no TLS. */
  readonly tls?: TlsFiles | null;
  /** The quotas of each key whose account has none of its own. */
  readonly quotas: Quotas;
  /** Wrong keys a minute, of one address and of one key id. */
  readonly failuresMax?: number;
  /** Proxies whose word on the client's address is taken; none when left out. */
  readonly trustedProxies?: TrustedProxies;
  /** Open connections; any number when left out. */
  readonly connectionsMax?: number;
  /** Overrides the times after which idle and slow connections are closed. */
  readonly limits?: Parameters<typeof httpLimits>[0];
}

/** A client with a wrong key may repeat it for a while; nobody guesses a secret so. */
export const FAILURES_MAX = 60;
/** Far above the largest body of the API. */
const BODY_BYTES_MAX = 64 * 1024;
/** The longest variable of a path: any that a request line may have. */
const PARAM_LENGTH_MAX = 16 * 1024;
/** The time for an answer: longer than the wait for `minPosition` and the store's own deadlines. */
const HANDLER_TIMEOUT_MS = 20_000;

@Module({})
class HttpRoot {}

/**
 * The REST edge of a ledger module. `await app.listen(port, host)` opens it and `app.close()` drains it.
 * The ledger module must be global and export its buses, `EventStore` and `PositionReached`.
 */
export async function createHttpApp(
  ledger: DynamicModule,
  options: HttpOptions,
): Promise<NestFastifyApplication> {
  const { health, registry, logger, nestLogger = false, quotas } = options;
  const { failuresMax = FAILURES_MAX, trustedProxies = parseProxies(undefined) } = options;
  const authentication = { registry, logger, failuresMax, trustedProxies };
  const adapter = serverAdapter(() => app.get(Calls), options);
  const root = {
    module: HttpRoot,
    imports: [EdgeModule.forRoot(quotas, authentication), ledger],
    controllers: [ProbesController],
    providers: [
      { provide: HEALTH, useValue: health },
      { provide: Registry, useValue: registry },
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger,
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  addHooks(app, logger, registry);
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Daybook API',
    swaggerOptions: { persistAuthorization: true },
  });
  return app;
}

/** `calls` is used from the first request on: the application is created after its server. */
function serverAdapter(
  calls: () => Calls,
  { logger, limits, connectionsMax, tls = null }: HttpOptions,
): FastifyAdapter {
  const { http: limited, ...times } = httpLimits(limits);
  // The gate refuses a missing Host header with a problem.
  const http = { ...limited, requireHostHeader: false };
  const adapter = new FastifyAdapter({
    ...(tls === null ? { http } : { https: { ...http, ...tls } }),
    ...times,
    bodyLimit: BODY_BYTES_MAX,
    // Callers are identified by key, never by address.
    trustProxy: false,
    genReqId: requestIdOf,
    // A draining server still answers requests that have arrived.
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      // An invalid URL reaches no hook, so authentication is done here too.
      void refuseUnrouted(error, request, reply, calls(), logger);
    },
  });
  const server = adapter.getInstance();
  if (connectionsMax !== undefined) capConnections(server.server, connectionsMax);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async (_: FastifyRequest, body: Buffer) => parseJsonBody(body),
  );
  server.decorateRequest('caller', null);
  server.decorateRequest('operation', null);
  server.decorateRequest('stated', null);
  server.decorateRequest('isClientError', false);
  // An unknown expectation may be ignored (RFC 9110, section 10.1.1).
  server.server.on('checkExpectation', (req, res) => server.server.emit('request', req, res));
  return adapter;
}

function addHooks(app: NestFastifyApplication, logger: Logger, registry: Registry): void {
  const server = app.getHttpAdapter().getInstance();
  const routes = new RouteTable(operationsOf(app));
  const calls = app.get(Calls);
  server.decorate('routeTable', routes);
  server.addHook('onRoute', ({ url, method }) => routes.add(url, method));
  // First, so that it also bounds the authentication.
  limitTime(server, HANDLER_TIMEOUT_MS);
  server.addHook('onRequest', gate(calls, routes));
  performOperations(server, calls);
  hangUpWhenClosing(server);
  server.addHook('onResponse', observer(registry, logger));
}

/**
 * Sends `Connection: close` while the server closes. Otherwise keep-alive connections would delay the
 * shutdown.
 */
function hangUpWhenClosing(server: FastifyInstance): void {
  let isClosing = false;
  server.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
}

async function refuseUnrouted(
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
  calls: Calls,
  logger: Logger,
): Promise<void> {
  reply.headers(headersFor(request, ''));
  const refusal = await calls.authenticate(request).then(
    () => error,
    (unauthenticated: unknown) => unauthenticated,
  );
  sendProblem(refusal, request, reply, logger);
}
