import { createHealth, createMetrics, type Health, type HealthCheck } from '@daybook/platform';
import { pino } from 'pino';
import {
  createLedgerForTest,
  type LedgerOptions,
  type TestLedger,
} from '../../../test/ledger-harness';
import type { AdmissionOptions } from '../src/grpc/admission-control';
import type { GrpcCredentials } from '../src/grpc/credentials';
import { grpcCredentials } from '../src/grpc/credentials';
import { createGrpcServer, type GrpcServer } from '../src/grpc/server';

export interface GrpcPort {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  readonly grpc: GrpcServer;
  readonly health: Health;
  /** What the metrics of this port say now. */
  metrics(): Promise<string>;
}

export interface GrpcLedger extends TestLedger, GrpcPort {}

export interface GrpcPortOptions {
  readonly tls?: GrpcCredentials;
  readonly reflection?: boolean;
  readonly heartbeatMs?: number;
  readonly admission?: AdmissionOptions;
  readonly connectionsMax?: number;
  readonly prefaceMs?: number;
  /** What readiness depends on, besides the database. */
  readonly check?: HealthCheck;
}

/** A gRPC port of a ledger, any free one: as another process that shares its database has. */
export async function openGrpcPort(
  { app, store, logged }: TestLedger,
  {
    tls = grpcCredentials({}),
    reflection = true,
    check = async () => undefined,
    ...rest
  }: GrpcPortOptions,
): Promise<GrpcPort> {
  const health = createHealth({ required: { database: () => store.head(), check } });
  const { registry } = createMetrics('grpc');
  const lines = logged as Record<string, unknown>[];
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  const grpc = createGrpcServer(app, { health, registry, logger, tls, reflection, ...rest });
  health.started();
  const port = await grpc.listen(0, '127.0.0.1');
  return { address: `127.0.0.1:${port}`, grpc, health, metrics: () => registry.metrics() };
}

/** A ledger of one's own with both edges: REST and gRPC on free ports. */
export async function createGrpcLedger(
  options: LedgerOptions & GrpcPortOptions = {},
): Promise<GrpcLedger> {
  const ledger = await createLedgerForTest(options);
  const port = await openGrpcPort(ledger, options);
  return {
    ...ledger,
    ...port,
    async close() {
      await port.grpc.close();
      await ledger.close();
    },
  };
}
