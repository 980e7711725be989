import { createHealth, createMetrics, type Health, type HealthCheck } from '@daybook/platform';
import { pino } from 'pino';
import {
  createLedgerForTest,
  type LedgerOptions,
  type TestLedger,
} from '../../../test/ledger-harness';
import type { GrpcCredentials } from '../src/grpc/credentials';
import { grpcCredentials } from '../src/grpc/credentials';
import { createGrpcServer, type GrpcServer } from '../src/grpc/server';
import type { TurnstileOptions } from '../src/grpc/turnstile';

export interface GrpcLedger extends TestLedger {
  /** What the metrics of the gRPC edge say now. */
  metrics(): Promise<string>;
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  readonly grpc: GrpcServer;
  readonly health: Health;
}

export interface GrpcLedgerOptions extends LedgerOptions {
  readonly tls?: GrpcCredentials;
  readonly reflection?: boolean;
  readonly heartbeatMs?: number;
  readonly turnstile?: TurnstileOptions;
  /** What readiness depends on, besides the database. */
  readonly check?: HealthCheck;
}

/** A ledger of one's own with both edges: REST and gRPC on free ports. */
export async function createGrpcLedger(options: GrpcLedgerOptions = {}): Promise<GrpcLedger> {
  const {
    tls = grpcCredentials({}),
    reflection = true,
    heartbeatMs,
    turnstile,
    check = async () => undefined,
    ...rest
  } = options;
  const ledger = await createLedgerForTest(rest);
  const health = createHealth({ required: { database: () => ledger.store.head(), check } });
  const { registry } = createMetrics('grpc');
  const logged = ledger.logged as Record<string, unknown>[];
  const grpc = createGrpcServer(ledger.app, {
    health,
    registry,
    logger: pino({ level: 'info' }, { write: (line) => logged.push(JSON.parse(line)) }),
    tls,
    reflection,
    ...(heartbeatMs !== undefined && { heartbeatMs }),
    ...(turnstile !== undefined && { turnstile }),
  });
  health.started();
  const port = await grpc.listen(0, '127.0.0.1');
  return {
    ...ledger,
    address: `127.0.0.1:${port}`,
    grpc,
    health,
    metrics: () => registry.metrics(),
    async close() {
      await grpc.close();
      await ledger.close();
    },
  };
}
