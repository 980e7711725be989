import { capConnections, httpLimits, type TlsFiles } from '@daybook/platform';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** Requests of probes have no body. */
const BODY_BYTES_MAX = 1_024;

interface HttpOptions {
  /** Without it the port has no TLS. */
  readonly tls: TlsFiles | null;
  readonly connectionsMax: number;
  /** Overrides the times after which idle and slow connections are closed. */
  readonly limits?: Parameters<typeof httpLimits>[0];
}

/** The HTTP port of a chain-watcher: its probes. */
export async function createProbesApp(
  watcher: DynamicModule,
  { tls, connectionsMax, limits }: HttpOptions,
): Promise<NestFastifyApplication> {
  const { http, ...times } = httpLimits(limits);
  const server = tls === null ? { http } : { https: { ...http, ...tls } };
  const adapter = new FastifyAdapter({ ...times, ...server, bodyLimit: BODY_BYTES_MAX });
  const app = await NestFactory.create<NestFastifyApplication>(watcher, adapter, {
    ...{ logger: false, abortOnError: false },
  });
  capConnections(app.getHttpServer(), connectionsMax);
  return app;
}
