import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { AppEnv } from './env';
import { requirePort } from './free-port';
import { capConnections, httpLimits } from './http-limits';
import { surviveLostConnections } from './plain/lost-connections';
import type { TlsFiles } from './tls-files';

export interface MetricsServerOptions {
  readonly registry: Registry;
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  readonly tls?: TlsFiles | null;
  readonly connectionsMax: number;
  /** Overrides the times after which idle and slow connections are closed. */
  readonly limits?: Parameters<typeof httpLimits>[0];
}

/** Resolves when an app's metrics can be served. Rejects with an `EnvironmentError`. */
export async function requireMetricsPort({ metricsHost, metricsPort }: AppEnv): Promise<void> {
  const variables = ['DAYBOOK_METRICS_PORT', 'DAYBOOK_METRICS_HOST'] as const;
  if (metricsPort !== 0) await requirePort(metricsHost, metricsPort, ...variables);
}

/** The server of an app's metrics; null where its configuration opens none. */
export async function openMetrics(
  { metricsHost: host, metricsPort: port, httpConnectionsMax: connectionsMax }: AppEnv,
  registry: Registry,
  tls: TlsFiles | null,
): Promise<MetricsServer | null> {
  return port === 0 ? null : serveMetrics({ registry, host, port, tls, connectionsMax });
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/metrics`, and nothing else, at an address of its own, without a key: who may reach it may read it. */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const { registry, host, port, tls = null, connectionsMax, limits } = options;
  const { http, connectionTimeout, ...times } = httpLimits(limits);
  const settings = { ...http, ...times };
  const answer: RequestListener = async ({ method = '', url = '' }, response) => {
    // Browsers request an icon for every page, and report its absence as an error.
    if (url === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const isFound = /^\/metrics(\?|$)/.test(url);
    if (!isFound || !['GET', 'HEAD'].includes(method)) {
      response.writeHead(isFound ? 405 : 404, isFound ? { allow: 'GET, HEAD' } : {}).end();
      return;
    }
    const text = await registry.metrics().catch(() => null);
    if (text === null) response.writeHead(500).end();
    else response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  };
  // A connection that cannot be accepted, because files are open that are too many, ends nothing else.
  const server: Server =
    tls === null
      ? surviveLostConnections(createServer(settings, answer))
      : surviveLostConnections(createSecureServer({ ...settings, ...tls }, answer));
  server.setTimeout(connectionTimeout);
  capConnections(server, connectionsMax);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
