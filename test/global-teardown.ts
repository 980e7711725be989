import { shared } from './shared-servers';

/** Longer than any server takes to stop. */
const STOP_TIMEOUT_MS = 60_000;

export default async function globalTeardown(): Promise<void> {
  // The servers do not keep this process alive. When nothing else does any more it would end here, before
  // they have stopped and before jest has written its report.
  const awake = setInterval(() => undefined, STOP_TIMEOUT_MS);
  await Promise.all([shared.postgres?.stop(), shared.kafka?.stop()]);
  clearInterval(awake);
}
