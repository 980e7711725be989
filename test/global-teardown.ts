import { shared } from './shared-postgres';

export default async function globalTeardown(): Promise<void> {
  await shared.postgres?.stop();
}
