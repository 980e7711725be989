import { shared } from './shared-servers';

export default async function globalTeardown(): Promise<void> {
  await Promise.all([shared.postgres?.stop(), shared.kafka?.stop()]);
}
