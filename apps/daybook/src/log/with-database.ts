import { type EmbeddedPostgres, startEmbeddedPostgres } from '@daybook/platform';
import { type LastStart, readJson } from '../cli/data-folder';
import type { Operation } from '../cli/operation';
import { claim } from '../launch/claim';

/**
 * Runs `work` while the database of the installation runs, and no service with it: that of a data folder is started and
 * stopped here. Throws `Failure` while Daybook runs on the folder.
 */
export async function withDatabaseOf<Result>(
  { installation: { folder } }: Operation,
  work: () => Promise<Result>,
): Promise<Result> {
  if (folder === null) return work();
  const { postgresPort } = readJson<LastStart>(folder.lastStartFile, ['postgresPort']);
  const held = await claim(folder);
  let postgres: EmbeddedPostgres | undefined;
  try {
    postgres = await startEmbeddedPostgres({ folder: folder.postgres, port: postgresPort });
    return await work();
  } finally {
    await postgres?.stop();
    held.release();
  }
}
