import { rmSync } from 'node:fs';
import { Client } from 'pg';
import { surviveErrors } from '../libs/platform/src/plain/lost-connections';
import { shared, templatePrefix } from './shared-servers';

/** Longer than any server takes to stop. */
const STOP_TIMEOUT_MS = 60_000;

export default async function globalTeardown(): Promise<void> {
  // The servers do not keep this process alive. When nothing else does any more it would end here, before
  // they have stopped and before jest has written its report.
  const awake = setInterval(() => undefined, STOP_TIMEOUT_MS);
  await Promise.all([shared.postgres?.stop() ?? dropTemplates(), shared.kafka?.stop()]);
  if (shared.memoryFolder) rmSync(shared.memoryFolder, { recursive: true, force: true });
  clearInterval(awake);
}

/** A server that outlives the run keeps nothing of it. */
async function dropTemplates(): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: process.env.DAYBOOK_TEST_POSTGRES }));
  await client.connect();
  const templates = 'SELECT datname FROM pg_database WHERE starts_with(datname, $1)';
  const { rows } = await client.query<{ datname: string }>(templates, [templatePrefix()]);
  for (const { datname } of rows) await client.query(`DROP DATABASE ${datname} WITH (FORCE)`);
  await client.end();
}
