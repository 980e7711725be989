import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { removeEmbeddedPostgres } from '@daybook/platform';
import { dataFolder } from '../cli/data-folder';
import { EXIT, Failure } from '../cli/exit-codes';
import { evict } from './claim';

interface ResetOptions {
  readonly data: string;
  readonly yes?: boolean | undefined;
}

/** Stops what runs on a data folder and deletes the folder, after a confirmation. */
export async function reset({ data, yes }: ResetOptions): Promise<void> {
  const folder = dataFolder(data);
  const { path } = folder;
  if (!existsSync(path)) {
    console.log(`There is nothing to delete: ${path} does not exist.`);
    return;
  }
  // Any other folder must not be deleted.
  if (!existsSync(folder.postgres) && !existsSync(folder.apiKeyFile)) {
    throw new Failure(`${path} is not a data folder of Daybook. Nothing was deleted.`);
  }
  if (!yes && !process.stdin.isTTY) {
    const right = `Without a terminal, confirm with --yes that ${path} may be deleted.`;
    throw new Failure(`Nothing was deleted. ${right}`, EXIT.usage);
  }
  if (!yes && !(await isConfirmed(path))) {
    console.log('Nothing was deleted.');
    return;
  }
  if (await evict(folder)) console.log('Stopped the Daybook that ran on it.');
  await removeEmbeddedPostgres(folder.postgres);
  rmSync(path, { recursive: true, force: true });
  console.log(`Deleted ${path}.`);
}

async function isConfirmed(path: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete ${path} with everything in it? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
