import type { Health } from '@daybook/platform';
import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** How far `grpc.health.v1` lags behind readiness. */
const LOOK_MS = 1_000;

export interface HealthService {
  /** Looks now, and says so to whoever watches. */
  look(): Promise<void>;
  close(): void;
}

/** Serves `grpc.health.v1`, for the server and for each of its services: what `/readyz` finds. */
export function serveHealth(
  server: Server,
  services: readonly string[],
  health: Health,
): HealthService {
  const names = ['', ...services];
  const implementation = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, 'NOT_SERVING'] as const)),
  );
  implementation.addToServer(server);
  let shown = false;
  const look = async () => {
    const { httpStatus } = await health.readyz();
    const isServing = httpStatus === 200;
    if (isServing === shown) return;
    shown = isServing;
    for (const name of names) {
      implementation.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  return { look, close: () => clearInterval(timer) };
}
