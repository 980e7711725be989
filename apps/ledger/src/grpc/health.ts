import type { Health } from '@daybook/platform';
import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** How often `grpc.health.v1` follows readiness. */
const LOOK_MS = 1_000;

export interface HealthService {
  /** Checks now and notifies watchers. */
  look(): Promise<void>;
  close(): void;
}

/** Serves the result of `/readyz` as `grpc.health.v1`, for the server and each of its services. */
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
